package xyz.dropsilk.server.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.remote.RemoteException.Kind;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.FakeCloud;

@Timeout(30)
class OutboundIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final FakeCloud cloud = new FakeCloud();
    private final Outbound outbound = new Outbound();

    @AfterEach
    void close() {
        outbound.close();
        cloud.close();
    }

    @Test
    void bringsTheBody() {
        cloud.reply("x", FakeCloud.json(201, "{\"a\":1}"));
        assertEquals("{\"a\":1}", new String(send("x", LONG, false).join(), UTF_8));
        FakeCloud.Seen seen = cloud.seen("x").get(0);
        assertEquals("POST", seen.method());
        assertEquals("secret", seen.headers().get("authorization"));
        assertEquals("body", seen.body());
        assertNull(seen.headers().get("upgrade"), "HTTP/2 is not asked for");
    }

    @Test
    void tellsARefusedAnswerFromAMalformedOne() {
        cloud.reply("x", FakeCloud.json(503, "no"));
        RemoteException refused = failure(send("x", LONG, true));
        assertEquals(Kind.REFUSED, refused.kind());
        assertEquals("refused with status 503", refused.reason());
        assertEquals(1, cloud.seen("x").size(), "an answer is not asked for twice");

        cloud.reply("x", FakeCloud.endless());
        assertEquals(Kind.MALFORMED, failure(send("x", LONG, false)).kind());
    }

    @Test
    void theLimitCoversTheBody() {
        cloud.reply("x", FakeCloud.hang());
        cloud.reply("y", FakeCloud.hangInBody());
        assertEquals(Kind.TIMED_OUT, failure(send("x", SHORT, true)).kind());
        assertEquals(Kind.TIMED_OUT, failure(send("y", SHORT, true)).kind());
    }

    @Test
    void aBrokenConnectionIsTriedOnceMoreIfThatDoesNoHarm() {
        cloud.reply("x", FakeCloud.cutOff(), FakeCloud.json(200, "{}"));
        send("x", LONG, true).join();
        assertEquals(2, cloud.seen("x").size());

        cloud.reply("x", FakeCloud.cutOff());
        assertEquals(Kind.UNREACHABLE, failure(send("x", LONG, true)).kind());
        assertEquals(4, cloud.seen("x").size());

        assertEquals(Kind.UNREACHABLE, failure(send("x", LONG, false)).kind());
        assertEquals(5, cloud.seen("x").size());
    }

    @Test
    void nobodyListening() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        URI uri = URI.create("http://127.0.0.1:" + port);
        Calls.Call call = new Calls.Call(uri, Map.of(), new byte[0], LONG, true);
        assertEquals(Kind.UNREACHABLE, failure(outbound.send(call)).kind());
    }

    @Test
    void redirectsAreNotFollowed() {
        cloud.reply("x", FakeCloud.redirect(cloud.uri().resolve("/y")));
        assertEquals("refused with status 307", failure(send("x", LONG, true)).reason());
        assertEquals(List.of(), cloud.seen("y"));
    }

    @Test
    void aKeyThatNoHeaderTakesIsNamedNowhere() {
        Map<String, String> headers = Map.of("Authorization", "Bearer s3cr\u00e9t\n");
        Calls.Call call = new Calls.Call(cloud.uri(), headers, new byte[0], LONG, true);
        RemoteException failure = failure(outbound.send(call));
        assertEquals(Kind.UNSENDABLE, failure.kind());
        assertFalse(failure.toString().contains("s3cr"), failure.toString());
        assertNull(failure.getCause());
    }

    @Test
    void oneHangingThirdPartyLeavesRoomOrIsRefusedAtOnce() {
        cloud.reply("x", FakeCloud.hang());
        List<CompletableFuture<byte[]>> hanging = new ArrayList<>();
        for (int i = 0; i < Outbound.MAX_OPEN_CALLS; i++) {
            hanging.add(send("x", Duration.ofMillis(1500), false));
        }
        CompletableFuture<byte[]> refused = send("x", LONG, false);
        assertTrue(refused.isDone(), "nobody waits for room");
        assertEquals(Kind.BUSY, failure(refused).kind());
        Await.until("the time limits", () -> hanging.stream().allMatch(CompletableFuture::isDone));
        cloud.reply("x", FakeCloud.json(200, "{}"));
        assertEquals("{}", new String(send("x", LONG, false).join(), UTF_8), "all the room is there again");
    }

    private CompletableFuture<byte[]> send(String path, Duration limit, boolean repeatable) {
        return outbound.send(new Calls.Call(
                cloud.uri().resolve("/" + path),
                Map.of("Authorization", "secret"),
                "body".getBytes(UTF_8),
                limit,
                repeatable));
    }

    private static RemoteException failure(CompletableFuture<?> call) {
        Throwable cause = assertThrows(CompletionException.class, call::join).getCause();
        return assertInstanceOf(RemoteException.class, cause);
    }
}
