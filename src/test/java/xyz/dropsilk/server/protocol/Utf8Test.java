package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Against the JDK's own decoder. */
final class Utf8Test {
    /** Both sides of each border in RFC 3629, 4. */
    private static final int[] EDGES = {
        0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF
    };

    private final CharsetDecoder decoder = UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(16);

    @Test
    void allSequencesOfUpToThreeBytesAreJudgedAsTheDecoderDoes() {
        check(new byte[0]);
        byte[] one = new byte[1];
        byte[] two = new byte[2];
        byte[] three = new byte[3];
        for (int a = 0; a < 256; a++) {
            one[0] = two[0] = three[0] = (byte) a;
            check(one);
            for (int b = 0; b < 256; b++) {
                two[1] = three[1] = (byte) b;
                check(two);
                for (int c = 0; c < 256; c++) {
                    three[2] = (byte) c;
                    check(three);
                }
            }
        }
    }

    @Test
    void sequencesOfFourAndFiveBytesAreJudgedAsTheDecoderDoesAtEveryEdge() {
        byte[] bytes = new byte[5];
        for (int a : EDGES) {
            for (int b : EDGES) {
                for (int c : EDGES) {
                    for (int d : EDGES) {
                        bytes[0] = (byte) a;
                        bytes[1] = (byte) b;
                        bytes[2] = (byte) c;
                        bytes[3] = (byte) d;
                        bytes[4] = 'x';
                        check(bytes);
                        check(Arrays.copyOf(bytes, 4));
                    }
                }
            }
        }
    }

    @Test
    void everyCodePointIsValidAndSurrogatesAreNot() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(c).getBytes(UTF_8);
                if (!Utf8.isValid(bytes, 0, bytes.length)) {
                    fail("U+" + Integer.toHexString(c));
                }
            }
        }
        assertFalse(isValid("EDA080"));
        assertFalse(isValid("EDA080EDB080")); // a pair, each half encoded by itself
    }

    @Test
    void onlyTheRangeIsLookedAt() {
        byte[] bytes = HexFormat.of().parseHex("80C3A9C3");
        assertTrue(Utf8.isValid(bytes, 1, 3));
        assertFalse(Utf8.isValid(bytes, 0, 3));
        assertFalse(Utf8.isValid(bytes, 1, 4)); // cut off, although more stands behind
        assertFalse(Utf8.isValid(bytes, 1, 2));
        assertTrue(Utf8.isValid(bytes, 4, 4));
    }

    private static boolean isValid(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return Utf8.isValid(bytes, 0, bytes.length);
    }

    private void check(byte[] bytes) {
        decoder.reset();
        decoded.clear();
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), decoded, true);
        if (result.isError() == Utf8.isValid(bytes, 0, bytes.length)) {
            fail(HexFormat.of().formatHex(bytes));
        }
    }
}
