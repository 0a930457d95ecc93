package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlightCodeTest {
    @Test
    void randomCodesAreSixOfTheAlphabetAndUseAllOfIt() {
        Set<String> codes = new HashSet<>();
        Set<Character> used = new TreeSet<>();
        for (int i = 0; i < 2_000; i++) {
            String code = FlightCode.random();
            assertTrue(code.matches("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}"), code);
            codes.add(code);
            code.chars().forEach(c -> used.add((char) c));
        }
        assertEquals(32, used.size());
        assertTrue(codes.size() > 1_990, "of a billion codes 2000 hardly meet");
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"ABC234,ABC234", "abc234,ABC234", "  aBc234\t,ABC234", "\u00a0ABC234\u2003,ABC234", "A C2 4,A C2 4"
            })
    void aCodeIsTrimmedAndItsCaseDoesNotMatter(String sent, String code) {
        assertEquals(code, FlightCode.parse(sent));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "      ", "ABC23", "ABC2345", "ABC 2345", "\ud83d\ude00ABC23"})
    void anythingElseIsNone(String sent) {
        assertNull(FlightCode.parse(sent));
    }

    /** Full case mapping would turn one letter into two, or a foreign letter into one of a code's. */
    @Test
    void onlyAsciiLettersChangeCase() {
        assertEquals("\u00dfABCDE", FlightCode.parse("\u00dfabcde"));
        assertEquals("\u0131ABCDE", FlightCode.parse("\u0131abcde"));
        assertEquals("\u017fABCDE", FlightCode.parse("\u017fabcde"));
    }
}
