package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The jar that users run, as a process of its own, ended at the latest when this is closed. */
public final class JarProcess implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final Process process;
    private final Lines out;
    private final Lines err;

    /** What to start. */
    public static final class Settings {
        private final List<String> jvm = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        private final List<String> flags = new ArrayList<>();
        private final ProcessBuilder builder = new ProcessBuilder();
        private int descriptors;

        private Settings() {
            builder.environment().clear();
            builder.environment().put("PATH", System.getenv("PATH"));
        }

        /** Adds an argument of the JVM. */
        public Settings jvm(String argument) {
            jvm.add(argument);
            return this;
        }

        /** Sets an environment variable; nothing is inherited. */
        public Settings with(String variable, Object value) {
            builder.environment().put(variable, String.valueOf(value));
            return this;
        }

        /** Adds a flag of the server. */
        public Settings flag(String flag) {
            flags.add(flag);
            return this;
        }

        /** Sets the working directory. */
        public Settings in(Path directory) {
            builder.directory(directory.toFile());
            return this;
        }

        /** Sends standard output to a file. */
        public Settings outputTo(File file) {
            builder.redirectOutput(file);
            return this;
        }

        /** Allows so many open files. */
        public Settings descriptors(int number) {
            descriptors = number;
            return this;
        }

        public JarProcess start() {
            // A test runner in the background may have interrupts ignored, which a process inherits.
            List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
            if (descriptors > 0) {
                command.addAll(List.of("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh"));
            }
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvm);
            command.addAll(List.of("-jar", System.getProperty("dropsilk.jar")));
            command.addAll(flags);
            try {
                return new JarProcess(builder.command(command).start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Reads a stream to its end on a thread of its own. */
    private static final class Lines extends Thread {
        private final InputStream in;
        private final List<String> lines = new ArrayList<>();

        Lines(InputStream in) {
            this.in = in;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                    }
                }
            } catch (IOException e) {
                // closed by the test
            }
        }

        List<String> all() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }
    }

    private JarProcess(Process process) {
        this.process = process;
        this.out = new Lines(process.getInputStream());
        this.err = new Lines(process.getErrorStream());
    }

    /** The jar as {@code java -jar} runs it, on any free port. */
    public static Settings jar() {
        return new Settings().with("PORT", "0");
    }

    /** A port that is free now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port that the server's log names. */
    public int port() {
        Await.until("the server's start: " + err.all(), () -> startup().isPresent() || !process.isAlive());
        return startup()
                .orElseThrow(() -> new AssertionError(err.all()))
                .path("port")
                .asInt();
    }

    private Optional<JsonNode> startup() {
        return out.all().stream()
                .map(WebClient::json)
                .filter(event -> event.path("message").asText().equals("system:startup"))
                .findFirst();
    }

    /** Waits until somebody answers on {@code port}. */
    public void awaitListening(int port) {
        Await.until("port " + port + " to answer", () -> {
            try (RawClient client = RawClient.connect(port)) {
                client.send("GET / HTTP/1.0\r\n\r\n");
                return client.readAnswer().status() == 200;
            } catch (UncheckedIOException notYet) {
                return false;
            }
        });
    }

    public List<String> out() {
        return out.all();
    }

    public List<String> err() {
        return err.all();
    }

    /** Closes the reading end of its standard output. */
    public void closeOutput() {
        try {
            process.getInputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal, for example INT. */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The exit status, once it has ended by itself and all that it printed is read. */
    public int awaitExit() {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + LIMIT_SECONDS + " s: " + out.all() + err.all());
            }
            out.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            err.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
