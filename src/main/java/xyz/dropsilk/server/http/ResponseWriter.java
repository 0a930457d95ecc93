package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers as bytes (RFC 9112, 4 and 5), with the fields that all of them have. Safe on any thread. */
final class ResponseWriter {
    /** Up to here a body is copied behind its header: one buffer is one cheap system call. */
    private static final int MAX_COPIED_BYTES = 8 * 1024;

    private static final int USUAL_HEAD_CHARS = 384;
    private static final String CONNECTION = "Connection";
    private static final String UPGRADE = "Upgrade";

    private final DateField date;

    /** Of answers whose {@code Date} is {@code date}. */
    ResponseWriter(DateField date) {
        this.date = date;
    }

    /**
     * The bytes of {@code response}, which the caller owns.
     *
     * @param toHead whether the request was {@code HEAD}: then the body is left out, and its length told all the same
     * @param connection what is said of the connection's future; null for nothing
     * @throws IllegalArgumentException if a field can't be sent as it is
     */
    ByteBuf bytes(ByteBufAllocator allocator, Response response, boolean toHead, @Nullable String connection) {
        byte[] body = response.body();
        byte[] head = head(response, connection).getBytes(ISO_8859_1);
        int copied = toHead || body.length > MAX_COPIED_BYTES ? 0 : body.length;
        ByteBuf bytes = allocator.buffer(head.length + copied).writeBytes(head).writeBytes(body, 0, copied);
        return toHead || copied == body.length ? bytes : Unpooled.wrappedBuffer(bytes, Unpooled.wrappedBuffer(body));
    }

    private String head(Response response, @Nullable String connection) {
        int status = response.status();
        StringBuilder head = new StringBuilder(USUAL_HEAD_CHARS)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(HttpResponseStatus.valueOf(status).reasonPhrase())
                .append("\r\n");
        for (Map.Entry<String, String> field : response.headers().entrySet()) {
            if (!field.getKey().equals(CONNECTION)) {
                append(head, field.getKey(), field.getValue());
            }
        }
        append(head, "X-Content-Type-Options", "nosniff");
        append(head, "Date", date.now());
        boolean hasBody = status != HttpResponseStatus.NO_CONTENT.code()
                && status != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        if (hasBody) {
            head.append("Content-Length: ").append(response.body().length).append("\r\n");
        }
        String options = options(response, connection);
        if (options != null) {
            append(head, CONNECTION, options);
        }
        return head.append("\r\n").toString();
    }

    /** Who sends {@code Upgrade} says so here (RFC 9110, 7.8). */
    private static @Nullable String options(Response response, @Nullable String connection) {
        if (!response.headers().containsKey(UPGRADE)) {
            return connection;
        }
        return connection == null ? UPGRADE : UPGRADE + ", " + connection;
    }

    private static void append(StringBuilder head, String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if ((character < ' ' && character != '\t') || character == 0x7F || character > 0xFF) {
                throw new IllegalArgumentException("a value of " + name + " that HTTP does not allow");
            }
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
