package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.RawClient.Frame;
import xyz.dropsilk.server.testing.WebClient;

/** Who becomes a WebSocket (the contract, 1; RFC 6455, 4.2), and what it hears first. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandshakeIT {
    private static TestServer server;
    private static TestServer production;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        production = TestServer.with("NODE_ENV", "production").start();
    }

    @AfterAll
    static void stop() {
        server.close();
        production.close();
    }

    private static Answer ask(TestServer whom, String request) {
        try (RawClient client = RawClient.connect(whom.port())) {
            client.send(request);
            return client.readAnswer();
        }
    }

    private static Answer ask(String request) {
        return ask(server, request);
    }

    @Test
    void theAnswerProvesThatItUnderstood() {
        Answer answer = ask(RawClient.handshake("/"));
        assertEquals(101, answer.status());
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer.header("Sec-WebSocket-Accept"));
        assertEquals("websocket", answer.header("Upgrade").toLowerCase(Locale.ROOT));
        assertEquals("upgrade", answer.header("Connection").toLowerCase(Locale.ROOT));
    }

    @Test
    void registeredComesFirstAndTheListRightBehind() {
        try (RawClient client = RawClient.webSocket(server.port(), "X-Forwarded-For: 203.0.113.1")) {
            JsonNode registered = WebClient.json(client.readFrame().text());
            assertEquals("registered", registered.path("type").asText());
            assertTrue(registered.path("id").asText().matches("[0-9a-z]{12,}"), registered::toString);
            assertEquals(
                    "{\"type\":\"users-on-network-update\",\"users\":[]}",
                    client.readFrame().text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?x=1", "/?", "/?a=b&c=/d", "http://localhost/", "http://localhost/?x=1"})
    void aQueryDoesNotMatter(String target) {
        assertEquals(101, ask(RawClient.handshake(target)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x", "//", "/ws", "/stats", "/%2F", "/./", "*", "/favicon.ico"})
    void anyOtherPathIsRefused(String target) {
        assertEquals(404, ask(RawClient.handshake(target)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "8", "12", "14", "13, 8", "013", "x", ""})
    void onlyVersion13IsSpoken(String version) {
        Answer answer = ask(RawClient.handshake("/").replace("Version: 13", "Version: " + version));
        assertEquals(426, answer.status());
        assertEquals("13", answer.header("Sec-WebSocket-Version"));
        assertEquals("websocket", answer.header("Upgrade"));
        assertTrue(answer.header("Connection").toLowerCase(Locale.ROOT).contains("upgrade"), answer::toString);
    }

    @Test
    void aHandshakeWithoutAVersionIsRefused() {
        Answer answer = ask(RawClient.handshake("/").replace("Sec-WebSocket-Version: 13\r\n", ""));
        assertEquals(426, answer.status());
        assertEquals("13", answer.header("Sec-WebSocket-Version"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "????????????????????????", "dGhlIHNhbXBsZSBub25jZTE="})
    void aKeyThatIsNone(String key) {
        assertEquals(
                400,
                ask(RawClient.handshake("/").replace("dGhlIHNhbXBsZSBub25jZQ==", key))
                        .status());
    }

    @Test
    void aHandshakeWithoutAKeyOrWithTwo() {
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        assertEquals(400, ask(RawClient.handshake("/").replace(key, "")).status());
        assertEquals(400, ask(RawClient.handshake("/").replace(key, key + key)).status());
    }

    @Test
    void compressionStaysOff() {
        Answer answer = ask(RawClient.handshake(
                "/",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                "Sec-WebSocket-Protocol: x"));
        assertEquals(101, answer.status());
        assertFalse(answer.headers().containsKey("sec-websocket-extensions"));
        assertFalse(answer.headers().containsKey("sec-websocket-protocol"));
    }

    @Test
    void headerValuesAreTokensWithoutCase() {
        String request = RawClient.handshake("/")
                .replace("Upgrade: websocket", "UPGRADE: WebSocket")
                .replace("Connection: Upgrade", "connection: keep-alive, upgrade");
        assertEquals(101, ask(request).status());
    }

    @Test
    void http10CanNotUpgrade() {
        Answer answer = ask(RawClient.handshake("/").replace("HTTP/1.1", "HTTP/1.0"));
        assertEquals(200, answer.status()); // RFC 9110, 7.8: the field is ignored
    }

    @Test
    void anotherMethodCanNotUpgrade() {
        assertEquals(405, ask(RawClient.handshake("/").replace("GET", "POST")).status());
    }

    @Test
    void withoutExactlyOneHostThereIsNoHandshake() {
        assertEquals(
                400,
                ask(RawClient.handshake("/").replace("Host: localhost\r\n", "")).status());
        assertEquals(400, ask(RawClient.handshake("/", "Host: b")).status());
    }

    @Test
    void whatStandsBehindTheHandshakeInOnePacketIsRead() {
        try (RawClient client = RawClient.connect(server.port())) {
            byte[] head = RawClient.handshake("/").getBytes(US_ASCII);
            byte[] frame = RawClient.frame(true, RawClient.TEXT, "{\"type\":\"create-flight\"}".getBytes(US_ASCII));
            byte[] both = Arrays.copyOf(head, head.length + frame.length);
            System.arraycopy(frame, 0, both, head.length, frame.length);
            client.send(both);
            assertEquals(101, client.readAnswer().status());
            assertTrue(client.readText().startsWith("{\"type\":\"registered\""));
            assertTrue(client.readText().startsWith("{\"type\":\"flight-created\""));
        }
    }

    @Test
    void aConnectionThatWasPlainHttpBeforeMayUpgrade() {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n" + RawClient.handshake("/"));
            assertEquals(200, client.readAnswer().status());
            assertEquals(101, client.readAnswer().status());
            assertTrue(client.readText().startsWith("{\"type\":\"registered\""));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://dropsilk.xyz",
                "HTTPS://DropSilk.XYZ",
                "https://www.dropsilk.xyz",
                "app://.",
                "https://dropsilk-a1B2-ahmed-arats-projects.vercel.app"
            })
    void anAllowedOriginGetsInInProduction(String origin) {
        assertEquals(
                101,
                ask(production, RawClient.handshake("/", "Origin: " + origin)).status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://dropsilk.xyz",
                "https://dropsilk.xyz.evil.example",
                "https://dropsilk.xyz/",
                "https://dropsilk-a-ahmed-arats-projects.vercel.app.evil.example",
                "null",
                "http://localhost:5173"
            })
    void anyOtherOriginIsRefusedEverywhere(String origin) {
        assertEquals(
                403,
                ask(production, RawClient.handshake("/", "Origin: " + origin)).status());
        assertEquals(
                403, ask(server, RawClient.handshake("/", "Origin: " + origin)).status());
    }

    @Test
    void aMissingOriginIsLetInOutsideProductionOnly() {
        assertEquals(403, ask(production, RawClient.handshake("/")).status());
        assertEquals(101, ask(server, RawClient.handshake("/")).status());
    }

    @Test
    void refusalsAreCounted() {
        long before = server.refused("handshake");
        ask(RawClient.handshake("/nowhere"));
        assertTrue(server.refused("handshake") > before);
    }

    @Test
    void theServerMasksNothingAndSendsWholeFrames() {
        try (RawClient client = RawClient.webSocket(server.port())) {
            Frame frame = client.readFrame();
            assertTrue(frame.fin());
            assertEquals(RawClient.TEXT, frame.opcode());
        }
    }
}
