package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** The whole server in this process, on a port of the system's choice. Closing it fails if it logged a fault of its own. */
public final class TestServer implements AutoCloseable {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final AtomicLong skipped = new AtomicLong();
    private final Application application;
    private final int port;
    private boolean stopped;

    /** What to start it with. */
    public static final class Settings {
        private final Map<String, String> variables = new HashMap<>(Map.of("PORT", "0", "SHUTDOWN_TIMEOUT_MS", "4000"));
        private OutputStream out = OutputStream.nullOutputStream();
        private int loops = 1;

        /** Sets an environment variable. */
        public Settings with(String variable, Object value) {
            variables.put(variable, String.valueOf(value));
            return this;
        }

        /** Sets the number of event loops. */
        public Settings loops(int number) {
            loops = number;
            return this;
        }

        /** Where log lines go as well. */
        public Settings output(OutputStream stream) {
            out = stream;
            return this;
        }

        public TestServer start() {
            return new TestServer(this);
        }
    }

    /** A server with one environment variable. */
    public static Settings with(String variable, Object value) {
        return new Settings().with(variable, value);
    }

    /** A server as it is without any configuration. */
    public static TestServer start() {
        return new Settings().start();
    }

    private TestServer(Settings settings) {
        try {
            application = new Application(
                    ConfigReader.read(settings.variables, "", CommandLine.parse()),
                    "test",
                    new Tee(settings.out),
                    () -> System.nanoTime() + skipped.get(),
                    new SocketServer(settings.loops));
            port = application.start();
        } catch (ConfigException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private final class Tee extends OutputStream {
        private final OutputStream other;

        Tee(OutputStream other) {
            this.other = other;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            output.write(bytes, offset, length);
            other.write(bytes, offset, length);
        }
    }

    public int port() {
        return port;
    }

    /** What it serves over HTTP, each path with its methods. */
    public Map<String, String> served() {
        return application.served();
    }

    /** Makes the server believe that so much time has passed; what its event loops have scheduled is not hastened. */
    public void skip(Duration time) {
        skipped.addAndGet(time.toNanos());
    }

    // --- what it says ---

    /** The log lines so far. */
    public List<JsonNode> log() {
        return output.toString(UTF_8).lines().map(WebClient::json).toList();
    }

    /** The log's events of this name so far. */
    public List<JsonNode> events(String name) {
        return log().stream()
                .filter(event -> event.path("message").asText().equals(name))
                .toList();
    }

    /** Waits for the first event of this name that {@code matches}. */
    public JsonNode awaitEvent(String name, Predicate<JsonNode> matches) {
        Await.until(
                name + " in " + output.toString(UTF_8),
                () -> events(name).stream().anyMatch(matches));
        return events(name).stream().filter(matches).findFirst().orElseThrow();
    }

    /** Whether it reaches the engine that it shares with others. */
    public boolean isShared() {
        return application.isShared();
    }

    /** What {@code /stats} says. */
    public JsonNode stats() {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET /stats HTTP/1.0\r\n\r\n");
            return WebClient.json(client.readAnswer().body());
        }
    }

    /** How often something was refused for this reason. */
    public long refused(String reason) {
        return stats().path("refused").path(reason).asLong();
    }

    /** Waits until nobody is connected any more and no flight is left. */
    public void awaitEmpty() {
        Await.until("an empty server", () -> stats().path("activeConnections").asInt() == 0);
        assertEquals(0, stats().path("activeFlights").asInt());
    }

    // --- ending ---

    /** Stops it as a signal would, once. */
    public void stop() {
        if (!stopped) {
            stopped = true;
            try {
                application.stop();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        stop();
        List<JsonNode> faults = events("system:error").stream()
                .filter(event -> event.path("level").asText().equals("ERROR"))
                .toList();
        assertEquals(List.of(), faults, "the server logged faults of its own");
    }
}
