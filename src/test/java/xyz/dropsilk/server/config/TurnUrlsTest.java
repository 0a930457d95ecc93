package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A TURN server of one's own: {@code TURN_URLS}, {@code TURN_SHARED_SECRET}, {@code TURN_TTL_SECONDS}. */
class TurnUrlsTest {
    private static final Map<String, String> OWN =
            Map.of("TURN_URLS", "turn:a.example", "TURN_SHARED_SECRET", "hush, hush, hush");
    private static final Map<String, String> CLOUD =
            Map.of("CLOUDFLARE_TURN_TOKEN_ID", "id", "CLOUDFLARE_API_TOKEN", "hush");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "turn:a.example",
                "turn:a.example:3478",
                "turns:a.example:443?transport=tcp",
                "turn:192.0.2.1:3478?transport=udp",
                "TURN:[2001:db8::1]:3478",
                "turn:coturn_1"
            })
    void whatBrowsersTakeIsGivenOnAsItIs(String url) throws ConfigException {
        Config.OwnTurn own = own(with("TURN_URLS", "stun:a.example:3478 , " + url));
        assertEquals(List.of("stun:a.example:3478", url), own.urls());
        assertEquals(Duration.ofHours(1), own.timeToLive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            turn://a.example                  | such as turn:turn.example.com:3478
            a.example:3478                    | such as turn:turn.example.com:3478
            https://a.example                 | such as turn:turn.example.com:3478
            turn:u@a.example                  | such as turn:turn.example.com:3478
            turn:a.example?transport=sctp     | such as turn:turn.example.com:3478
            turn:a.example/x                  | such as turn:turn.example.com:3478
            turn:                             | such as turn:turn.example.com:3478
            turn:[::g]                        | such as turn:turn.example.com:3478
            turn:a.example:0                  | a port from 1 to 65535
            turn:a.example:65536              | a port from 1 to 65535
            stun:a.example?transport=udp      | no ?transport=
            stun:a.example                    | begins with turn: or turns:
            stun:a.example,stuns:b.example    | begins with turn: or turns:
            """)
    void whatBrowsersRefuseStopsTheStart(String urls, String right) {
        List<String> problems = problems(with("TURN_URLS", urls));
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("TURN_URLS=\"" + urls.replace("u@", "***@") + "\" "), problems.get(0));
        assertTrue(problems.get(0).contains(right), problems.get(0));
    }

    @Test
    void moreThanBrowsersTakeStopsTheStart() {
        assertTrue(problems(with("TURN_URLS", "turn:a,".repeat(33))).get(0).endsWith("should have at most 32 entries"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2699", "86401", "1h"})
    void aTimeThatBreaksThePromiseStopsTheStart(String seconds) {
        assertEquals(
                List.of("TURN_TTL_SECONDS=\"" + seconds + "\" should be a whole number from 2700 to 86400"),
                problems(with("TURN_TTL_SECONDS", seconds)));
    }

    @Test
    void theLeastTimeIsRight() throws ConfigException {
        assertEquals(
                Duration.ofMinutes(45), own(with("TURN_TTL_SECONDS", "2700")).timeToLive());
    }

    @Test
    void halfOfItStopsTheStart() {
        assertHalf("TURN_URLS", "TURN_SHARED_SECRET", "static-auth-secret");
        assertHalf("TURN_SHARED_SECRET", "TURN_URLS", "turn:turn.example.com:3478");
    }

    private static void assertHalf(String set, String missing, String right) {
        List<String> problems = problems(Map.of(set, String.valueOf(OWN.get(set))));
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith(set + " is set and " + missing + " is not: "), problems.get(0));
        assertTrue(problems.get(0).contains(right), problems.get(0));
        assertFalse(problems.get(0).contains("hush"), problems.get(0));
    }

    @Test
    void twoProvidersStopTheStart() {
        Map<String, String> both = new HashMap<>(OWN);
        both.putAll(CLOUD);
        List<String> problems = problems(both);
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(
                problems.get(0).startsWith("TURN_URLS and CLOUDFLARE_TURN_TOKEN_ID name two providers"),
                problems.get(0));
        assertFalse(problems.get(0).contains("hush"), problems.get(0));
    }

    @Test
    void halfOfCloudflaresBesideItIsAWarning() throws ConfigException {
        Map<String, String> environment = with("CLOUDFLARE_API_TOKEN", "hush");
        assertNotNull(own(environment));
        assertEquals(
                List.of("CLOUDFLARE_API_TOKEN is set and CLOUDFLARE_TURN_TOKEN_ID is not: Cloudflare's TURN is off"),
                ConfigReader.read(environment, "", CommandLine.parse()).warnings());
    }

    @Test
    void eitherProviderTurnsTurnOn() throws ConfigException {
        assertTrue(read(OWN).turn().isOn());
        assertTrue(read(CLOUD).turn().isOn());
        assertFalse(read(Map.of("CLOUDFLARE_API_TOKEN", "hush")).turn().isOn());
    }

    @Test
    void theSecretIsNotInTheConfigAsAString() throws ConfigException {
        assertFalse(read(OWN).toString().contains("hush"));
        assertFalse(problems(with("TURN_SHARED_SECRET", "hu\nsh")).toString().contains("hu"));
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> environment = new HashMap<>(OWN);
        environment.put(name, value);
        return environment;
    }

    private static Config read(Map<String, String> environment) throws ConfigException {
        return ConfigReader.read(environment, "", CommandLine.parse());
    }

    private static Config.OwnTurn own(Map<String, String> environment) throws ConfigException {
        return Objects.requireNonNull(read(environment).turn().own());
    }

    private static List<String> problems(Map<String, String> environment) {
        return assertThrows(ConfigException.class, () -> read(environment)).problems();
    }
}
