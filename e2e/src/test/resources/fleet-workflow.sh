#!/bin/sh
# What people script against Muster: register a device, have it updated, wait for the end, list.
# Wants MUSTER, the launcher, and SERVER, a gRPC host:port or the server's URL.
set -eu

muster() {
  "$MUSTER" "$@" --server "$SERVER"
}

muster register kiosk-17 --name "Kiosk 17" --type kiosk
muster get-info kiosk-17
muster set-status kiosk-17 maintenance
action=$(muster initiate-action kiosk-17 software_update --params version=2.1.0 force=true |
  grep "Action ID" | awk '{print $3}')
echo "The id is $action."
muster action-status "$action"
muster poll-action "$action" --interval 0.5
muster action-status "$action"
muster list
