package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.blockhound.BlockHound;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.testing.FakeCloud;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/**
 * Nothing blocks an event loop: the main paths of a whole server under BlockHound, which rewrites the methods of the JDK that block. In a JVM of its own,
 * since that can't be undone.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NoBlockingIT {
    /** What blocked a loop, and from where. The call goes on, so that one fault does not hide the next. */
    private static final Set<String> BLOCKED = new ConcurrentSkipListSet<>();

    private static final int FRAMES = 12;

    @BeforeAll
    static void watch() {
        BlockHound.builder()
                .nonBlockingThreadPredicate(
                        others -> others.or(thread -> thread.getName().startsWith("loop-")))
                // /dev/urandom, whose reads wait for nothing (urandom(4)): the ids of clients and participants come
                // from it.
                .allowBlockingCallsInside("sun.security.provider.NativePRNG$RandomIO", "readFully")
                // The registry's lock, the only one of its kind that loops take: held for a few map operations
                // (decision 1).
                .allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lock")
                .blockingMethodCallback(method -> BLOCKED.add(method + " at "
                        + Arrays.stream(new Throwable().getStackTrace())
                                .map(StackTraceElement::toString)
                                .filter(frame -> !frame.contains("reactor.blockhound"))
                                .limit(FRAMES)
                                .collect(Collectors.joining("\n  ", "\n  ", "\n"))))
                .install();
    }

    /** What else would this prove? */
    @Test
    void aCallThatBlocksIsSeen() throws Exception {
        BLOCKED.clear();
        SocketServer server = new SocketServer(1);
        try {
            EventLoop loop = server.loop();
            loop.submit(() -> read("pom.xml")).get(10, TimeUnit.SECONDS);
            assertTrue(BLOCKED.toString().contains("NoBlockingIT"), BLOCKED::toString);
            BLOCKED.clear();
            CompletableFuture<Boolean> never = new CompletableFuture<>();
            loop.submit(() -> never.completeOnTimeout(true, 1, TimeUnit.MILLISECONDS)
                            .join())
                    .get(10, TimeUnit.SECONDS);
            assertTrue(BLOCKED.toString().contains("park"), BLOCKED::toString);
        } finally {
            server.stop(Duration.ofSeconds(1));
            BLOCKED.clear();
        }
    }

    private static int read(String file) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            return in.read();
        }
    }

    @Test
    void noMainPathBlocks() throws Exception {
        BLOCKED.clear();
        try (FakeCloud cloud = new FakeCloud();
                TestServer server = settings(cloud).start()) {
            flights(server);
            rooms(server);
            requests(server);
            server.stop();
        }
        assertEquals(Set.of(), BLOCKED);
    }

    private static TestServer.Settings settings(FakeCloud cloud) {
        String token = "{\"apiKey\":\"sk_live_x\",\"appId\":\"fakeapp01\",\"regions\":[\"sea1\"]}";
        return TestServer.with("UPLOADTHING_TOKEN", Base64.getEncoder().encodeToString(token.getBytes(UTF_8)))
                .with("UPLOADTHING_API_URL", cloud.uri())
                .with("UPLOADTHING_INGEST_URL", cloud.uri())
                .with("CLOUDFLARE_TURN_TOKEN_ID", "id")
                .with("CLOUDFLARE_API_TOKEN", "turn")
                .with("CLOUDFLARE_API_URL", cloud.uri())
                .with("RECAPTCHA_SECRET_KEY", "captcha")
                .with("RECAPTCHA_VERIFY_URL", cloud.uri() + "/siteverify")
                .with("CONTACT_EMAIL", "me@example.com")
                .with("LOG_ACCESS_KEY", "key")
                .with("METRICS_ACCESS_KEY", "key")
                .loops(2);
    }

    private static void flights(TestServer server) {
        try (WebClient host = WebClient.from("198.51.100.1", server.port());
                WebClient guest = WebClient.from("198.51.100.1", server.port())) {
            host.rename("Ada");
            String code = host.createFlight();
            host.invite(guest.id(), code);
            guest.expect("flight-invitation");
            guest.join(code).expect("peer-joined");
            host.expect("peer-joined");
            for (int i = 0; i < 100; i++) {
                host.signal("\"" + "x".repeat(1 << (i % 14)) + "\"");
                guest.expect("signal");
            }
            guest.send("{\"type\":\"join-flight\",\"flightCode\":\"AAAAAA\"}").expect("error");
            guest.leave();
            host.expect("peer-left");
        }
    }

    private static void rooms(TestServer server) {
        String name = "{\"name\":\"Ada\"}";
        String created = ask(server, "POST", "/api/rooms", name).body();
        String room = "/api/rooms/" + WebClient.json(created).path("roomCode").asText();
        String id = WebClient.json(created).at("/self/participantId").asText();
        assertEquals(200, ask(server, "POST", room + "/join", name).status());
        assertEquals(200, ask(server, "GET", room + "?participantId=" + id, "").status());
        String chat = room + "/participants/" + id + "/chat";
        assertEquals(200, ask(server, "POST", chat, "{\"active\":true}").status());
    }

    private static void requests(TestServer server) {
        String wanted = "{\"files\":[{\"name\":\"a.pptx\",\"size\":1,\"type\":"
                + "\"application/vnd.openxmlformats-officedocument.presentationml.presentation\"}]}";
        String uploads = "/api/uploadthing?slug=previewUpload&actionType=upload";
        assertEquals(200, ask(server, "POST", uploads, wanted).status());
        assertEquals(
                200, ask(server, "POST", "/request-email", "{\"token\":\"t\"}").status());
        for (String path : new String[] {
            "/",
            "/livez",
            "/readyz",
            "/stats",
            "/logs?key=key",
            "/check",
            "/check.js",
            "/favicon.ico",
            "/api/status",
            "/api/whoami",
            "/api/turn-credentials",
            "/api/uploadthing"
        }) {
            assertEquals(200, ask(server, "GET", path, "").status(), path);
        }
        assertEquals(
                200,
                ask(server, "GET", "/metrics", "", "Authorization: Bearer key").status());
        assertEquals(404, ask(server, "GET", "/nothing", "").status());
    }

    private static RawClient.Answer ask(
            TestServer server, String method, String target, String body, String... headers) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n" + String.join("\r\n", headers)
                    + (headers.length == 0 ? "\r\n" : "\r\n\r\n")
                    + body);
            return client.readAnswer();
        }
    }
}
