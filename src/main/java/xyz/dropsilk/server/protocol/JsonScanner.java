package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks over JSON text (RFC 8259) without building anything from it: finds where a value ends, or that it is not one. Holds only the
 * nesting of the value at hand; confined to one thread.
 *
 * <p><b>The buffer's end.</b> Behind the text stand {@link #TAILROOM} zero bytes. A zero byte is valid nowhere in JSON, so each loop
 * below ends there by itself and none has to compare its index. The text is valid UTF-8 already, so no byte inside a string that is not a
 * quote, a backslash or a control character needs a look.
 */
final class JsonScanner {
    /** Zero bytes needed behind the text: one long read at its last byte must stay inside. */
    static final int TAILROOM = Long.BYTES;

    /** Containers inside each other, the outermost object included. The contract's bound, and Jackson's meaning of it. */
    static final int MAX_DEPTH = 500;

    /** Characters of one number. The contract's bound: a reader's big-number arithmetic is quadratic in it. */
    static final int MAX_NUMBER_CHARS = 1_000;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long QUOTE_FROM_BLANK = ONES * ('"' ^ ' ');
    private static final long BACKSLASHES = ONES * '\\';

    private static final boolean[] ONE_LETTER_ESCAPES = new boolean[0x80];

    static {
        for (char c : "\"\\/bfnrt".toCharArray()) {
            ONE_LETTER_ESCAPES[c] = true;
        }
    }

    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] FALSE = "false".getBytes(US_ASCII);
    private static final byte[] NULL = "null".getBytes(US_ASCII);

    /** Bit d says whether the container at depth d is an object. */
    private final long[] objects = new long[(MAX_DEPTH + Long.SIZE) / Long.SIZE];

    /** The index of the first byte at or after {@code i} that is not JSON white space. */
    static int skipSpace(byte[] text, int i) {
        return text[i] > ' ' ? i : skipSpaces(text, i);
    }

    /** Apart from the usual case, which is so short that no compiler makes a call of it. */
    private static int skipSpaces(byte[] text, int i) {
        int c = text[i];
        while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            c = text[++i];
        }
        return i;
    }

    /** {@code i} stands behind a string's opening quote; the index behind its closing one. */
    static int skipString(byte[] text, int i) throws ProtocolException {
        for (; ; ) {
            long stops = stops((long) LONGS.get(text, i));
            if (stops == 0) {
                i += Long.BYTES;
                continue;
            }
            i += bytesBelow(stops);
            if (text[i] == '"') {
                return i + 1;
            }
            if (text[i] != '\\') {
                throw ProtocolException.INVALID_MESSAGE;
            }
            do { // escapes come in pairs: each line of an SDP ends in two
                i = isOneLetter(text[i + 1]) ? i + 2 : skipUnicode(text, i + 1);
            } while (text[i] == '\\');
        }
    }

    /**
     * The high bit of each byte of {@code word} that a string can't just contain: a quote, a backslash or a control character. Bytes above
     * the lowest such one may be marked wrongly, by the borrow of the subtractions.
     *
     * <p>The bit that a quote has and a blank has not is turned over, which puts the quote right behind the control characters and the blank behind it:
     * one comparison finds all of them. In 35 bytes of code, since the JVM's first compiler makes a call, one for eight bytes of text, of what is longer.
     */
    private static long stops(long word) {
        return (((word ^ QUOTE_FROM_BLANK) - ONES * (' ' + 1)) | ((word ^ BACKSLASHES) - ONES)) & ~word & HIGH_BITS;
    }

    /**
     * How many bytes of a word are below the lowest of {@code marks}, high bits of bytes. In arithmetic, since counting trailing zeros is an
     * instruction for the JVM's second compiler alone, and the image has only the first.
     */
    private static int bytesBelow(long marks) {
        return (int) ((((marks - 1) & ONES) * ONES) >>> (Long.SIZE - Byte.SIZE)) - 1;
    }

    /** Whether a backslash and {@code c} are a whole escape. */
    private static boolean isOneLetter(byte c) {
        return c >= 0 && ONE_LETTER_ESCAPES[c];
    }

    /** {@code i} stands behind a backslash; the index behind the escape, which must be four digits of one UTF-16 unit. */
    private static int skipUnicode(byte[] text, int i) throws ProtocolException {
        if (text[i] != 'u') {
            throw ProtocolException.INVALID_MESSAGE;
        }
        for (int end = i + 4; i < end; ) {
            if (!isHex(text[++i])) {
                throw ProtocolException.INVALID_MESSAGE;
            }
        }
        return i + 1;
    }

    private static boolean isHex(int c) {
        int lower = c | 0x20;
        return isDigit(c) || (lower >= 'a' && lower <= 'f');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /**
     * {@code i} is the first byte of a value inside the message's own object; the index behind the value's last byte.
     *
     * @throws ProtocolException if there is no valid value, or it breaks a bound above
     */
    int skipValue(byte[] text, int i) throws ProtocolException {
        int depth = 1; // the message's own object
        for (; ; ) {
            switch (text[i]) {
                case '"' -> i = skipString(text, i + 1);
                case '{', '[' -> {
                    boolean object = text[i] == '{';
                    i = skipSpace(text, i + 1);
                    if (text[i] == (object ? '}' : ']')) {
                        if (depth == MAX_DEPTH) {
                            throw ProtocolException.INVALID_MESSAGE;
                        }
                        i++;
                    } else {
                        enter(++depth, object);
                        if (object) {
                            i = skipKey(text, i);
                        }
                        continue;
                    }
                }
                case 't' -> i = skipWord(text, i, TRUE);
                case 'f' -> i = skipWord(text, i, FALSE);
                case 'n' -> i = skipWord(text, i, NULL);
                default -> i = skipNumber(text, i);
            }
            while (true) {
                if (depth == 1) {
                    return i;
                }
                i = skipSpace(text, i);
                boolean object = isObject(depth);
                if (text[i] == ',') {
                    i = skipSpace(text, i + 1);
                    if (object) {
                        i = skipKey(text, i);
                    }
                    break;
                }
                if (text[i] != (object ? '}' : ']')) {
                    throw ProtocolException.INVALID_MESSAGE;
                }
                i++;
                depth--;
            }
        }
    }

    private void enter(int depth, boolean object) throws ProtocolException {
        if (depth > MAX_DEPTH) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        long bit = 1L << depth;
        objects[depth >>> 6] = object ? objects[depth >>> 6] | bit : objects[depth >>> 6] & ~bit;
    }

    private boolean isObject(int depth) {
        return (objects[depth >>> 6] & (1L << depth)) != 0;
    }

    /** {@code i} is where a key must begin; the index of the first byte of its value. */
    private static int skipKey(byte[] text, int i) throws ProtocolException {
        if (text[i] != '"') {
            throw ProtocolException.INVALID_MESSAGE;
        }
        return skipColon(text, skipString(text, i + 1));
    }

    /** {@code i} stands behind a key; the index of the first byte of its value. */
    static int skipColon(byte[] text, int i) throws ProtocolException {
        i = skipSpace(text, i);
        if (text[i] != ':') {
            throw ProtocolException.INVALID_MESSAGE;
        }
        return skipSpace(text, i + 1);
    }

    private static int skipWord(byte[] text, int i, byte[] word) throws ProtocolException {
        for (byte c : word) {
            if (text[i++] != c) {
                throw ProtocolException.INVALID_MESSAGE;
            }
        }
        return i;
    }

    private static int skipNumber(byte[] text, int start) throws ProtocolException {
        int i = start;
        if (text[i] == '-') {
            i++;
        }
        i = text[i] == '0' ? i + 1 : skipDigits(text, i);
        if (text[i] == '.') {
            i = skipDigits(text, i + 1);
        }
        if ((text[i] | 0x20) == 'e') {
            i++;
            if (text[i] == '+' || text[i] == '-') {
                i++;
            }
            i = skipDigits(text, i);
        }
        if (i - start > MAX_NUMBER_CHARS) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        return i;
    }

    private static int skipDigits(byte[] text, int i) throws ProtocolException {
        if (!isDigit(text[i])) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        while (isDigit(text[i])) {
            i++;
        }
        return i;
    }
}
