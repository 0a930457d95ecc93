package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonScannerTest {
    private final JsonScanner scanner = new JsonScanner();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "1",
                "-1",
                "10",
                "1234567890",
                "0.0",
                "0.5",
                "-0.5",
                "10.01",
                "1e1",
                "1E1",
                "1e+1",
                "1e-1",
                "0e0",
                "1.5E-10",
                "true",
                "false",
                "null",
                "\"\"",
                "\"a\"",
                "\"\\u0000\\uFFFF\\uabCD\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                "\" \"",
                "[]",
                "{}",
                "[1]",
                "[1,2]",
                "[[]]",
                "[{}]",
                "{\"\":0}",
                "{\"a\":{}}",
                "{\"a\":[],\"b\":{\"c\":null}}",
                "[ \t\r\n]",
                "{ \t\r\n}",
                "[ 1 , 2 ]",
                "{ \"a\" : 1 , \"b\" : 2 }",
                "[[],{},[{}],\"]\",\"}\"]",
            })
    void aValueEndsBehindItsLastByte(String value) throws ProtocolException {
        for (String behind : new String[] {"", ",", "}", " ", "]", "\"", "x"}) {
            assertEquals(value.length(), scanner.skipValue(text(value + behind), 0), value + behind);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "+1",
                "-",
                "--1",
                ".5",
                "-.5",
                "1.",
                "1.e1",
                "1e",
                "1e+",
                "1E-",
                "-a",
                "NaN",
                "Infinity",
                "-Infinity",
                "tru",
                "True",
                "nul",
                "fals",
                "undefined",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\",
                "\"\\u\"",
                "\"\\u12\"",
                "\"\\u123\"",
                "\"\\u123g\"",
                "\"\\uD83\"",
                "\"\\x41\"",
                "\"\\a\"",
                "\"\\'\"",
                "\"\\0\"",
                "\"\\U0041\"",
                "'a'",
                "\"\n\"",
                "\"\t\"",
                "\"\u0000\"",
                "\"\u001f\"",
                "[",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[1}",
                "]",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{,}",
                "{\"a\" 1}",
                "{a:1}",
                "{1:1}",
                "{\"a\":1]",
                "{\"a\":1 \"b\":2}",
                "{\"a\",\"b\"}",
                "[\"a\":1]",
                "[[]",
                "[{]}",
                "[1\u00a0]",
                "[1\f]",
                "[\ufeff1]",
                "[1;2]",
                "[//\n1]",
            })
    void whatIsNoValueIsRefused(String value) {
        assertThrows(ProtocolException.class, () -> scanner.skipValue(text(value), 0), value);
    }

    @Test
    void aNumberEndsWhereItCannotGoOn() throws ProtocolException {
        assertEquals(1, scanner.skipValue(text("01"), 0)); // whoever called finds the 1 where a comma should be
        assertEquals(2, scanner.skipValue(text("-01"), 0));
        assertEquals(3, scanner.skipValue(text("1e5.5"), 0));
        assertEquals(4, scanner.skipValue(text("truee"), 0));
    }

    @Test
    void everyControlCharacterIsRefusedAndNoOtherAtEachPlaceOfAString() throws ProtocolException {
        for (int place = 0; place < 20; place++) {
            for (char c = 0; c < 0x100; c++) {
                char[] inside = new char[20];
                Arrays.fill(inside, 'x');
                inside[place] = c;
                byte[] text = text('"' + new String(inside) + '"');
                if (c < ' ' || c == '\\') {
                    assertThrows(ProtocolException.class, () -> scanner.skipValue(text, 0), "character " + (int) c);
                } else {
                    int end = c == '"' ? place + 2 : text.length - JsonScanner.TAILROOM;
                    assertEquals(end, scanner.skipValue(text, 0), "character " + (int) c);
                }
            }
        }
    }

    @Test
    void stringsOfAllLengthsEndAtTheirQuoteWhateverStandsBehind() throws ProtocolException {
        for (int length = 0; length < 40; length++) {
            for (String c :
                    new String[] {"a", "\u00e9", "\u20ac", "\ud83d\ude00", "\u007f", " ", "\\n", "\\\\", "\\u0022"}) {
                String string = '"' + c.repeat(length) + '"';
                int end = string.getBytes(UTF_8).length;
                assertEquals(end, scanner.skipValue(text(string + "\"\\\u0001\"\"\"\\\\\""), 0), string);
            }
        }
    }

    @Test
    void escapesInARowEndAnywhereInAWord() throws ProtocolException {
        String[] escapes = {"\\n", "\\\\", "\\\"", "\\u0041"};
        String[] broken = {"\\x", "\\u12\"", "\\u123g", "\u0001", "\u001f", "\\"};
        for (String fill : new String[] {"x", "\u00e9", "\u20ac", "\ud83d\ude00"}) {
            for (int before = 0; before <= 2 * Long.BYTES; before++) {
                for (int run = 0; run < escapes.length * escapes.length * escapes.length; run++) {
                    String row = escapes[run % 4] + escapes[run / 4 % 4] + escapes[run / 16];
                    String string = '"' + fill.repeat(before) + row + fill.repeat(run % 10);
                    int end = string.getBytes(UTF_8).length + 1;
                    assertEquals(end, scanner.skipValue(text(string + "\"\"\\\u0001"), 0), string);
                    String cut = '"' + fill.repeat(before) + row + broken[run % broken.length];
                    assertThrows(ProtocolException.class, () -> scanner.skipValue(text(cut), 0), cut);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"[,]", "'{\"a\":',}"})
    void containersNestFiveHundredDeepTheMessageItselfIncluded(String open, String close) throws ProtocolException {
        for (String inside : new String[] {"1", "\"\""}) {
            String deepest = open.repeat(499) + inside + close.repeat(499);
            assertEquals(deepest.length(), scanner.skipValue(text(deepest), 0));
            assertThrows(
                    ProtocolException.class,
                    () -> scanner.skipValue(text(open.repeat(500) + inside + close.repeat(500)), 0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "[ ]", "{\n}"})
    void anEmptyContainerCountsLikeAnyOther(String empty) throws ProtocolException {
        String deepest = "[".repeat(498) + empty + "]".repeat(498);
        assertEquals(deepest.length(), scanner.skipValue(text(deepest), 0));
        String tooDeep = "[".repeat(499) + empty + "]".repeat(499);
        assertThrows(ProtocolException.class, () -> scanner.skipValue(text(tooDeep), 0));
    }

    @Test
    void anyNumberOfContainersMayStandSideBySide() throws ProtocolException {
        String wide = "[" + "{},[[]],{\"a\":[{}]},".repeat(2_000) + "0]";
        assertEquals(wide.length(), scanner.skipValue(text(wide), 0));
    }

    @Test
    void eachDepthRemembersWhetherItIsAnObject() {
        // Depths 60 to 70 straddle the edge of a word of bits.
        for (int depth = 1; depth < 200; depth++) {
            String array = "[".repeat(depth) + "1" + "]".repeat(depth - 1) + "}";
            assertThrows(ProtocolException.class, () -> scanner.skipValue(text(array), 0));
            String object = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth - 1) + "]";
            assertThrows(ProtocolException.class, () -> scanner.skipValue(text(object), 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"'',''", "-,''", "'',.5", "'',e5", "-,.25E-7"})
    void aNumberHasAThousandCharactersAtMostSignPointAndExponentIncluded(String before, String behind)
            throws ProtocolException {
        int digits = 1_000 - before.length() - behind.length();
        String longest = before + "1".repeat(digits) + behind;
        assertEquals(1_000, scanner.skipValue(text(longest), 0));
        assertThrows(
                ProtocolException.class, () -> scanner.skipValue(text(before + "1".repeat(digits + 1) + behind), 0));
    }

    @Test
    void longFractionsAndExponentsAreLongNumbersToo() throws ProtocolException {
        assertEquals(1_000, scanner.skipValue(text("0." + "1".repeat(998)), 0));
        assertThrows(ProtocolException.class, () -> scanner.skipValue(text("0." + "1".repeat(999)), 0));
        assertEquals(1_000, scanner.skipValue(text("1e" + "0".repeat(998)), 0));
        assertThrows(ProtocolException.class, () -> scanner.skipValue(text("1e" + "0".repeat(999)), 0));
        assertThrows(ProtocolException.class, () -> scanner.skipValue(text("[" + "9".repeat(1_001) + "]"), 0));
    }

    private static byte[] text(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        return Arrays.copyOf(bytes, bytes.length + JsonScanner.TAILROOM);
    }
}
