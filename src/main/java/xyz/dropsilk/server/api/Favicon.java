package xyz.dropsilk.server.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import xyz.dropsilk.server.http.Response;

/** The picture that browsers ask for. */
public final class Favicon {
    private Favicon() {}

    /** The answer to {@code GET /favicon.ico}. */
    public static Response response() {
        try (InputStream picture = Favicon.class.getResourceAsStream("/favicon.ico")) {
            if (picture == null) {
                throw new IllegalStateException("favicon.ico is missing from the jar");
            }
            return Response.of(200, "image/x-icon", picture.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
