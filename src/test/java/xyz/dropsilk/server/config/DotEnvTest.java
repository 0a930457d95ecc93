package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DotEnvTest {
    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("A=b", "b"),
                Arguments.of("  A = b  ", "b"),
                Arguments.of("\tA\t=\tb\t", "b"),
                Arguments.of("export A=b", "b"),
                Arguments.of("export \t A=b", "b"),
                Arguments.of("A=", ""),
                Arguments.of("A=b=c==", "b=c=="),
                Arguments.of("A=b c", "b c"),
                // comments
                Arguments.of("A=b # c", "b"),
                Arguments.of("A=b\t#c", "b"),
                Arguments.of("A=b#c", "b#c"),
                Arguments.of("A=#c", "#c"),
                Arguments.of("A= #c", ""),
                Arguments.of("A=b # c # d", "b"),
                // quotes
                Arguments.of("A=\"b\"", "b"),
                Arguments.of("A='b'", "b"),
                Arguments.of("A=''", ""),
                Arguments.of("A=\"\"", ""),
                Arguments.of("A=\" b # c \"", " b # c "),
                Arguments.of("A=' b # c '  # d", " b # c "),
                Arguments.of("A='b'#c", "b"),
                Arguments.of("A='b\"c'", "b\"c"),
                Arguments.of("A=\"b'c\"", "b'c"),
                Arguments.of("A=\"b\\\"c\"", "b\"c"),
                Arguments.of("A=\"b\\\\\"", "b\\"),
                Arguments.of("A=\"^x\\.y\\d$\"", "^x\\.y\\d$"),
                Arguments.of("A='b\\'", "b\\"),
                Arguments.of("A=^x\\.y$", "^x\\.y$"),
                Arguments.of("A=b'c'", "b'c'"),
                Arguments.of("A=it's", "it's"),
                Arguments.of("A=$B", "$B"));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineGivesAValue(String line, String value) {
        assertEquals(new DotEnv(Map.of("A", value), List.of()), DotEnv.parse(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n", "\n  \n", "\n# comment\n", "\n  # A=x\n"})
    void linesEndAsOnAnySystemAndMayBeEmptyOrComments(String end) {
        Map<String, String> values = Map.of("A", "b", "C_1.x-y", "d", "export", "e");
        assertEquals(
                new DotEnv(values, List.of()), DotEnv.parse("A=b" + end + "C_1.x-y=\"d\"" + end + "export=e" + end));
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertEquals(Map.of("A", "b"), DotEnv.parse("\uFEFFA=b").values());
    }

    @Test
    void theLastOfARepeatedVariableCounts() {
        assertEquals(Map.of("A", "c"), DotEnv.parse("A=b\nA=c").values());
    }

    @Test
    void anEmptyFileSaysNothing() {
        assertEquals(new DotEnv(Map.of(), List.of()), DotEnv.parse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "A b",
                "A: hush",
                "=hush",
                "1A=hush",
                "A B=hush",
                "export A",
                "exportA B=hush",
                "-=hush",
                "A='hush",
                "A=\"hush",
                "A=\"hush\\\"",
                "A='hush'hush",
                "A='hush' hush",
                "A=\"hush\"\"hush\"",
                "\0=hush",
                "{\"hush\":1}"
            })
    void anythingElseIsAProblemThatNamesTheLineAndNotItsText(String line) {
        DotEnv file = DotEnv.parse("B=1\n" + line + "\nC=2");
        assertEquals(Map.of("B", "1", "C", "2"), file.values());
        assertEquals(1, file.problems().size());
        assertTrue(
                file.problems().get(0).startsWith("line 2 of .env should"),
                file.problems().get(0));
        assertFalse(file.problems().get(0).contains("hush"), file.problems().get(0));
    }

    @Test
    void garbageNeverThrowsAndEachLineIsAValueOrAProblem() {
        long seed = 5;
        Random random = new Random(seed);
        String alphabet = "AB=='\"#\\ \texport\u00e9\0\uD83D";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder line = new StringBuilder("K");
            for (int length = random.nextInt(30); length > 0; length--) {
                line.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            DotEnv file = DotEnv.parse(line.toString());
            assertEquals(1, file.values().size() + file.problems().size(), () -> line + " from seed " + seed);
        }
    }

    @Test
    void whatIsQuotedComesBack() {
        Random random = new Random(6);
        String alphabet = "ab=#'\"\\ $\t";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String quoted = text.toString().replace("\\", "\\\\").replace("\"", "\\\"");
            assertEquals(
                    Map.of("A", text.toString()),
                    DotEnv.parse("A=\"" + quoted + "\" # '\"").values());
        }
    }
}
