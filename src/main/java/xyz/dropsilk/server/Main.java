package xyz.dropsilk.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Terminal;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.config.DotEnvFile;

/** The process: reads what it was started with, runs the {@link Application}, and says how it went by its exit status. */
public final class Main {
    /** The flags or the configuration are wrong. */
    private static final int EXIT_USAGE = 2;

    /** The server could not start. */
    private static final int EXIT_FAILURE = 1;

    /** Whether Netty tells Flight Recorder of its buffers; whoever wants to see that sets it. */
    private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

    private static final Path DOT_ENV = Path.of(".env");

    private Main() {}

    /** Runs until the process is told to end. */
    public static void main(String[] arguments) {
        // The database's driver tells the server the JVM's zone, and not every server knows every zone's name. Nothing
        // here needs one.
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        // Netty would prepare its events for Flight Recorder with its first buffer, which takes longer than all else.
        if (System.getProperty(NETTY_EVENTS) == null) {
            System.setProperty(NETTY_EVENTS, "false");
        }
        OutOfMemory.prepare();
        CommandLine.Options options = options(arguments);
        if (options.help()) {
            System.out.print(CommandLine.usage());
        } else if (options.version()) {
            System.out.println("dropsilk-server " + version());
        } else if (options.checkConfig()) {
            System.exit(ConfigCheck.run(() -> read(options), version(), System.out, System.err));
        } else {
            run(config(options));
        }
    }

    private static Config read(CommandLine.Options options) throws ConfigException {
        return ConfigReader.read(System.getenv(), DotEnvFile.read(DOT_ENV), options);
    }

    private static CommandLine.Options options(String[] arguments) {
        try {
            return CommandLine.parse(arguments);
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            System.err.print(CommandLine.usage());
            throw exit(EXIT_USAGE);
        }
    }

    private static Config config(CommandLine.Options options) {
        try {
            return read(options);
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            e.warnings().forEach(warning -> System.err.println("warning: " + warning)); // one of them may be the cause
            throw exit(EXIT_USAGE);
        }
    }

    private static void run(Config config) {
        Application application = new Application(config, version(), new FileOutputStream(FileDescriptor.out));
        CompletableFuture<Boolean> serves = new CompletableFuture<>();
        // Before the start, whose first line may bring the signal: what has begun is stopped in order once it is there.
        Runtime.getRuntime().addShutdownHook(Threads.named("shutdown").newThread(() -> {
            if (serves.join()) {
                stop(application);
            }
        }));
        try {
            int port = application.start();
            serves.complete(true);
            tellWhereToLook(application.checkPages(port));
        } catch (IOException e) {
            serves.complete(false);
            System.err.println(e.getMessage());
            throw exit(EXIT_FAILURE);
        } finally {
            serves.complete(false); // changes nothing where it is known
        }
        application.awaitEnd();
    }

    /** Only to somebody at a terminal, and not to standard output, on which there is nothing but events. */
    private static void tellWhereToLook(List<String> pages) {
        if (!pages.isEmpty() && Terminal.isThere()) {
            System.err.println(
                    "To see whether this server will do, open " + String.join(" or, from other devices, ", pages));
        }
    }

    private static void stop(Application application) {
        try {
            application.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Ends the process; never returns, but lets the compiler know that by something to throw. */
    private static IllegalStateException exit(int status) {
        System.exit(status);
        return new IllegalStateException("unreachable");
    }
}
