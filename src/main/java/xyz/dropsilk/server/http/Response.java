package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One HTTP answer, complete but for what the server adds to all of them (length, {@code X-Content-Type-Options}, CORS). Immutable.
 *
 * @param status the status code
 * @param fields header fields, {@code Content-Type} among them where there is a body
 * @param body the body's bytes; not copied, so never to be written to
 */
public record Response(int status, ResponseFields fields, byte[] body) {
    private static final byte[] NO_BODY = {};
    private static final ResponseFields JSON = ResponseFields.of("Content-Type", "application/json");

    /** An answer in {@code text/plain}. */
    public static Response text(int status, String body) {
        return of(status, "text/plain; charset=utf-8", body.getBytes(UTF_8));
    }

    /** An answer in {@code application/json}; {@code body} is JSON already. */
    public static Response json(int status, String body) {
        return json(status, body.getBytes(UTF_8));
    }

    /** An answer in {@code application/json}; {@code body} is JSON in UTF-8 already. */
    public static Response json(int status, byte[] body) {
        return new Response(status, JSON, body);
    }

    /** An answer of {@code contentType}. */
    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, ResponseFields.of("Content-Type", contentType), body);
    }

    /** An answer without a body. */
    public static Response empty(int status) {
        return new Response(status, ResponseFields.NONE, NO_BODY);
    }

    /** This answer with more header fields, or other values of those that it has: a name, its value, the next name, and so on. */
    public Response with(String... more) {
        return new Response(status, fields.with(more), body);
    }
}
