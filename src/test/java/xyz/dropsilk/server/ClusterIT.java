package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.WebClient;

/** Two whole servers on one real engine behave as one: the contract, 7. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterIT {
    private static final AtomicInteger NETWORKS = new AtomicInteger();

    private final String network = "203.0.113." + NETWORKS.incrementAndGet();
    private Redis redis;
    private TestServer one;
    private TestServer other;

    @BeforeEach
    void start() {
        redis = new Redis();
        one = server();
        other = server();
        awaitConnected();
    }

    private TestServer server() {
        return TestServer.with("REDIS_URL", redis.url())
                .with("JOIN_FAILURES_PER_MINUTE", 6)
                .start();
    }

    private void awaitConnected() {
        Await.until("both are connected", () -> isUp(one) && isUp(other));
    }

    private static boolean isUp(TestServer server) {
        int times = server.events("bus:away").size() - server.events("bus:back").size();
        return server.isShared() && times <= 0;
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
        redis.close();
    }

    private WebClient at(TestServer server) {
        return WebClient.from(network, server.port());
    }

    private static void pair(WebClient host, WebClient guest) {
        guest.awaitSeat(host.createFlight());
        host.expect("peer-joined");
    }

    @Test
    void aFlightAcrossInstances() {
        try (WebClient host = at(one);
                WebClient guest = at(other)) {
            assertNotEquals(host.id().substring(0, 8), guest.id().substring(0, 8));
            host.expectList(guest);
            guest.expectList(host);
            guest.rename("Otter");
            assertTrue(host.expectList(guest).toString().contains("Otter"));
            String code = host.createFlight();
            host.invite(guest.id(), code);
            assertEquals(
                    code, guest.expect("flight-invitation").path("flightCode").asText());
            guest.join(code);
            assertEquals(
                    host.id(),
                    guest.expect("peer-joined").path("peer").path("id").asText());
            assertEquals(
                    "lan", host.expect("peer-joined").path("connectionType").asText());
            host.signal("{\"sdp\": 1.0e3,  \"x\":\"\\ud800\"}");
            assertEquals("{\"type\":\"signal\",\"data\":{\"sdp\": 1.0e3,  \"x\":\"\\ud800\"}}", guest.nextButLists());
            for (int i = 0; i < 100; i++) {
                guest.signal(String.valueOf(i));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(i, host.expect("signal").path("data").asInt());
            }
            guest.leave();
            host.expect("peer-left");
            try (WebClient next = at(other)) {
                next.awaitSeat(code);
                host.expect("peer-joined");
            }
            host.expect("peer-left");
        }
        one.awaitEmpty();
        other.awaitEmpty();
    }

    @Test
    void oneSeatOneWinnerAndWrongCodesCountEverywhere() {
        try (WebClient host = at(one);
                WebClient guest = at(other);
                WebClient late = at(one)) {
            String code = host.createFlight();
            guest.awaitSeat(code);
            late.join(code).expectError("Flight not found or full", "flight_not_found");
            for (int i = 0; i < 5; i++) {
                try (WebClient guesser = at(i % 2 == 0 ? one : other)) {
                    guesser.join("AAAAAA").expectError("Flight not found or full", "flight_not_found");
                }
            }
            try (WebClient guesser = at(other)) {
                Await.until("the limit holds there too", () -> {
                    guesser.join("AAAAAA");
                    return guesser.nextButLists().contains("Too many attempts");
                });
            }
        }
    }

    /** Nobody is told that a peer left because the engine is away, and no signal is lost, even if it comes back empty. */
    @Test
    void theEngineMayGoAndComeBackEmpty() {
        try (WebClient host = at(one);
                WebClient guest = at(other);
                WebClient alone = at(one);
                WebClient here = at(one)) {
            pair(host, guest);
            String code = alone.createFlight();
            redis.kill();
            one.awaitEvent("bus:away", event -> true);
            other.awaitEvent("bus:away", event -> true);
            host.signal("\"while away\"");
            here.join(code).expect("peer-joined");
            alone.expect("peer-joined");
            alone.signal("1");
            assertEquals(1, here.expect("signal").path("data").asInt());
            try (WebClient lost = at(other)) {
                lost.join(code).expectError("Flight not found or full", "flight_not_found");
            }
            assertEquals(0, other.refused("wrong_code"));
            redis.start();
            one.awaitEvent("bus:back", event -> true);
            other.awaitEvent("bus:back", event -> true);
            assertEquals("while away", guest.expect("signal").path("data").asText());
            guest.signal("2");
            assertEquals(2, host.expect("signal").path("data").asInt());
            here.leave();
            alone.expect("peer-left");
            try (WebClient next = at(other)) {
                next.awaitSeat(code);
                alone.expect("peer-joined");
            }
            guest.expectNothing();
        }
    }

    @Test
    void aFrozenEngineHurtsNobodyAndHealsByItself() {
        try (WebClient host = at(one);
                WebClient guest = at(other)) {
            pair(host, guest);
            redis.freeze();
            one.awaitEvent("bus:away", event -> true);
            try (WebClient local = at(one);
                    WebClient friend = at(one)) {
                pair(local, friend);
            }
            redis.thaw();
            one.awaitEvent("bus:back", event -> true);
            host.signal("1");
            assertEquals(1, guest.expect("signal").path("data").asInt());
        } finally {
            redis.thaw();
        }
    }

    @Test
    void aNameGivenBeforeTheFlightIsThereIsTheFlightsToo() {
        try (WebClient host = at(one);
                WebClient guest = at(other)) {
            host.sendType("create-flight").rename("Otter");
            String code = host.expect("flight-created").path("flightCode").asText();
            assertJoinsNamed(guest, code, "Otter");
        }
    }

    /** However often it changes: each change would wait in memory for an engine that may stay away for hours. */
    @Test
    void aNameGivenWhileTheEngineIsAwayIsTheFlightsOnceItIsBack() {
        try (WebClient alone = at(one);
                WebClient late = at(other);
                WebClient host = at(one);
                WebClient guest = at(other)) {
            String code = alone.createFlight();
            String shared = host.createFlight();
            guest.awaitSeat(shared);
            host.expect("peer-joined");
            redis.freeze();
            one.awaitEvent("bus:away", event -> true);
            alone.rename("Otter");
            for (int i = 0; i < 200; i++) {
                host.rename("n" + i);
            }
            host.sendType("nonsense").expect("error"); // behind all that was said before
            redis.thaw();
            one.awaitEvent("bus:back", event -> true);
            assertJoinsNamed(late, code, "Otter");
            Await.until("the last name in the record", () -> record(shared).contains("n199"));
            int changes = Integer.parseInt(record(shared).replaceFirst(".*version (\\d+):.*", "$1"));
            assertTrue(changes < 50, () -> record(shared));
        } finally {
            redis.thaw();
        }
    }

    private void assertJoinsNamed(WebClient guest, String code, String name) {
        Await.until("the name in the record", () -> record(code).contains(name));
        assertEquals(
                name,
                guest.join(code).expect("peer-joined").path("peer").path("name").asText());
    }

    private String record(String code) {
        return redis.command(
                "EVAL \"return {ok = table.concat(redis.call('HGETALL', KEYS[1]), ' ')}\" 1 {dropsilk}:1:code:" + code);
    }

    @Test
    void anInstanceThatStopsIsOutAtOnce() {
        try (WebClient host = at(one);
                WebClient guest = at(other);
                WebClient seen = at(other)) {
            pair(host, guest);
            long begun = System.nanoTime();
            other.stop();
            host.expect("peer-left");
            assertTrue(System.nanoTime() - begun < 8_000_000_000L); // two seconds where nothing else is going on
            host.expectList();
            assertTrue(seen.isClosed() || !seen.id().isEmpty());
        }
    }

    @Test
    void garbageInTheEngineHurtsNobody() {
        try (WebClient host = at(one);
                WebClient guest = at(other)) {
            pair(host, guest);
            redis.command("XADD {dropsilk}:1:inbox:" + host.id().substring(0, 8) + " * e {broken p x n 5");
            redis.command("XADD {dropsilk}:1:inbox:" + host.id().substring(0, 8) + " * other field");
            redis.command("SET {dropsilk}:1:code:AAAAAA garbage");
            redis.command("HSET {dropsilk}:1:code:BBBBBB version 7:x value '{\"v\":1}'");
            redis.command("PUBLISH {dropsilk}:1:tried garbage");
            redis.command("HSET {dropsilk}:1:instances ghost garbage");
            redis.command("SET {dropsilk}:1:epoch2 x");
            try (WebClient third = at(one)) {
                third.join("AAAAAA").expectError("Flight not found or full", "flight_not_found");
                third.join("BBBBBB").expectError("Flight not found or full", "flight_not_found");
            }
            guest.signal("1");
            assertEquals(1, host.expect("signal").path("data").asInt());
            assertFalse(host.isClosed());
            Await.until(
                    "all of it is counted", () -> one.stats().at("/bus/garbage").asInt() >= 6);
            assertEquals(0, one.stats().at("/bus/undelivered").asInt());
            assertToldOnce(one, "unreadable: ", "/bus/garbage");
        }
    }

    @Test
    void whatAPairingSendsTooMuchIsCountedAndToldOnce() {
        try (WebClient host = at(one);
                WebClient guest = at(other)) {
            pair(host, guest);
            String data = '"' + "x".repeat(100_000) + '"';
            for (int i = 0; i < 30; i++) {
                guest.signal(data);
            }
            for (int i = 0; i < 9; i++) {
                host.expect("signal");
            }
            assertToldOnce(other, "undelivered: a pairing sends more", "/bus/undelivered");
            assertEquals(0, one.stats().at("/bus/undelivered").asInt());
        }
    }

    /** Once when it begins, once when it is over, with the number that {@code count} in {@code /stats} has, too. */
    private static void assertToldOnce(TestServer server, String reason, String count) {
        server.awaitEvent("bus:error", event -> event.path("reason").asText().startsWith(reason));
        Await.until(
                "its end",
                () -> { // what it takes for one that is seen again meanwhile
                    server.skip(Duration.ofSeconds(11));
                    return server.events("bus:error").size() == 2;
                });
        JsonNode end = server.events("bus:error").get(1);
        assertTrue(end.path("over").asBoolean(), end::toString);
        assertTrue(end.path("reason").asText().startsWith(reason), end::toString);
        assertEquals(server.stats().at(count).asLong(), end.path("failures").asLong());
    }
}
