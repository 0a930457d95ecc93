package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.api.LivenessEndpoint;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.http.HttpContext;
import xyz.dropsilk.server.http.HttpPipeline;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.NoUpgrade;
import xyz.dropsilk.server.testing.Postgres;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;

/** What load balancers and supervisors ask (the contract, 6). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealthIT {
    private static final String SERVING = "{\"status\":\"serving\",\"database\":\"off\",\"bus\":\"off\"}";

    @ParameterizedTest
    @ValueSource(strings = {"development", "production"})
    void bothAnswerMonitorsWhichSendNoOrigin(String environment) {
        try (TestServer server = TestServer.with("NODE_ENV", environment).start();
                RawClient client = RawClient.connect(server.port())) {
            Answer ready = ask(client, "GET", "/readyz");
            assertEquals(200, ready.status());
            assertEquals(SERVING, ready.body());
            assertEquals("application/json", ready.header("Content-Type"));
            assertEquals("no-store", ready.header("Cache-Control"));
            Answer alive = ask(client, "GET", "/livez");
            assertEquals(200, alive.status());
            assertEquals("no-store", alive.header("Cache-Control"));
            client.send("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\nHEAD /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(200, client.readAnswer(false).status());
            Answer head = client.readAnswer(false);
            assertEquals(200, head.status());
            assertEquals(String.valueOf(SERVING.length()), head.header("Content-Length"));
            assertEquals(405, ask(client, "POST", "/livez").status());
            assertEquals(405, ask(client, "POST", "/readyz").status());
        }
    }

    @Test
    void aDatabaseThatIsAwayIsToldAndSoIsItsReturn() {
        Postgres postgres = new Postgres();
        try (CuttableLink link = postgres.link()) {
            link.cut();
            try (TestServer server =
                            TestServer.with("DATABASE_URL", url(postgres, link)).start();
                    RawClient client = RawClient.connect(server.port())) {
                server.awaitEvent("database:away", event -> true);
                Answer ready = ask(client, "GET", "/readyz");
                assertEquals(200, ready.status());
                assertTrue(ready.body().contains("\"database\":\"away\""), ready.body());
                assertEquals(200, ask(client, "GET", "/livez").status());
                link.mend();
                Await.until(
                        "the database's return",
                        () -> ask(client, "GET", "/readyz").body().contains("\"database\":\"up\""));
            }
        }
    }

    private static String url(Postgres postgres, CuttableLink link) {
        DatabaseUrl settings = postgres.settings();
        String password = settings.password() == null ? "" : settings.password().reveal();
        return "postgres://" + settings.user() + ":" + password + "@127.0.0.1:" + link.port() + "/"
                + settings.database();
    }

    /** Asked over the loop that still runs. */
    @Test
    void aStuckLoopMakesTheProcessUnfitToLive() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        SocketServer server = new SocketServer(2);
        Router router = new Router(EventSink.none())
                .get("/livez", new LivenessEndpoint(server::loopsRun))
                .get(
                        "/loop",
                        request -> CompletableFuture.completedFuture(
                                Response.text(200, Thread.currentThread().getName())))
                .get("/block", request -> {
                    awaitUninterrupted(released);
                    return CompletableFuture.completedFuture(Response.text(200, "back"));
                });
        int port = server.listen(
                null,
                0,
                new HttpPipeline(
                        new HttpContext(
                                new ClientAddress(List.of(), null),
                                router,
                                new NoUpgrade(),
                                new MemoryBudget(1 << 24, Runnable::run),
                                InstantSource.system(),
                                EventSink.none()),
                        /* maxWebSockets= */ 10));
        try (RawClient one = RawClient.connect(port);
                RawClient other = onAnotherLoop(port, ask(one, "GET", "/loop").body())) {
            assertEquals(200, ask(one, "GET", "/livez").status());
            other.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
            Await.until("the stuck loop", () -> ask(one, "GET", "/livez").status() == 503);
            released.countDown();
            assertEquals("back", other.readAnswer().body());
            Await.until("life", () -> ask(one, "GET", "/livez").status() == 200);
        } finally {
            released.countDown();
            server.stop(Duration.ofSeconds(2));
        }
    }

    private static RawClient onAnotherLoop(int port, String loop) {
        for (int i = 0; i < 10; i++) {
            RawClient client = RawClient.connect(port);
            if (!ask(client, "GET", "/loop").body().equals(loop)) {
                return client;
            }
            client.close();
        }
        throw new AssertionError("all connections are on one loop");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Answer ask(RawClient client, String method, String path) {
        client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.readAnswer();
    }
}
