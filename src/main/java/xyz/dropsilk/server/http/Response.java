package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;

/**
 * One HTTP answer, complete but for what the server adds to all of them (length, {@code X-Content-Type-Options}, CORS). Immutable.
 *
 * @param status the status code
 * @param headers header fields, {@code Content-Type} among them where there is a body
 * @param body the body's bytes; not copied, so never to be written to
 */
public record Response(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NO_BODY = {};
    private static final String JSON = "application/json";
    private static final Map<String, String> UNCACHED_JSON = Map.of("Content-Type", JSON, "Cache-Control", "no-store");

    /** Of most answers, at most: their map does not have to grow. */
    private static final int USUAL_FIELDS = 6;

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
        return of(status, JSON, body);
    }

    /** The same, which nobody is to keep. */
    public static Response uncachedJson(int status, String body) {
        return new Response(status, UNCACHED_JSON, body.getBytes(UTF_8));
    }

    /** An answer of {@code contentType}. */
    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, Map.of("Content-Type", contentType), body);
    }

    /** An answer without a body. */
    public static Response empty(int status) {
        return new Response(status, Map.of(), NO_BODY);
    }

    /** This answer with one more header field. */
    public Response with(String name, String value) {
        Map<String, String> more = copy();
        more.put(name, value);
        return new Response(status, more, body);
    }

    /** This answer with two more header fields. */
    public Response with(String name, String value, String other, String otherValue) {
        Map<String, String> more = copy();
        more.put(name, value);
        more.put(other, otherValue);
        return new Response(status, more, body);
    }

    private Map<String, String> copy() {
        Map<String, String> copy = new HashMap<>(USUAL_FIELDS);
        copy.putAll(headers);
        return copy;
    }
}
