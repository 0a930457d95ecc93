package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's line and header (RFC 9112, 3 and 5), and what they say of its body (6). Immutable.
 *
 * @param method the method
 * @param target what it is for
 * @param isHttp10 whether the client speaks HTTP/1.0; minor versions above 1 are answered like it (RFC 9110, 2.5)
 * @param fields the header fields
 * @param bodyLength the length of the body in bytes; {@link #CHUNKED} where the body says it by itself
 */
record RequestHead(HttpMethod method, RequestTarget target, boolean isHttp10, Fields fields, long bodyLength) {
    /** A length that is not known before the body's end. */
    static final long CHUNKED = -1;

    private static final String VERSION = "HTTP/1.";
    private static final int MAX_LENGTH_DIGITS = 18;

    /**
     * Reads {@code bytes}, which is kept: a line, fields, and the empty line behind them.
     *
     * @throws MalformedRequest 400, or 431 where there are too many fields
     */
    static RequestHead parse(byte[] bytes) throws MalformedRequest {
        int lineEnd = 0;
        while (bytes[lineEnd] != '\r') {
            lineEnd++;
        }
        if (bytes[lineEnd + 1] != '\n') {
            throw malformed(null);
        }
        int methodEnd = 0;
        while (Fields.isToken(bytes[methodEnd])) {
            methodEnd++;
        }
        int versionStart = lineEnd - VERSION.length() - 1;
        boolean wellFormed = methodEnd > 0
                && bytes[methodEnd] == ' '
                && versionStart > methodEnd + 2
                && bytes[versionStart - 1] == ' '
                && isVersion(bytes, versionStart);
        if (!wellFormed) {
            throw malformed(null);
        }
        Fields fields = Fields.parse(bytes, lineEnd + 2, bytes.length - 2);
        RequestTarget target = RequestTarget.parse(text(bytes, methodEnd + 1, versionStart - 1));
        boolean isHttp10 = bytes[lineEnd - 1] == '0';
        if (target == null || !isHostRight(fields, isHttp10)) {
            throw malformed(fields);
        }
        return new RequestHead(
                HttpMethod.valueOf(text(bytes, 0, methodEnd)), target, isHttp10, fields, bodyLength(fields, isHttp10));
    }

    private static boolean isVersion(byte[] bytes, int from) {
        for (int i = 0; i < VERSION.length(); i++) {
            if (bytes[from + i] != VERSION.charAt(i)) {
                return false;
            }
        }
        byte minor = bytes[from + VERSION.length()];
        return minor >= '0' && minor <= '9';
    }

    /** Exactly one (RFC 9112, 3.2). HTTP/1.0 knew none. */
    private static boolean isHostRight(Fields fields, boolean isHttp10) {
        String host = fields.first(HttpHeaderNames.HOST);
        return host == null ? isHttp10 : fields.count(HttpHeaderNames.HOST) == 1 && RequestTarget.isHost(host);
    }

    /**
     * RFC 9112, 6.3. Two answers to where a request ends are an attack on whoever stands before this server: so a length is one row of digits, sent
     * once, and the only coding is chunked, sent once and without a length beside it.
     */
    private static long bodyLength(Fields fields, boolean isHttp10) throws MalformedRequest {
        List<String> codings = fields.all(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = fields.all(HttpHeaderNames.CONTENT_LENGTH);
        if (!codings.isEmpty()) {
            boolean isChunked = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
            if (!isChunked || !lengths.isEmpty() || isHttp10) {
                throw malformed(fields);
            }
            return CHUNKED;
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        String length = lengths.get(0);
        boolean isNumber = !length.isEmpty()
                && length.length() <= MAX_LENGTH_DIGITS
                && length.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        if (lengths.size() > 1 || !isNumber) {
            throw malformed(fields);
        }
        return Long.parseLong(length);
    }

    private static MalformedRequest malformed(@Nullable Fields fields) {
        return new MalformedRequest(HttpResponseStatus.BAD_REQUEST, fields);
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, ISO_8859_1);
    }

    /** Whether the client may send another request on the connection (RFC 9112, 9.3). */
    boolean isKeepAlive() {
        return isHttp10
                ? fields.names(HttpHeaderNames.CONNECTION, "keep-alive")
                        && !fields.names(HttpHeaderNames.CONNECTION, "close")
                : !fields.names(HttpHeaderNames.CONNECTION, "close");
    }

    /** Whether the client waits for a word before it sends the body (RFC 9110, 10.1.1). */
    boolean expectsContinue() {
        return !isHttp10 && fields.names(HttpHeaderNames.EXPECT, "100-continue");
    }
}
