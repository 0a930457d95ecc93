package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** The jar as an operator runs it: flags, configuration, signals, standard output, and the limits of its process. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JarIT {
    // --- flags and configuration ---

    @Test
    void helpAndVersionAreToldOnStandardOutput() {
        try (JarProcess help = JarProcess.jar().flag("--help").start();
                JarProcess version = JarProcess.jar().flag("--version").start()) {
            assertEquals(0, help.awaitExit());
            assertTrue(
                    String.join("\n", help.out()).contains("--allow-local-port"),
                    () -> help.out().toString());
            assertEquals(List.of(), help.err());
            assertEquals(0, version.awaitExit());
            assertTrue(version.out().get(0).matches("dropsilk-server \\d+\\.\\d+\\.\\d+.*"), version.out()::toString);
        }
    }

    @Test
    void theConfigurationIsCheckedWithoutBeingStarted(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve(".env"), "LOG_LEVLE=debug\n");
        try (JarProcess good =
                        JarProcess.jar().in(directory).flag("--check-config").start();
                JarProcess bad = JarProcess.jar()
                        .in(directory)
                        .with("NODE_ENV", "prod")
                        .flag("--check-config")
                        .start()) {
            assertEquals(0, good.awaitExit());
            assertEquals(List.of(), good.err());
            assertTrue(
                    good.out().get(good.out().size() - 1).contains("LOG_LEVEL is probably meant"),
                    good.out()::toString);
            assertEquals(2, bad.awaitExit());
            assertEquals(1, bad.err().size(), bad.err()::toString);
        }
    }

    @Test
    void whatIsWrongWithTheFileIsToldWithTheRest(@TempDir Path directory) throws IOException {
        Files.createDirectory(directory.resolve(".env"));
        try (JarProcess jar =
                JarProcess.jar().in(directory).with("MAX_CONNECTIONS", "x").start()) {
            assertEquals(2, jar.awaitExit());
            assertEquals(2, jar.err().size(), jar.err()::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--port=70000", "--allow-local-port=x"})
    void aFlagThatIsNoneEndsWithTheUsageOnStandardError(String flag) {
        try (JarProcess jar = JarProcess.jar().flag(flag).start()) {
            assertEquals(2, jar.awaitExit());
            assertEquals(List.of(), jar.out());
            assertTrue(
                    String.join("\n", jar.err()).contains("Usage:"),
                    () -> jar.err().toString());
        }
    }

    @Test
    void eachBadValueGetsALineAndNoSecretIsShown() {
        try (JarProcess jar = JarProcess.jar()
                .with("MAX_PAYLOAD_BYTES", "lots")
                .with("NODE_ENV", "prod")
                .with("DATABASE_URL", "mysql://user:hunter2@db/x")
                .with("CLOUDFLARE_API_TOKEN", "hunter2 with\u00e4")
                .start()) {
            assertEquals(2, jar.awaitExit());
            assertEquals(List.of(), jar.out());
            String all = String.join("\n", jar.err());
            assertEquals(4, jar.err().size(), all);
            for (String variable : new String[] {
                "MAX_PAYLOAD_BYTES=\"lots\"", "NODE_ENV=\"prod\"", "DATABASE_URL", "CLOUDFLARE_API_TOKEN"
            }) {
                assertEquals(
                        1,
                        jar.err().stream()
                                .filter(line -> line.contains(variable))
                                .count(),
                        all);
            }
            assertFalse(all.contains("hunter2"), all);
        }
    }

    /** Half a relay stops the start, and the reason is how the other half is spelt. */
    @Test
    void whatMayBeTheCauseOfABadValueStandsBesideIt() {
        try (JarProcess jar = JarProcess.jar()
                .with("TURN_URLS", "turn:a.example")
                .with("TURN_SECRET", "hunter2")
                .start()) {
            assertEquals(2, jar.awaitExit());
            assertEquals(2, jar.err().size(), jar.err()::toString);
            assertTrue(
                    jar.err().get(0).startsWith("TURN_URLS is set and TURN_SHARED_SECRET is not"), jar.err()::toString);
            assertEquals(
                    "warning: TURN_SECRET of the environment is not known to this server: TURN_SHARED_SECRET is probably meant",
                    jar.err().get(1));
        }
    }

    /** What Flight Recorder and all languages' names would cost a start is more than the rest of it. */
    @Test
    void aStartLoadsNothingThatItHasNoUseFor(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("classes");
        try (JarProcess jar = JarProcess.jar()
                .jvm("-Xlog:class+load:file=" + log)
                .with("PORT", 0)
                .start()) {
            try (RawClient client = RawClient.connect(jar.port())) {
                client.send("GET /keep-alive HTTP/1.0\r\n\r\n");
                assertEquals(200, client.readAnswer().status());
            }
            List<String> loaded = Files.readAllLines(log);
            assertTrue(loaded.size() > 1_000, "classes are logged at all");
            assertEquals(
                    List.of(),
                    loaded.stream()
                            .filter(line -> line.contains("jdk.jfr.internal.TypeLibrary")
                                    || line.contains("sun.text.resources.")
                                    || line.contains("xyz.dropsilk.server.meter.Meter "))
                            .toList());
        }
    }

    @Test
    void aPortInUseIsOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.jar()
                        .with("HOST", "127.0.0.1")
                        .flag("--port=" + taken.getLocalPort())
                        .start()) {
            assertEquals(1, jar.awaitExit());
            assertEquals(1, jar.err().size(), jar.err()::toString);
            assertTrue(jar.err().get(0).contains(String.valueOf(taken.getLocalPort())));
            assertTrue(jar.err().get(0).contains("--port"), jar.err()::toString);
        }
    }

    /** The driver tells PostgreSQL the JVM's zone when a session begins, and not every server knows every name. */
    @Test
    void theDatabaseHearsOfNoZoneOfThisMachine() throws IOException {
        try (ServerSocket database = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            database.setSoTimeout(20_000);
            try (JarProcess jar = JarProcess.jar()
                    .with("TZ", "Asia/Calcutta")
                    .with(
                            "DATABASE_URL",
                            "postgresql://u:p@127.0.0.1:" + database.getLocalPort() + "/d?sslmode=disable")
                    .start()) {
                assertTrue(jar.port() > 0);
                try (Socket session = database.accept()) {
                    session.setSoTimeout(20_000);
                    DataInputStream in = new DataInputStream(session.getInputStream());
                    byte[] startup = in.readNBytes(in.readInt() - Integer.BYTES);
                    String said = new String(startup, US_ASCII);
                    assertTrue(said.contains("TimeZone\0UTC\0"), said);
                }
            }
        }
    }

    @Test
    void aHostThatDoesNotResolveIsOneLine() {
        try (JarProcess jar =
                JarProcess.jar().with("HOST", "no.such.host.invalid").start()) {
            assertEquals(1, jar.awaitExit());
            assertEquals(
                    List.of("Can't listen: the name no.such.host.invalid in HOST does not resolve to an address"),
                    jar.err());
        }
    }

    @Test
    void theStartSaysWhatIsOnAndWhatIsProbablyNotMeantSo(@TempDir Path directory) throws IOException {
        String token = Base64.getEncoder()
                .encodeToString(
                        "{\"apiKey\":\"sk_live_x\",\"appId\":\"app\",\"regions\":[\"sea1\"]}".getBytes(US_ASCII));
        Files.writeString(directory.resolve(".env"), "NODE_ENV=production\nUPLOADTHING_TOKEN=" + token + "\n");
        try (JarProcess jar = JarProcess.jar().in(directory).start()) {
            assertTrue(jar.port() > 0);
            JsonNode startup = WebClient.json(jar.out().get(0));
            assertTrue(startup.path("uploads").asBoolean());
            assertFalse(startup.path("turn").asBoolean(true));
            assertFalse(startup.path("database").asBoolean(true));
            assertTrue(startup.path("dotEnv").asBoolean());
            assertEquals(4, startup.path("origins").asInt());
            assertEquals(6, startup.path("trustedProxies").asInt());
            assertTrue(
                    List.of("epoll", "nio").contains(startup.path("transport").asText()));
            Await.until("the warning", () -> jar.out().stream().anyMatch(line -> line.contains("config:warning")));
        }
    }

    @Test
    void aMalformedTokenTurnsUploadsOff() {
        try (JarProcess jar = JarProcess.jar().with("UPLOADTHING_TOKEN", "eyJ9").start()) {
            assertTrue(jar.port() > 0);
            assertFalse(WebClient.json(jar.out().get(0)).path("uploads").asBoolean(true));
            Await.until("the warning", () -> jar.out().stream().anyMatch(line -> line.contains("malformed")));
        }
    }

    @Test
    void aDotEnvFileFillsInWhatIsNotSet(@TempDir Path directory) throws IOException {
        Files.writeString(
                directory.resolve(".env"),
                "# mine\nexport LOG_ACCESS_KEY='from file'\nMAX_CONNECTIONS=0\nNODE_ENV=production\n");
        try (JarProcess jar =
                JarProcess.jar().in(directory).with("NODE_ENV", "development").start()) {
            try (RawClient client = RawClient.connect(jar.port())) {
                client.send("GET /logs?key=from%20file HTTP/1.0\r\n\r\n");
                assertEquals(200, client.readAnswer().status());
            }
            assertFalse(WebClient.json(jar.out().get(0)).path("production").asBoolean());
        }
    }

    // --- standard output ---

    @Test
    void onlyEventsGoToStandardOutput() {
        try (JarProcess jar = JarProcess.jar()
                .with("LOG_LEVEL", "debug")
                .with("HEARTBEAT_INTERVAL_MS", 50)
                .start()) {
            int port = jar.port();
            try (WebClient host = WebClient.from("203.0.113.1", port);
                    WebClient guest = WebClient.from("203.0.113.1", port)) {
                host.rename("a\\u0007\\nb");
                guest.join(host.createFlight()).expect("peer-joined");
            }
            jar.signal("TERM");
            jar.awaitExit();
            assertEquals(List.of(), jar.err());
            List<String> names = new ArrayList<>();
            for (String line : jar.out()) {
                JsonNode event = WebClient.json(line);
                Instant.parse(event.path("timestamp").asText());
                assertTrue(event.path("level").asText().matches("INFO|WARN|ERROR|DEBUG"), line);
                names.add(event.path("message").asText());
            }
            for (String name : new String[] {
                "system:startup",
                "system:heartbeat",
                "client:connected",
                "flight:joined",
                "flight:ended",
                "system:shutdown"
            }) {
                assertTrue(names.contains(name), names::toString);
            }
            assertFalse(names.contains("system:error"), jar.out()::toString);
        }
    }

    @Test
    void aStandardOutputThatNobodyReadsAnyMoreStopsNothing() {
        try (JarProcess jar = JarProcess.jar().start()) {
            int port = jar.port();
            jar.closeOutput();
            for (int i = 0; i < 3; i++) {
                assertServes(port);
            }
            jar.signal("TERM");
            assertTrue(List.of(0, 143).contains(jar.awaitExit()));
        }
    }

    @Test
    void aFullDiskBehindStandardOutputStopsNothing() {
        int port = JarProcess.freePort();
        try (JarProcess jar = JarProcess.jar()
                .with("PORT", port)
                .outputTo(new File("/dev/full"))
                .start()) {
            jar.awaitListening(port);
            assertServes(port);
            jar.signal("TERM");
            assertTrue(List.of(0, 143).contains(jar.awaitExit()));
            assertEquals(List.of(), jar.err());
        }
    }

    private static void assertServes(int port) {
        try (WebClient host = WebClient.from("203.0.113.1", port);
                WebClient guest = WebClient.from("203.0.113.1", port)) {
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            host.signal("1");
            guest.expect("signal");
        }
    }

    // --- signals ---

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void aSignalStopsTheServerGracefully(String signal, int status) {
        try (JarProcess jar =
                JarProcess.jar().with("SHUTDOWN_TIMEOUT_MS", 4_000).start()) {
            int port = jar.port();
            try (WebClient client = WebClient.from("203.0.113.1", port);
                    RawClient deaf = RawClient.webSocket(port)) {
                long since = System.nanoTime();
                jar.signal(signal);
                client.expect("server-shutdown");
                assertEquals(new WebClient.Closed(1001, "Server shutdown"), client.awaitClosed());
                assertTrue(deaf.readText().contains("registered"));
                assertTrue(deaf.readText().contains("server-shutdown"));
                int ended = jar.awaitExit();
                assertTrue(ended == 0 || ended == status, "exit status " + ended);
                assertTrue(System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(5_000));
                assertTrue(jar.out().get(jar.out().size() - 1).contains("system:shutdown"), jar.out()::toString);
                assertEquals(List.of(), jar.err());
            }
        }
    }

    // --- the end of resources ---

    @Test
    void withoutMemoryForBuffersTheProcessEndsAtOnce() {
        try (JarProcess jar = JarProcess.jar()
                .jvm("-Xmx256m") // so that the server's own budget is far above what there is
                .jvm("-XX:MaxDirectMemorySize=8m")
                .start()) {
            int port = jar.port();
            List<RawClient> attackers = new ArrayList<>();
            byte[] most = new byte[900_000];
            for (int i = 0; i < 20 && jar.isAlive(); i++) {
                try {
                    RawClient attacker = RawClient.webSocket(port);
                    attackers.add(attacker);
                    attacker.send(RawClient.header(true, RawClient.TEXT, 1_000_000));
                    attacker.trySend(most);
                } catch (UncheckedIOException | AssertionError gone) {
                    break;
                }
            }
            assertEquals(3, jar.awaitExit());
            attackers.forEach(RawClient::close);
        }
    }

    @Test
    void withoutFileDescriptorsWhatIsOpenLivesOnAndAcceptingResumes() {
        try (JarProcess jar = JarProcess.jar().descriptors(64).start()) {
            int port = jar.port();
            try (WebClient host = WebClient.from("203.0.113.1", port);
                    WebClient guest = WebClient.from("203.0.113.1", port)) {
                guest.join(host.createFlight()).expect("peer-joined");
                host.expect("peer-joined");
                List<RawClient> crowd = new ArrayList<>();
                for (int i = 0; i < 80; i++) { // the kernel takes them, the server can't
                    RawClient client = RawClient.connect(port);
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                    crowd.add(client);
                }
                host.signal("1");
                guest.expect("signal");
                guest.signal("2");
                host.expect("signal");
                for (int i = 0; i < 60; i++) { // each that goes makes room for one that waits
                    crowd.get(i).readAnswer();
                    crowd.get(i).close();
                }
                assertServes(port);
                crowd.forEach(RawClient::close);
                host.expectNothing();
            }
        }
    }
}
