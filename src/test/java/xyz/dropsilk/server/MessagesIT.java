package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Frame;
import xyz.dropsilk.server.testing.WebClient;

/** What is no message, and frames that are none (the contract, 1; RFC 6455, 5). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MessagesIT {
    private static final String INVALID =
            "{\"type\":\"error\",\"message\":\"Invalid message format\",\"code\":\"invalid_message\"}";
    private static final String UNKNOWN =
            "{\"type\":\"error\",\"message\":\"Unknown message type\",\"code\":\"unknown_type\"}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawClient socket() {
        RawClient client = RawClient.webSocket(server.port(), "X-Forwarded-For: 192.0.2.1");
        assertTrue(client.readText().startsWith("{\"type\":\"registered\""));
        return client;
    }

    /** The connection stays open, and what comes next is answered. */
    private static void assertAlive(RawClient client) {
        client.sendText("{\"type\":\"x\"}");
        assertEquals(UNKNOWN, client.readText());
    }

    private static void assertCloses(int code, byte[]... frames) {
        try (RawClient client = socket()) {
            for (byte[] frame : frames) {
                client.send(frame);
            }
            assertEquals(code, client.readClose().closeCode());
            assertEquals(0, client.drain());
        }
    }

    private static byte[] text(String text) {
        return RawClient.frame(true, RawClient.TEXT, text.getBytes(UTF_8));
    }

    // --- messages ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "null",
                "[]",
                "\"signal\"",
                "{",
                "{}",
                "{}{}",
                "{\"type\":\"create-flight\"} x",
                "{\"type\":\"create-flight\"}{\"type\":\"create-flight\"}",
                "{\"type\":5}",
                "{\"type\":null}",
                "{\"type\":[\"signal\"]}",
                "{\"Type\":\"create-flight\"}",
                "{'type':'create-flight'}",
                "{\"type\":\"create-flight\",}",
                "{\"type\":\"create-flight\",\"type\":\"create-flight\"}",
                "{\"type\":\"create-flight\",\"\\u0074ype\":\"signal\"}",
                "{\"type\":\"signal\"}",
                "{\"type\":\"signal\",\"data\":1,\"data\":1}",
                "{\"type\":\"signal\",\"data\":1,\"d\\u0061ta\":2}",
                "{\"type\":\"signal\",\"data\":}",
                "{\"type\":\"signal\",\"data\":01}",
                "{\"type\":\"signal\",\"data\":+1}",
                "{\"type\":\"signal\",\"data\":NaN}",
                "{\"type\":\"signal\",\"data\":.5}",
                "{\"type\":\"signal\",\"data\":\"\\x\"}",
                "{\"type\":\"signal\",\"data\":\"\\u12\"}",
                "{\"type\":\"signal\",\"data\":\"\u0001\"}",
                "{\"type\":\"signal\",\"data\":\"\n\"}",
                "{\"type\":\"signal\",\"data\":[1 2]}",
                "{\"type\":\"signal\",\"data\":{1:2}}",
                "{\"type\":\"signal\",\"data\":1]",
                "{\"type\":\"signal\",\"data\":/**/1}",
                "{\"type\":\"signal\",\"data\":1}\u0000",
                "\uFEFF{\"type\":\"create-flight\"}",
                "\u00a0{\"type\":\"create-flight\"}",
                "{\"type\":\"create-flight\",\"x\":tru}"
            })
    void whatIsNotOneObjectWithATypeIsMalformed(String message) {
        try (RawClient client = socket()) {
            client.sendText(message);
            assertEquals(INVALID, client.readText());
            assertAlive(client);
        }
    }

    @Test
    void textInUtf16IsMalformed() {
        try (RawClient client = socket()) {
            client.send(RawClient.frame(
                    true, RawClient.TEXT, "{\"type\":\"create-flight\"}".getBytes(StandardCharsets.UTF_16LE)));
            assertEquals(INVALID, client.readText());
            assertAlive(client);
        }
    }

    @Test
    void nestingOf500IsTakenAndDeeperIsNot() {
        try (RawClient client = socket()) {
            client.sendText("{\"type\":\"x\",\"y\":" + "[".repeat(499) + "]".repeat(499) + "}");
            assertEquals(UNKNOWN, client.readText());
            client.sendText("{\"type\":\"x\",\"y\":" + "[".repeat(500) + "]".repeat(500) + "}");
            assertEquals(INVALID, client.readText());
            client.sendText("{\"type\":\"x\",\"y\":" + "{\"a\":".repeat(100_000));
            assertEquals(INVALID, client.readText());
            assertAlive(client);
        }
    }

    @Test
    void aNumberOf1000CharactersIsTakenAndALongerOneIsNot() {
        try (RawClient client = socket()) {
            client.sendText("{\"type\":\"x\",\"y\":" + "9".repeat(1_000) + "}");
            assertEquals(UNKNOWN, client.readText());
            client.sendText("{\"type\":\"x\",\"y\":" + "9".repeat(1_001) + "}");
            assertEquals(INVALID, client.readText());
        }
    }

    @Test
    void anUnknownTypeIsNotRepeatedInTheError() {
        try (RawClient client = socket()) {
            client.sendText("{\"type\":\"<img src=x>\"}");
            assertEquals(UNKNOWN, client.readText());
            assertAlive(client);
        }
    }

    @Test
    void unknownFieldsAreIgnored() {
        try (RawClient client = socket()) {
            client.sendText(
                    "{\"localIp\":\"10.0.0.1\",\"localIp\":[],\"type\":\"create-flight\",\"localIpPrefix\":{}}");
            assertTrue(client.readText().startsWith("{\"type\":\"flight-created\""));
        }
    }

    @Test
    void aBinaryMessageIsMalformed() {
        try (RawClient client = socket()) {
            client.send(RawClient.frame(true, RawClient.BINARY, "{\"type\":\"create-flight\"}".getBytes(UTF_8)));
            assertEquals(INVALID, client.readText());
            client.send(RawClient.frame(true, RawClient.BINARY, new byte[] {(byte) 0xC0, (byte) 0x80}));
            assertEquals(INVALID, client.readText());
            assertAlive(client);
        }
    }

    // --- names ---

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Ann|Ann",
                "\\u00a0 Ann \\u2003|Ann",
                "<b>\\\"x\\\" & 'y' `z`</b>|‹b›”x” ＆ ’y’ ’z’‹/b›",
                "a\\u0000\\u001b[31mb\\u202ec\\u200d|a[31mbc\u200d",
                "👩\\u200d👩|👩\u200d👩",
            })
    void aNameIsCleanedBeforeAnybodySeesIt(String sent, String seen) {
        try (WebClient client = WebClient.from("192.0.2." + (10 + sent.length()), server.port());
                WebClient other = WebClient.from("192.0.2." + (10 + sent.length()), server.port())) {
            client.send("{\"type\":\"register-details\",\"name\":\"" + sent + "\"}")
                    .expectNothing();
            String list = "";
            while (!list.contains(seen)) {
                list = other.expectList(client).at("/users/0/name").asText();
            }
            assertEquals(seen, list);
            server.awaitEvent(
                    "client:registered_details", e -> e.path("name").asText().equals(seen));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"name\":null",
                ",\"name\":5",
                ",\"name\":{}",
                ",\"name\":\"\"",
                ",\"name\":\" \\u00a0\\t \"",
                ",\"name\":\"\\u0000\\u200b\"",
                ",\"name\":\"123456789 123456789 123456789 123456789 123456789 1\""
            })
    void aNameThatIsNone(String field) {
        try (WebClient client = WebClient.from("192.0.2.2", server.port())) {
            client.send("{\"type\":\"register-details\"" + field + "}").expectError("Invalid name", "invalid_name");
            client.expectNothing();
        }
    }

    // --- frames ---

    @Test
    void aFrameOverTheLimitClosesWith1009BeforeItsPayloadIsRead() {
        assertCloses(1009, RawClient.header(true, RawClient.TEXT, (1 << 20) + 1));
        assertCloses(1009, RawClient.header(true, RawClient.TEXT, Long.MAX_VALUE));
    }

    @Test
    void fragmentsOverTheLimitCloseWith1009() {
        byte[] half = new byte[1 << 19];
        assertCloses(
                1009,
                RawClient.frame(false, RawClient.TEXT, half),
                RawClient.frame(false, RawClient.CONTINUATION, half),
                RawClient.header(true, RawClient.CONTINUATION, 1));
    }

    @Test
    void textThatIsNotUtf8ClosesWith1007() {
        assertCloses(1007, RawClient.frame(true, RawClient.TEXT, new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}));
        assertCloses(1007, RawClient.frame(true, RawClient.TEXT, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}));
        assertCloses(
                1007,
                RawClient.frame(false, RawClient.TEXT, new byte[] {'"', (byte) 0xE2}),
                RawClient.frame(true, RawClient.CONTINUATION, new byte[] {'x'}));
    }

    @Test
    void aCharacterMayBeSplitBetweenFragments() {
        byte[] message = "{\"type\":\"ü😀\"}".getBytes(UTF_8);
        try (RawClient client = socket()) {
            client.send(RawClient.frame(false, RawClient.TEXT, new byte[0]));
            for (byte b : message) {
                client.send(RawClient.frame(false, RawClient.CONTINUATION, new byte[] {b}));
                client.send(RawClient.frame(true, RawClient.PING, new byte[] {b}));
            }
            client.send(RawClient.frame(true, RawClient.CONTINUATION, new byte[0]));
            for (byte b : message) {
                Frame pong = client.readFrame();
                while (pong.opcode() == RawClient.TEXT) {
                    pong = client.readFrame(); // the list
                }
                assertEquals(RawClient.PONG, pong.opcode());
                assertEquals(b, pong.payload()[0]);
            }
            assertEquals(UNKNOWN, client.readText());
        }
    }

    @Test
    void bytesThatTrickleMakeTheSameMessage() {
        try (RawClient client = socket()) {
            for (byte b : text("{\"type\":\"slow\",\"x\":\"" + "y".repeat(200) + "\"}")) {
                client.send(new byte[] {b});
            }
            assertEquals(UNKNOWN, client.readText());
        }
    }

    @Test
    void aBrokenFrameClosesWith1002() {
        assertCloses(1002, new byte[] {(byte) 0x81, 0x02, 'h', 'i'}); // not masked
        assertCloses(1002, RawClient.frame(true, 0x3, new byte[0])); // no such opcode
        assertCloses(1002, RawClient.frame(true, 0xB, new byte[0]));
        assertCloses(1002, new byte[] {(byte) 0xC1, (byte) 0x80, 0, 0, 0, 0}); // reserved bit
        assertCloses(1002, RawClient.frame(true, RawClient.CONTINUATION, new byte[0])); // of nothing
        assertCloses(1002, RawClient.frame(false, RawClient.TEXT, new byte[0]), text("{}")); // inside a message
        assertCloses(1002, RawClient.frame(false, RawClient.PING, new byte[0])); // control in fragments
        assertCloses(1002, RawClient.frame(true, RawClient.PING, new byte[126]));
        assertCloses(1002, RawClient.frame(true, RawClient.CLOSE, new byte[1]));
        assertCloses(1002, RawClient.frame(true, RawClient.CLOSE, new byte[] {3, (byte) 0xED})); // 1005
        assertCloses(1002, RawClient.header(true, RawClient.TEXT, -1));
    }

    @Test
    void nothingBehindABrokenFrameIsRead() {
        try (RawClient client = socket()) {
            client.send(RawClient.frame(true, 0x3, new byte[0]));
            client.trySend(text("{\"type\":\"create-flight\"}"));
            Frame frame = client.readFrame();
            while (frame.opcode() != RawClient.CLOSE) {
                assertFalse(frame.text().contains("flight-created"));
                frame = client.readFrame();
            }
        }
    }

    @Test
    void aPingIsAnsweredWithItsPayload() {
        try (RawClient client = socket()) {
            client.readFrame(); // the list
            byte[] payload = "x".repeat(125).getBytes(UTF_8);
            client.send(RawClient.frame(true, RawClient.PING, payload));
            Frame pong = client.readFrame();
            assertEquals(RawClient.PONG, pong.opcode());
            assertEquals("x".repeat(125), pong.text());
            client.send(RawClient.frame(true, RawClient.PONG, payload));
            assertAlive(client);
        }
    }

    @Test
    void aCloseIsAnsweredAndTheServerEndsTheConnection() {
        try (RawClient client = socket()) {
            client.readFrame(); // the list
            client.sendClose(1000);
            assertEquals(1000, client.readFrame().closeCode());
            assertEquals(-1, client.read());
        }
        try (RawClient client = socket()) {
            client.send(RawClient.frame(true, RawClient.CLOSE, new byte[0]));
            assertEquals(1005, client.readClose().closeCode());
            assertEquals(-1, client.read());
        }
        try (RawClient client = socket()) {
            client.sendClose(4001);
            assertEquals(4001, client.readClose().closeCode());
        }
    }
}
