package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.http.Upgrade;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.origin.OriginPolicy;

/** RFC 6455, 4.2, and the contract's order of refusals. */
final class UpgradeGateTest {
    private static final NetworkKey HOME = new NetworkKey(NetworkKey.Kind.IPV4, 1);
    private static final NetworkKey SCHOOL = new NetworkKey(NetworkKey.Kind.IPV4, 2);
    private static final NetworkKey OFFICE = new NetworkKey(NetworkKey.Kind.IPV4, 3);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final TestSignaling signaling = new TestSignaling(channel.eventLoop());
    private final UpgradeGate gate = new UpgradeGate(
            OriginPolicy.of(
                    new Config.Origins(List.of("https://dropsilk.xyz"), Pattern.compile("never"), List.of()),
                    /* production= */ true),
            signaling.shared,
            new ProxyWatch(new ClientAddress(List.of(), null), signaling.events, false));
    private final HttpHeaders headers = new DefaultHttpHeaders()
            .set("Host", "x")
            .set("Upgrade", "websocket")
            .set("Connection", "Upgrade")
            .set("Origin", "https://dropsilk.xyz")
            .set("Sec-WebSocket-Version", "13")
            .set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private Request request(HttpMethod method, String path, NetworkKey network) {
        return new Request(
                method, path, "x=1", TestFields.of(headers), new byte[0], InetAddress.getLoopbackAddress(), network);
    }

    private Upgrade.Outcome decide(NetworkKey network) {
        return gate.decide(request(HttpMethod.GET, "/", network), channel);
    }

    private void assertRefused(int status, Refusal refusal, Upgrade.Outcome outcome) {
        assertEquals(status, outcome.response().status());
        assertNull(outcome.session());
        List<Refusal> refusals =
                signaling.events.all().stream().map(event -> event.refusal()).toList();
        assertEquals(refusal, refusals.get(refusals.size() - 1));
    }

    @Test
    void aRefusalSaysWhy() {
        headers.set("Sec-WebSocket-Version", "8");
        decide(HOME);
        headers.set("Sec-WebSocket-Version", "13").set("Sec-WebSocket-Key", "short");
        decide(HOME);
        gate.decide(request(HttpMethod.GET, "/socket", HOME), channel);
        assertEquals(
                List.of(
                        "Sec-WebSocket-Version is not 13",
                        "Sec-WebSocket-Key is not 16 bytes in base64",
                        "WebSockets are served at / alone"),
                signaling.events.all().stream()
                        .map(event -> event.fields().get("why"))
                        .toList());
    }

    @Test
    void aHandshakeIsProvenUnderstood() {
        Upgrade.Outcome outcome = decide(HOME);
        assertEquals(101, outcome.response().status());
        assertNotNull(outcome.session());
        // The example of RFC 6455, 1.3.
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", outcome.response().fields().get("Sec-WebSocket-Accept"));
        assertEquals("websocket", outcome.response().fields().get("Upgrade"));
        assertEquals("Upgrade", outcome.response().fields().get("Connection"));
        assertFalse(outcome.response().fields().has("Sec-WebSocket-Extensions"));
        assertFalse(outcome.response().fields().has("Sec-WebSocket-Protocol"));
    }

    @ParameterizedTest
    @CsvSource({
        "websocket, Upgrade, true",
        "WebSocket, 'keep-alive, upgrade', true",
        "'h2c, websocket', Upgrade, true",
        "h2c, Upgrade, false",
        "websocket, keep-alive, false",
        "websockets, Upgrade, false",
    })
    void itIsAskedForByTwoFields(String upgrade, String connection, boolean asked) {
        headers.set("Upgrade", upgrade).set("Connection", connection);
        assertEquals(asked, gate.isAskedFor(request(HttpMethod.GET, "/", HOME)));
        assertFalse(gate.isAskedFor(request(HttpMethod.POST, "/", HOME)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stats", "//", "/ws", "", "/%2F", "*"})
    void anotherPathIsNotFound(String path) {
        headers.set("Origin", "https://evil.example").remove("Sec-WebSocket-Version");
        assertRefused(404, Refusal.HANDSHAKE, gate.decide(request(HttpMethod.GET, path, HOME), channel));
    }

    @Test
    void anOriginThatIsNotAllowedIsForbidden() {
        headers.set("Origin", "https://evil.example").remove("Sec-WebSocket-Version");
        assertRefused(403, Refusal.ORIGIN, decide(HOME));
        headers.remove("Origin");
        assertRefused(403, Refusal.ORIGIN, decide(HOME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "7", "8", "12", "14", "013", "13, 8", "thirteen"})
    void anotherVersionMustUpgrade(String version) {
        headers.set("Sec-WebSocket-Version", version).remove("Sec-WebSocket-Key");
        Upgrade.Outcome outcome = decide(HOME);
        assertRefused(426, Refusal.HANDSHAKE, outcome);
        assertEquals("13", outcome.response().fields().get("Sec-WebSocket-Version"));
    }

    @Test
    void noVersionAndTwoMustUpgradeToo() {
        headers.remove("Sec-WebSocket-Version");
        assertRefused(426, Refusal.HANDSHAKE, decide(HOME));
        headers.add("Sec-WebSocket-Version", "13").add("Sec-WebSocket-Version", "13");
        assertRefused(426, Refusal.HANDSHAKE, decide(HOME));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25j",
                "dGhlIHNhbXBsZSBub25jZSE=",
                "!GhlIHNhbXBsZSBub25jZQ=="
            })
    void aKeyThatIsNoneIsABadRequest(String key) {
        headers.set("Sec-WebSocket-Key", key);
        assertRefused(400, Refusal.HANDSHAKE, decide(HOME));
    }

    @Test
    void noKeyAndTwoAreABadRequest() {
        headers.remove("Sec-WebSocket-Key");
        assertRefused(400, Refusal.HANDSHAKE, decide(HOME));
        headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        assertRefused(400, Refusal.HANDSHAKE, decide(HOME));
    }

    @Test
    void theLimitsAreAskedLast() {
        assertNotNull(decide(HOME).session());
        Upgrade.Outcome networkFull = decide(HOME);
        assertRefused(429, Refusal.NETWORK_FULL, networkFull);
        assertTrue(networkFull.response().fields().has("Retry-After"));
        assertNotNull(decide(SCHOOL).session());
        Upgrade.Outcome serverFull = decide(OFFICE);
        assertRefused(503, Refusal.SERVER_FULL, serverFull);
        assertTrue(serverFull.response().fields().has("Retry-After"));

        headers.set("Origin", "https://evil.example");
        assertRefused(403, Refusal.ORIGIN, decide(OFFICE));
    }

    @Test
    void aDrainingServerLetsNobodyIn() {
        signaling.connections.close();
        Upgrade.Outcome draining = decide(HOME);
        assertRefused(503, Refusal.DRAINING, draining);
        assertEquals("5", draining.response().fields().get("Retry-After"));
    }

    @Test
    void aRefusalTakesNoPlace() {
        headers.set("Sec-WebSocket-Version", "8");
        decide(HOME);
        headers.set("Sec-WebSocket-Version", "13").set("Sec-WebSocket-Key", "x");
        decide(HOME);
        assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(HOME));
    }
}
