package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The line before a chunk (RFC 9112, 7.1): its size, and extensions, of which this server knows none. */
final class ChunkLine {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String QUOTED = "\"(?:[\\t !#-\\[\\]-~\\x80-\\xFF]|\\\\[\\t -~\\x80-\\xFF])*+\"";
    private static final String BLANKS = "[ \\t]*+";

    /** Nothing here is tried twice: the quantifiers are possessive. */
    private static final Pattern LINE = Pattern.compile("([0-9A-Fa-f]{1,8})(?:" + BLANKS + ";" + BLANKS + TOKEN + "(?:"
            + BLANKS + "=" + BLANKS + "(?:" + TOKEN + "|" + QUOTED + "))?)*+\\r\\n");

    private static final int HEX = 16;

    private ChunkLine() {}

    /**
     * The size that {@code line} names, at most {@link Integer#MAX_VALUE}.
     *
     * @throws MalformedRequest if it is no such line
     */
    static int size(byte[] line) throws MalformedRequest {
        Matcher matcher = LINE.matcher(new String(line, ISO_8859_1));
        if (!matcher.matches()) {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
        }
        return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(matcher.group(1), HEX));
    }
}
