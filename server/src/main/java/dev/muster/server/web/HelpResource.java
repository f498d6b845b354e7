package dev.muster.server.web;

import dev.muster.server.platform.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/// The pages of `docs/` as this version has them: whoever gets an error is led to a page that fits
/// the server that answered, on the same address.
@Path("/help")
@RunOnVirtualThread
public final class HelpResource {
  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
  private static final HtmlRenderer HTML = HtmlRenderer.builder().extensions(EXTENSIONS).build();
  private static final String FRAME =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>Muster: %s</title>
      <link rel="stylesheet" href="/help/style.css">
      </head>
      <body>
      %s</body>
      </html>
      """;
  private static final String STYLE =
      """
      body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
      code, pre { font: 0.9rem ui-monospace, monospace; background: #8882; border-radius: 3px; }
      code { padding: 0 0.2em; }
      pre { padding: 0.6rem; overflow-x: auto; }
      table { border-collapse: collapse; }
      td, th { border: 1px solid #8884; padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; }
      :target { background: #fd08; }
      :root { color-scheme: light dark; }
      """;

  private final Map<String, String> pages = new ConcurrentHashMap<>();

  @GET
  @Operation(hidden = true)
  public Response index() {
    return Response.seeOther(URI.create("/help/index")).build();
  }

  @GET
  @Path("style.css")
  @Operation(hidden = true)
  public Response style() {
    return Response.ok(STYLE, "text/css; charset=utf-8").build();
  }

  /// @param name of a file of `docs/`, without `.md`
  @GET
  @Path("{name:[a-z0-9-]+}")
  @Operation(hidden = true)
  public Response page(@PathParam("name") String name) {
    return html(name);
  }

  @GET
  @Path("decisions/{name:[a-z0-9-]+}")
  @Operation(hidden = true)
  public Response decision(@PathParam("name") String name) {
    return html("decisions/" + name);
  }

  private Response html(String name) {
    String html = pages.get(name);
    if (html == null) {
      html = rendered(name);
      if (html.isEmpty()) {
        throw Refusal.notFound("help page"); // not remembered: a stranger chooses the name
      }
      pages.put(name, html);
    }
    return Response.ok(html, "text/html; charset=utf-8").build();
  }

  /// Empty when there is no such page.
  private static String rendered(String name) {
    String markdown = read("/help/" + name + ".md");
    if (markdown == null) {
      return "";
    }
    Node page = PARSER.parse(markdown);
    page.accept(new LinksBetweenPages());
    String title = markdown.lines().findFirst().orElse("").replaceFirst("^#+ ", "");
    return FRAME.formatted(title, HTML.render(page));
  }

  private static @Nullable String read(String resource) {
    try (InputStream in = HelpResource.class.getResourceAsStream(resource)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// `errors.md#not_found` is a file in the repository and `errors#not_found` here.
  private static final class LinksBetweenPages extends AbstractVisitor {
    @Override
    public void visit(Link link) {
      link.setDestination(link.getDestination().replaceFirst("\\.md(?=#|$)", ""));
      visitChildren(link);
    }
  }
}
