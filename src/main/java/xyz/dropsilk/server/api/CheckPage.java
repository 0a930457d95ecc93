package xyz.dropsilk.server.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import xyz.dropsilk.server.http.FixedEndpoint;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.ResponseFields;
import xyz.dropsilk.server.http.Router;

/** {@code /check}: a page on which a visitor sees whether this server will do for him, and an operator which setting to look at if not. Stateless. */
public final class CheckPage {
    /** Where it is. */
    public static final String PATH = "/check";

    /** Nothing from elsewhere, nothing inline, nobody's frame. WebRTC is under no policy that browsers agree on. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private CheckPage() {}

    /** Adds the page, its style and its scripts to {@code router}. */
    public static Router addTo(Router router) {
        return router.get(PATH, new FixedEndpoint(response("check.html", "text/html")))
                .get(PATH + ".css", new FixedEndpoint(response("check.css", "text/css")))
                .get(PATH + ".js", new FixedEndpoint(response("check.js", "text/javascript")))
                .get(PATH + "/probes.js", new FixedEndpoint(response("check/probes.js", "text/javascript")));
    }

    private static Response response(String file, String type) {
        try (InputStream resource = CheckPage.class.getResourceAsStream(file)) {
            if (resource == null) {
                throw new IllegalStateException(file + " is missing from the jar");
            }
            ResponseFields fields = ResponseFields.of(
                    "Content-Type",
                    type + "; charset=utf-8",
                    "Content-Security-Policy",
                    POLICY,
                    "Referrer-Policy",
                    "same-origin",
                    "Cache-Control",
                    "no-cache");
            return new Response(200, fields, resource.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
