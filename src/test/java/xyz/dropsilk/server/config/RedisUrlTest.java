package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {
    /** What stands for nothing here. */
    private static String orNone(@Nullable Object value) {
        return String.valueOf(value).replace("null", "-");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://h, h, 6379, false, -, -, 0",
        "REDIS://h/, h, 6379, false, -, -, 0",
        "redis://h:1/, h, 1, false, -, -, 0",
        "valkey://10.0.0.1:6380/3, 10.0.0.1, 6380, false, -, -, 3",
        "rediss://u:p@h.example, h.example, 6379, true, u, p, 0",
        "valkeys://:p%40%2F%25+@h/15, h, 6379, true, -, p@/%+, 15",
        "redis://default:p:q@[::1]:7, ::1, 7, false, default, p:q, 0",
    })
    void everyFormIsTakenApart(
            String url, String host, int port, boolean tls, String user, String password, int database) {
        RedisUrl parsed = RedisUrl.parse(url);
        assertEquals(host, parsed.host());
        assertEquals(port, parsed.port());
        assertEquals(tls, parsed.tls());
        assertEquals(user, orNone(parsed.user()));
        assertEquals(
                password, parsed.password() == null ? "-" : parsed.password().reveal());
        assertEquals(database, parsed.database());
        assertFalse(parsed.toString().contains("p@") || parsed.toString().contains("default"), parsed.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://u:p@hush/w#rd@127.0.0.1:6379/0", "redis://:hu/sh@h", "redis://:hu#sh@h/0#hush"})
    void anUnescapedPasswordIsAnErrorThatSaysHowToEscapeIt(String url) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> RedisUrl.parse(url))
                .getMessage());
        assertFalse(message.contains("hu"), message);
        assertTrue(message.contains("/ is %2F, ? %3F, # %23, @ %40"), message);
    }
}
