package xyz.dropsilk.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.testing.ManualTime;
import xyz.dropsilk.server.testing.WebClient;

class OwnTurnTest {
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();

    private OwnTurn turn(String... urls) {
        return new OwnTurn(List.of(urls), new Secret("north wind \u00e9"), LIFETIME, time);
    }

    private IceCredentials given(OwnTurn turn) {
        return turn.credentials().toCompletableFuture().join();
    }

    private JsonNode servers(String... urls) {
        return WebClient.json(given(turn(urls)).iceServers());
    }

    /** The answer of {@code openssl dgst -sha1 -hmac SECRET -binary | base64} for the same text. */
    @Test
    void theCredentialIsTheSharedSecretsHashOfTheUserName() {
        assertEquals("aB4yZOFGxa7P0lzxbV7sn7DYQBo=", turn("turn:a").credential("1767229200:0011223344556677"));
    }

    @Test
    void theUserNameIsTheEndAndSomethingRandom() {
        JsonNode server = servers("turn:a").get(0);
        String userName = server.path("username").asText();
        long end = time.instant().plus(LIFETIME).getEpochSecond();
        assertTrue(userName.matches(end + ":[0-9a-f]{16}"), userName);
        assertEquals(
                turn("turn:a").credential(userName), server.path("credential").asText());
    }

    @Test
    void eachCallerGetsItsOwnAndTheWholeTime() {
        OwnTurn turn = turn("turn:a");
        IceCredentials first = given(turn);
        IceCredentials second = given(turn);
        assertNotEquals(first.iceServers(), second.iceServers());
        time.pass(Duration.ofMinutes(30));
        assertEquals(LIFETIME, given(turn).left(time.instant()));
        assertEquals(Duration.ofMinutes(30), first.left(time.instant()));
    }

    @Test
    void aSecondThatIsBegunCounts() {
        time.pass(Duration.ofNanos(1));
        Instant end = time.instant().plus(LIFETIME);
        String userName = servers("turn:a").get(0).path("username").asText();
        assertEquals(end.getEpochSecond() + 1, Long.parseLong(userName.substring(0, userName.indexOf(':'))));
    }

    @Test
    void stunStandsFirstAndHasNoCredentials() {
        JsonNode servers = servers("turn:a:1?transport=udp", "stun:b", "turns:[::1]:443?transport=tcp", "STUNS:c");
        assertEquals("{\"urls\":[\"stun:b\",\"STUNS:c\"]}", servers.get(0).toString());
        assertEquals(
                "[\"turn:a:1?transport=udp\",\"turns:[::1]:443?transport=tcp\"]",
                servers.get(1).path("urls").toString());
        assertEquals(2, servers.size());
    }

    @Test
    void withoutStunThereIsOneEntry() {
        JsonNode servers = servers("turn:a");
        assertEquals(1, servers.size());
        assertEquals("[\"turn:a\"]", servers.get(0).path("urls").toString());
    }

    @Test
    void itsTextHasNoSecret() {
        IceCredentials given = given(turn("turn:a"));
        String credential =
                WebClient.json(given.iceServers()).get(0).path("credential").asText();
        assertFalse(given.toString().contains(credential));
    }
}
