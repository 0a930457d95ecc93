package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.RawClient;

/**
 * Bytes before, between and behind handshakes, however they are cut and however the connection ends: once the sockets are closed nobody is
 * connected, no place is taken, and no descriptor is open. (One packet of pipelined requests and handshakes once left a ghost in everybody's
 * list for each connection.)
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PipelinedHandshakeIT {
    private static final int PLACES = 40;
    private static final int SEQUENCES = 150;
    private static final int MAX_PIECES = 24;
    private static final String GET = "GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Answered by a worker, so that what stands behind it is decoded long before it is answered. */
    private static final String LATER =
            "POST /request-email HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n{\"token\":\"\"}";

    private static final byte[][] PIECES = {
        bytes(GET),
        bytes(GET),
        bytes(GET.repeat(16)),
        bytes(LATER),
        bytes("GET /stats HTTP/1.1\r\nHost: a\r\n\r\n"),
        bytes("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        bytes(RawClient.handshake("/")),
        bytes(RawClient.handshake("/")),
        bytes(RawClient.handshake("/nowhere")),
        bytes(RawClient.handshake("/").replace("Version: 13", "Version: 8")),
        bytes(RawClient.handshake("/", "Content-Length: 3") + "abc"),
        bytes("GET / HTTP/1.1\r\nHo"),
        bytes("\r\n"),
        bytes("nonsense\r\n\r\n"),
        RawClient.frame(true, RawClient.TEXT, bytes("{\"type\":\"create-flight\"}")),
        RawClient.frame(true, RawClient.CLOSE, new byte[] {3, (byte) 0xE8}),
        RawClient.frame(false, RawClient.TEXT, bytes("{\"type\":")),
    };

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static TestServer server(int loops) {
        return TestServer.with("MAX_CONNECTIONS", PLACES)
                .with("RECAPTCHA_SECRET_KEY", "s")
                .with("CONTACT_EMAIL", "e@example.org")
                .with("API_RATE_PER_MINUTE", 0)
                .loops(loops)
                .start();
    }

    @Test
    void handshakesBehindPipelinedRequestsLeaveNoGhost() {
        try (TestServer server = server(1)) {
            for (int i = 0; i < 10; i++) {
                try (RawClient client = RawClient.connect(server.port())) {
                    client.send(GET.repeat(16) + RawClient.handshake("/").repeat(5));
                    assertEquals(200, client.readAnswer().status());
                }
            }
            assertNothingIsLeft(server);
        }
    }

    @Test
    void aHandshakeBehindPipelinedRequestsGetsIn() {
        try (TestServer server = server(1);
                RawClient client = RawClient.connect(server.port())) {
            client.send(GET.repeat(16) + RawClient.handshake("/"));
            for (int i = 0; i < 16; i++) {
                assertEquals(200, client.readAnswer().status());
            }
            assertEquals(101, client.readAnswer().status());
            assertTrue(client.readText().startsWith("{\"type\":\"registered\""));
        }
    }

    /** Reading pauses before the end comes, and must not go on behind it: Netty has nothing left to ask epoll for. */
    @Test
    void anEndBehindMoreThanIsReadAheadIsNoFault() {
        byte[] pings = RawClient.frame(true, RawClient.PING, new byte[100]);
        ByteArrayOutputStream handshake = new ByteArrayOutputStream();
        handshake.writeBytes(bytes(GET.repeat(20) + RawClient.handshake("/")));
        for (int i = 0; i < 200; i++) {
            handshake.writeBytes(pings);
        }
        String post = "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + " ".repeat(20_000);
        try (TestServer server = server(1)) {
            for (byte[] all : new byte[][] {handshake.toByteArray(), bytes(GET.repeat(17) + post)}) {
                for (int i = 0; i < 20; i++) {
                    try (RawClient client = RawClient.connect(server.port())) {
                        if (client.trySend(all)) {
                            client.halfClose();
                        }
                        client.drain();
                    }
                }
            }
            assertNothingIsLeft(server);
        } // which asserts that no fault was logged
    }

    @ParameterizedTest
    @CsvSource({"1, 11", "2, 12"})
    void whateverStandsAroundHandshakesLeavesNothingBehind(int loops, long seed) throws IOException {
        Random random = new Random(seed);
        try (TestServer server = server(loops)) {
            RawClient.connect(server.port()).close();
            Await.until(
                    "the first connection is gone",
                    () -> server.stats().path("activeConnections").asInt() == 0);
            long descriptors = descriptors();
            for (int i = 0; i < SEQUENCES; i++) {
                converse(server, random);
            }
            assertNothingIsLeft(server);
            Await.until("all descriptors are closed", () -> descriptors() <= descriptors + 2);
        }
    }

    private static void converse(TestServer server, Random random) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int pieces = 1 + random.nextInt(MAX_PIECES);
        for (int i = 0; i < pieces; i++) {
            all.writeBytes(PIECES[random.nextInt(PIECES.length)]);
        }
        byte[] bytes = all.toByteArray();
        RawClient client = RawClient.connect(server.port());
        int cut = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
        boolean open = client.trySend(Arrays.copyOf(bytes, cut));
        if (open && cut < bytes.length) {
            open = client.trySend(Arrays.copyOfRange(bytes, cut, bytes.length));
        }
        switch (random.nextInt(4)) {
            case 0 -> client.reset();
            case 1 -> {
                if (open) {
                    client.halfClose();
                }
                client.drain();
                client.close();
            }
            case 2 -> {
                if (open && client.hasInput()) {
                    client.read();
                }
                client.close();
            }
            default -> client.close();
        }
    }

    /** Nobody is connected, and as many as there are places get in, so none was lost. */
    private static void assertNothingIsLeft(TestServer server) {
        Await.until(
                "nobody is connected",
                () -> server.stats().path("activeConnections").asInt() == 0);
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < PLACES; i++) {
                clients.add(RawClient.webSocket(server.port(), "X-Forwarded-For: 203.0.113." + i));
            }
            assertEquals(PLACES, server.stats().path("activeConnections").asInt());
            String list = "";
            for (RawClient client : clients) {
                list = client.readFrame().text() + client.readFrame().text();
            }
            assertTrue(list.endsWith("\"users\":[]}"), list);
        } finally {
            clients.forEach(RawClient::close);
        }
        Await.until(
                "nobody is connected any more",
                () -> server.stats().path("activeConnections").asInt() == 0);
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            return 0; // no such place: nothing to count
        }
    }
}
