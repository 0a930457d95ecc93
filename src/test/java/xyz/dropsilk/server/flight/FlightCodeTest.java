package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlightCodeTest {
    @Test
    void aRandomCodeHasSixCharactersWithoutLookAlikes() {
        for (int i = 0; i < 1_000; i++) {
            String code = FlightCode.random();
            assertTrue(code.matches("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}"), code);
            assertEquals(code, FlightCode.parse(code));
        }
    }

    @Test
    void everyCharacterIsAsLikelyAtEveryPlace() {
        int codes = 64_000;
        Map<String, Integer> counts = new HashMap<>();
        Set<String> different = new HashSet<>();
        for (int i = 0; i < codes; i++) {
            String code = FlightCode.random();
            different.add(code);
            for (int place = 0; place < 6; place++) {
                counts.merge(place + "" + code.charAt(place), 1, Integer::sum);
            }
        }
        assertEquals(6 * 32, counts.size());
        // 2,000 expected of each, standard deviation 44: ten of them are never seen by chance.
        counts.forEach((where, count) -> assertTrue(Math.abs(count - 2_000) < 440, where + ": " + count));
        assertTrue(different.size() > codes - 50, "of 2^30 codes, 64,000 hardly repeat"); // 1.9 repeats expected
    }

    @ParameterizedTest
    @CsvSource({
        "ABC234, ABC234",
        "abc234, ABC234",
        "aBc2z9, ABC2Z9",
        "' ABC234 ', ABC234",
        "'\t\r\nABC234\u3000\u00a0', ABC234",
        "I0O1lo, I0O1LO",
        "'AB C23', AB C23",
        "\u0131\u0131\u0131\u0131\u0131\u0131, \u0131\u0131\u0131\u0131\u0131\u0131",
        "\u00df\u00df\u00df\u00df\u00df\u00df, \u00df\u00df\u00df\u00df\u00df\u00df",
    })
    void whatPeopleTypeIsReadAsACode(String sent, String code) {
        assertEquals(code, FlightCode.parse(sent));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "ABC23", "ABC2345", " ABC23", "ABC234 x", "\ufb03ABC", "ABC23\u0000x"})
    void whatHasNotSixCharactersIsNone(String sent) {
        assertNull(FlightCode.parse(sent));
    }

    @Test
    void nothingIsNone() {
        assertNull(FlightCode.parse(null));
    }
}
