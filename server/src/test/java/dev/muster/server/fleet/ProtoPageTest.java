package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.muster.contract.Contract;
import dev.muster.fleet.DeviceManagement;
import dev.muster.server.platform.ErrorCode;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Holds the .proto against the contract that it extends, and `docs/grpc.md` against the .proto.
/// What is between its marks is generated: `./muster test -pl server -am -Dtest=ProtoPageTest
/// -Ddocs.write=true` writes it.
class ProtoPageTest {
  private static final Path PAGE = Path.of("../docs/grpc.md");
  private static final boolean WRITE = Boolean.getBoolean("docs.write");

  @Test
  void everythingInItIsExplained() throws IOException {
    assertThat(ProtoPage.read().undocumented()).isEmpty();
    assertThat(ProtoPage.read().size()).isGreaterThan(200);
  }

  @Test
  void thePageShowsAllOfIt() throws IOException {
    ProtoPage proto = ProtoPage.read();
    isGenerated("calls", proto.methods());
    isGenerated("enums", proto.enums());
    isGenerated("messages", proto.messages());
  }

  @Test
  void thePageShowsWhichCodeStandsForWhichErrors() throws IOException {
    Map<Integer, String> codes =
        new TreeMap<>(
            Arrays.stream(ErrorCode.values())
                .collect(
                    Collectors.groupingBy(
                        code -> code.kind().grpcCode(),
                        Collectors.mapping(
                            code -> "[`%1$s`](troubleshooting.md#%1$s)".formatted(code.wireName()),
                            Collectors.joining(", ")))));
    StringBuilder rows = new StringBuilder("| status | `muster-error-code` |\n| --- | --- |\n");
    codes.forEach((code, names) ->
        rows.append(
            "| %d %s | %s |\n".formatted(code, Status.fromCodeValue(code).getCode(), names)));
    isGenerated("errors", rows.toString());
  }

  private static void isGenerated(String mark, String expected) throws IOException {
    String text = Files.readString(PAGE);
    String opening = "<!-- " + mark + " -->\n";
    int from = text.indexOf(opening) + opening.length();
    int to = text.indexOf("<!-- end -->", from);
    assertThat(from).as("the mark " + opening).isPositive().isLessThanOrEqualTo(to);
    if (WRITE) {
      Files.writeString(PAGE, text.substring(0, from) + expected + text.substring(to));
    } else {
      assertThat(text.substring(from, to)).isEqualTo(expected);
    }
  }

  /// Names, numbers and types of the contract are there, unchanged.
  @Test
  void nothingOfTheContractIsRenamedOrRenumbered() {
    FileDescriptor contract = Contract.getDescriptor();
    FileDescriptor present = DeviceManagement.getDescriptor();
    assertThat(present.getPackage()).isEqualTo(contract.getPackage());
    contract
        .getServices()
        .getFirst()
        .getMethods()
        .forEach(method -> {
          var same = present.getServices().getFirst().findMethodByName(method.getName());
          assertThat(same.getInputType().getFullName())
              .isEqualTo(method.getInputType().getFullName());
          assertThat(same.getOutputType().getFullName())
              .isEqualTo(method.getOutputType().getFullName());
          assertThat(same.isServerStreaming() || same.isClientStreaming()).isFalse();
        });
    for (Descriptor message : contract.getMessageTypes()) {
      Descriptor same = present.findMessageTypeByName(message.getName());
      for (FieldDescriptor field : message.getFields()) {
        assertThat(same.findFieldByNumber(field.getNumber()))
            .as(field.getFullName())
            .returns(field.getName(), FieldDescriptor::getName)
            .returns(field.getType(), FieldDescriptor::getType)
            .returns(field.isRepeated(), FieldDescriptor::isRepeated);
      }
    }
    for (EnumDescriptor type : contract.getEnumTypes()) {
      EnumDescriptor same = present.findEnumTypeByName(type.getName());
      for (EnumValueDescriptor value : type.getValues()) {
        assertThat(same.findValueByNumber(value.getNumber()).getName()).isEqualTo(value.getName());
      }
    }
    assertThat(present.findEnumTypeByName("ActionStatus").getValues()).hasSize(5);
    assertThat(
            present.findEnumTypeByName("ActionType").getValues().stream()
                .map(EnumValueDescriptor::getNumber)
                .filter(number -> number > 4))
        .allMatch(number -> number >= 16);
  }
}
