package xyz.dropsilk.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Answers as bytes (RFC 9112, 4 and 5), with the fields that all of them have. Safe on any thread. */
final class ResponseWriter {
    /** Up to here a body is copied behind its header: one buffer is one cheap system call. */
    private static final int MAX_COPIED_BYTES = 8 * 1024;

    private static final int USUAL_HEAD_BYTES = 384;
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
        ResponseFields fields = response.fields();
        for (int i = 0; i < fields.count(); i++) {
            check(fields.name(i), fields.value(i));
        }
        byte[] body = response.body();
        int copied = toHead || body.length > MAX_COPIED_BYTES ? 0 : body.length;
        ByteBuf bytes = allocator.buffer(USUAL_HEAD_BYTES + copied);
        writeHead(bytes, response, connection);
        bytes.writeBytes(body, 0, copied);
        return toHead || copied == body.length ? bytes : Unpooled.wrappedBuffer(bytes, Unpooled.wrappedBuffer(body));
    }

    /** Writes into the buffer itself: what is put together first, and copied then, is memory that has left the caches when it is used again. */
    private void writeHead(ByteBuf bytes, Response response, @Nullable String connection) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(response.status());
        write(bytes, "HTTP/1.1 ");
        write(bytes, status.codeAsText());
        write(bytes, " ");
        write(bytes, status.reasonPhrase());
        write(bytes, "\r\n");
        ResponseFields fields = response.fields();
        for (int i = 0; i < fields.count(); i++) {
            if (!fields.name(i).equals(CONNECTION)) {
                write(bytes, fields.name(i), fields.value(i));
            }
        }
        write(bytes, "X-Content-Type-Options: nosniff\r\n");
        write(bytes, "Date", date.now());
        boolean hasBody =
                !status.equals(HttpResponseStatus.NO_CONTENT) && !status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        if (hasBody) {
            write(bytes, "Content-Length", Integer.toString(response.body().length));
        }
        String options = options(response, connection);
        if (options != null) {
            write(bytes, CONNECTION, options);
        }
        write(bytes, "\r\n");
    }

    /** Who sends {@code Upgrade} says so here (RFC 9110, 7.8). */
    private static @Nullable String options(Response response, @Nullable String connection) {
        if (!response.fields().has(UPGRADE)) {
            return connection;
        }
        return connection == null ? UPGRADE : UPGRADE + ", " + connection;
    }

    private static void check(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if ((character < ' ' && character != '\t') || character == 0x7F || character > 0xFF) {
                throw new IllegalArgumentException("a value of " + name + " that HTTP does not allow");
            }
        }
    }

    private static void write(ByteBuf bytes, String name, String value) {
        write(bytes, name);
        write(bytes, ": ");
        write(bytes, value);
        write(bytes, "\r\n");
    }

    /** A byte a character, as in ISO 8859-1. */
    private static void write(ByteBuf bytes, CharSequence text) {
        ByteBufUtil.writeAscii(bytes, text);
    }
}
