package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;

/** Requests that are none, too long, too large or too slow (the contract, 2; RFC 9112). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadHttpIT {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The connection is closed behind the answer: what a broken request ends with nobody knows. */
    private static Answer ask(String bytes) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(bytes.getBytes(ISO_8859_1));
            Answer answer = client.readAnswer();
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
            assertEquals("close", answer.header("Connection"));
            assertEquals(-1, client.read());
            return answer;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "GET\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
                "GET / FTP/1.1\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1x\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.11\r\nHost: a\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "GET http:///stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://u@h/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://a:x/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET ftp://a/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET javascript://x/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET foo?x=://y/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /?a#x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: :80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [x]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a%zz\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [1.2.3.4]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1::2]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::12345]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [v1.]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1]:99999\r\n\r\n",
                "GET http://a:65536/stats HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
                "GET / HTTP/1.1\rX\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 a\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
                "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void whatIsNoRequest(String bytes) {
        assertEquals(400, ask(bytes).status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /keep-alive HTTP/1.2\r\nHost: a\r\n\r\n",
                "GET /keep-alive HTTP/1.9\r\nHost: a\r\n\r\n",
                "GET http://a/keep-alive HTTP/1.1\r\nHost: b\r\n\r\n",
                "GET HTTPS://[2001:db8::1]:8443/keep-alive HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
                "GET /keep-alive?x=%zz&y=[a]|b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost:\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: fake_cloud:3000\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: a:\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: a:65535\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: [::ffff:1.2.3.4]:80\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: [v1.a:b]\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n01 ;x=\"y\"\r\na\r\n0\r\nX: y\r\n\r\n",
                "\r\n\r\nGET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /keep-alive HTTP/1.1\r\nhOsT:a\t \r\nX:\r\nY: \u00ff\r\n\r\n",
                "GET /keep-alive HTTP/1.0\r\n\r\n"
            })
    void whatIsUnusualAndRight(String bytes) {
        Answer answer = askAndKeep(bytes);
        assertEquals(200, answer.status());
        assertEquals("OK", answer.body());
    }

    @Test
    void everyAnswerHasADate() {
        for (String request : List.of(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n",
                "OPTIONS /api/turn-credentials HTTP/1.1\r\nHost: a\r\n\r\n",
                RawClient.handshake("/"),
                RawClient.handshake("/").replace("Version: 13", "Version: 8"))) {
            String date = askAndKeep(request).header("Date");
            assertTrue(date.matches("[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT"), date);
        }
    }

    @Test
    void aTlsHello() {
        byte[] hello = HexFormat.of().parseHex("1603010200010001fc0303" + "5a".repeat(480) + "0d0a0d0a");
        assertEquals(400, ask(new String(hello, ISO_8859_1)).status());
    }

    @Test
    void refusalsAreCounted() {
        long before = server.refused("bad_request");
        ask("nonsense\r\n\r\n");
        assertTrue(server.refused("bad_request") > before);
    }

    @Test
    void nothingBehindABrokenRequestIsAnswered() {
        String twoLengths = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertEquals(
                400,
                ask(twoLengths + "0\r\n\r\nGET /stats HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status());
    }

    @Test
    void tooLongALine() {
        assertEquals(
                414,
                ask("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status());
        assertEquals(414, ask("GET /" + "x".repeat(1 << 20)).status());
        assertEquals(
                404,
                askAndKeep("GET /" + "x".repeat(8_000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status());
    }

    @Test
    void tooLongAHeader() {
        assertEquals(
                431,
                ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(17_000) + "\r\n\r\n")
                        .status());
        assertEquals(
                431,
                ask("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(5_000) + "\r\n")
                        .status());
        assertEquals(
                200,
                askAndKeep("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(15_000) + "\r\n\r\n")
                        .status());
    }

    private static Answer askAndKeep(String bytes) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(bytes);
            return client.readAnswer();
        }
    }

    @Test
    void tooLargeABodyWhereNoneIsWantedGetsTheRoutesAnswer() {
        String head = "POST /nowhere HTTP/1.1\r\nHost: a\r\n";
        assertEquals(404, ask(head + "Content-Length: 262145\r\n\r\n").status());
        assertEquals(
                404,
                ask(head + "Content-Length: 9999999999\r\nExpect: 100-continue\r\n\r\n")
                        .status());
        String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        assertEquals(
                405,
                ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(9))
                        .status());
    }

    @Test
    void aBodyWhereNoneIsWantedIsRead() {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"
                    + "GET /keep-alive HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                    + "GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(405, client.readAnswer().status());
            assertEquals("OK", client.readAnswer().body());
            assertEquals("OK", client.readAnswer().body());
        }
    }

    @Test
    void whoeverExpects100ContinueGetsIt() {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
            assertEquals(100, client.readAnswer().status());
            client.send("x");
            assertEquals(405, client.readAnswer().status());
        }
    }

    // --- time: 10 s, all at once ---

    @Test
    void aRequestThatDoesNotEndInTimeIsEndedHoweverItTrickles() {
        try (RawClient silent = RawClient.connect(server.port());
                RawClient head = RawClient.connect(server.port());
                RawClient body = RawClient.connect(server.port());
                RawClient second = RawClient.connect(server.port());
                RawClient handshake = RawClient.connect(server.port())) {
            long since = System.nanoTime();
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(200, second.readAnswer().status());
            body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
            head.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            second.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            handshake.send(RawClient.handshake("/").strip());
            boolean takes = true;
            while (takes && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(20)) {
                for (RawClient client : new RawClient[] {head, body, second, handshake}) {
                    takes &= client.trySend(new byte[] {'x'});
                }
                takes &= System.nanoTime() - since < TimeUnit.SECONDS.toNanos(9);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            for (RawClient client : new RawClient[] {head, body, second, handshake}) {
                assertEquals(408, client.readAnswer().status());
                assertEquals(-1, client.read());
            }
            assertEquals(-1, silent.read());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            assertTrue(millis > 9_500 && millis < 14_000, "ended after " + millis + " ms");
            assertTrue(server.refused("request_timeout") >= 4);
        }
    }
}
