package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.WebClient;

/** Several processes as one, with the faults that only processes have. */
@Timeout(value = 150, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterJarIT {
    private static JarProcess jar(String url) {
        return JarProcess.jar().with("REDIS_URL", url).start();
    }

    /** A client of {@code server}, in the network of a number. */
    private static WebClient at(JarProcess server, int network) {
        return WebClient.from("203.0.113." + network, server.port());
    }

    /** Each sees the other, so both are connected. */
    private static String pair(WebClient host, WebClient guest) {
        host.expectList(guest);
        String code = host.createFlight();
        join(host, guest, code);
        return code;
    }

    private static void join(WebClient host, WebClient guest, String code) {
        guest.awaitSeat(code);
        host.expect("peer-joined");
    }

    /** Both hear the other, in order, and nothing else. */
    private static void talk(WebClient host, WebClient guest, int signals) {
        for (int i = 0; i < signals; i++) {
            host.signal(String.valueOf(i));
            guest.signal(String.valueOf(-i));
        }
        for (int i = 0; i < signals; i++) {
            assertEquals(i, guest.expect("signal").path("data").asInt());
            assertEquals(-i, host.expect("signal").path("data").asInt());
        }
    }

    private static long told(JarProcess server, String event) {
        return server.out().stream().filter(line -> line.contains(event)).count();
    }

    /** A deploy, a crash and a pause at once: whoever is concerned hears of it in time, and nobody else. */
    @Test
    void whoIsKilledIsOutWhoStandsStillComesBackAndWhoDrainsCutsNothing() {
        try (Redis redis = new Redis();
                JarProcess stays = jar(redis.url());
                JarProcess killed = jar(redis.url());
                JarProcess paused = jar(redis.url());
                JarProcess old = JarProcess.jar()
                        .with("REDIS_URL", redis.url())
                        .with("DRAIN_SECONDS", 40)
                        .start();
                WebClient host = at(stays, 1);
                WebClient ofKilled = at(killed, 1);
                WebClient another = at(stays, 2);
                WebClient ofPaused = at(paused, 2);
                WebClient ofOld = at(old, 3);
                WebClient partner = at(stays, 3);
                WebClient idle = at(old, 4);
                WebClient lone = at(old, 5);
                WebClient newcomer = at(stays, 5)) {
            final String code = pair(host, ofKilled);
            final String other = pair(another, ofPaused);
            pair(ofOld, partner);
            final String lonely = lone.createFlight();
            long begun = System.nanoTime();
            killed.signal("KILL");
            paused.signal("STOP");
            old.signal("TERM");
            join(lone, newcomer, lonely); // a draining instance takes part in everything
            talk(ofOld, partner, 200);

            host.expect("peer-left");
            another.expect("peer-left");
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 12); // 10 on a machine of one's own
            host.expectList();
            paused.signal("CONT");
            ofPaused.expect("peer-left"); // it learns that it was thought dead
            another.expectList(ofPaused);
            join(another, ofPaused, other);
            talk(another, ofPaused, 10);
            try (WebClient next = at(paused, 1)) {
                join(host, next, code);
            }

            assertEquals(1012, idle.awaitClosed().code());
            talk(ofOld, partner, 10);
            partner.leave();
            ofOld.expect("peer-left");
            ofOld.leave();
            lone.leave();
            newcomer.expect("peer-left");
            assertTrue(List.of(0, 143).contains(old.awaitExit()));
        }
    }

    /** Away at the start, frozen, back empty, cut off and half open: nobody is told that somebody left, nothing that was sent is lost, and it heals by itself. */
    @Test
    void whateverBecomesOfTheEngineNobodyIsToldThatSomebodyLeft() {
        try (Redis redis = new Redis();
                CuttableLink link = redis.link()) {
            redis.kill();
            try (JarProcess one = jar(redis.url());
                    JarProcess other = jar("redis://127.0.0.1:" + link.port());
                    WebClient host = at(one, 1);
                    WebClient guest = at(other, 1)) {
                String code = host.createFlight();
                guest.join(code).expectError("Flight not found or full", "flight_not_found");
                redis.start();
                host.expectList(guest);
                join(host, guest, code);
                Await.until("the end of the outage", () -> told(one, "bus:back") == 1 && told(other, "bus:back") == 1);

                fault(other, host, guest, redis::freeze, redis::thaw);
                fault(other, host, guest, redis::kill, redis::start);
                fault(other, host, guest, link::cut, link::mend);
                fault(other, host, guest, link::deafen, link::mend);

                long begun = System.nanoTime();
                other.signal("TERM");
                host.expect("peer-left");
                assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 8); // 2 on a machine of one's own
            } finally {
                redis.thaw();
            }
        }
    }

    /** {@code begin} lets the engine be away for {@code concerned}, which the guest is on; {@code end} ends that. */
    private static void fault(JarProcess concerned, WebClient host, WebClient guest, Runnable begin, Runnable end) {
        long aways = told(concerned, "bus:away");
        final long backs = told(concerned, "bus:back");
        begin.run();
        Await.until("the loss is noticed", () -> told(concerned, "bus:away") > aways);
        guest.signal("\"meanwhile\"");
        end.run();
        Await.until("its return is noticed", () -> told(concerned, "bus:back") > backs);
        assertEquals("meanwhile", host.expect("signal").path("data").asText());
        talk(host, guest, 10);
    }

    @Test
    void withoutAnEngineNothingOfItIsLoaded(@TempDir Path directory) throws IOException {
        Path classes = directory.resolve("classes");
        try (JarProcess alone = JarProcess.jar()
                        .jvm("-Xlog:class+load=info:file=" + classes)
                        .start();
                WebClient host = WebClient.from("203.0.113.9", alone.port());
                WebClient guest = WebClient.from("203.0.113.9", alone.port())) {
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            host.signal("1");
            guest.expect("signal");
            assertEquals(16, host.id().length());
            alone.signal("TERM");
            alone.awaitExit();
        }
        List<String> loaded = Files.readAllLines(classes);
        assertTrue(loaded.stream().anyMatch(line -> line.contains("xyz.dropsilk.server.flight.LocalRecords")));
        for (String none : List.of(
                "io.lettuce",
                "reactor.",
                "xyz.dropsilk.server.redis",
                "xyz.dropsilk.server.cluster",
                "xyz.dropsilk.server.flight.SharedRecords",
                "xyz.dropsilk.server.flight.SharedFlights",
                "xyz.dropsilk.server.flight.SharedRooms",
                "xyz.dropsilk.server.flight.Proposals",
                "xyz.dropsilk.server.Sharing")) {
            assertFalse(
                    loaded.stream().anyMatch(line -> line.contains(" " + none)),
                    () -> loaded.stream()
                            .filter(line -> line.contains(" " + none))
                            .toList()
                            .toString());
        }
    }
}
