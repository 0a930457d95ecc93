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
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.WebClient;

/** Several processes as one, with the faults that only processes have. */
@Timeout(value = 150, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterJarIT {
    private static JarProcess jar(Redis redis) {
        return JarProcess.jar().with("REDIS_URL", redis.url()).start();
    }

    private static WebClient at(JarProcess server) {
        return WebClient.from("203.0.113.9", server.port());
    }

    /** Each sees the other, so both are connected. */
    private static String pair(WebClient host, WebClient guest) {
        host.expectList(guest);
        String code = host.createFlight();
        guest.join(code).expect("peer-joined");
        host.expect("peer-joined");
        return code;
    }

    @Test
    void whoIsKilledIsOutWithinTenSeconds() {
        try (Redis redis = new Redis();
                JarProcess one = jar(redis);
                JarProcess other = jar(redis);
                WebClient host = at(one);
                WebClient guest = at(other)) {
            String code = pair(host, guest);
            long begun = System.nanoTime();
            other.signal("KILL");
            host.expect("peer-left");
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 12);
            host.expectList();
            try (JarProcess third = jar(redis);
                    WebClient next = at(third)) {
                host.expectList(next);
                next.join(code).expect("peer-joined");
                host.expect("peer-joined");
            }
        }
    }

    /** Its clients learn that they were thought dead, and can go on; whoever was left behind keeps the code. */
    @Test
    void whoStandsStillComesBackWithoutGhosts() {
        try (Redis redis = new Redis();
                JarProcess one = jar(redis);
                JarProcess other = jar(redis);
                WebClient host = at(one);
                WebClient guest = at(other)) {
            String code = pair(host, guest);
            other.signal("STOP");
            host.expect("peer-left");
            other.signal("CONT");
            guest.expect("peer-left");
            host.expectList(guest);
            guest.join(code).expect("peer-joined");
            host.expect("peer-joined");
            host.signal("1");
            assertEquals(1, guest.expect("signal").path("data").asInt());
        }
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

    /** An engine that is away at the start keeps nobody from starting. */
    @Test
    void itStartsWithTheEngineAwayAndJoinsLater() {
        try (Redis redis = new Redis()) {
            redis.kill();
            try (JarProcess one = jar(redis);
                    JarProcess other = jar(redis);
                    WebClient host = at(one);
                    WebClient guest = at(other)) {
                String code = host.createFlight();
                guest.join(code).expectError("Flight not found or full", "flight_not_found");
                redis.start();
                host.expectList(guest);
                Await.until( // the host's instance may still be putting back what it decided alone
                        "the guest's place",
                        () -> guest.join(code).nextButLists().contains("peer-joined"));
                host.expect("peer-joined");
                Await.until(
                        "the end of the outage is told",
                        () -> one.out().stream().anyMatch(line -> line.contains("bus:back")));
            }
        }
    }
}
