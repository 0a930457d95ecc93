package xyz.dropsilk.server.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The flags that the server is started with (the contract, 4). Stateless. */
public final class CommandLine {
    private static final String USAGE = """
            Usage: java -jar dropsilk-server.jar [flags]

              --port=PORT              listen on PORT; wins over the variable PORT
              --allow-local-port=PORT  let in pages from http://localhost:PORT, http://127.0.0.1:PORT and the
                                       same port on this machine's 192.168.x.x addresses; may be repeated
              --noDB                   use no database, even if DATABASE_URL is set
              --check-config           read the configuration, say what is on, off and doubtful, and stop:
                                       exit status 0 if it can be used, 2 if not
              --help, -h               show this text and stop
              --version                show the version and stop

            Everything else is set by environment variables or a .env file: see docs/CONFIGURATION.md and .env.example.
            """;

    private static final List<String> FLAGS =
            List.of("--port", "--allow-local-port", "--noDB", "--check-config", "--help", "--version");

    private CommandLine() {}

    /**
     * What the flags ask for.
     *
     * @param port the port to listen on, or null if no flag names it
     * @param localPorts ports whose pages on this machine are let in
     * @param noDb whether no database is to be used
     * @param checkConfig whether the configuration is to be told and nothing to be started
     * @param help whether {@link #usage()} is asked for
     * @param version whether the version is asked for
     */
    public record Options(
            @Nullable Integer port,
            List<Integer> localPorts,
            boolean noDb,
            boolean checkConfig,
            boolean help,
            boolean version) {}

    /**
     * Reads the flags; of a repeated {@code --port} the last counts.
     *
     * @throws ConfigException if one is unknown, or its port is none
     */
    public static Options parse(String... arguments) throws ConfigException {
        Integer port = null;
        List<Integer> localPorts = new ArrayList<>();
        boolean noDb = false;
        boolean checkConfig = false;
        boolean help = false;
        boolean version = false;
        List<String> problems = new ArrayList<>();
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            int equals = argument.indexOf('=');
            try {
                switch (equals < 0 ? argument : argument.substring(0, equals + 1)) {
                    case "--port" -> port = port(rest.poll(), 0);
                    case "--port=" -> port = port(argument.substring(equals + 1), 0);
                    case "--allow-local-port" -> localPorts.add(port(rest.poll(), 1));
                    case "--allow-local-port=" -> localPorts.add(port(argument.substring(equals + 1), 1));
                    case "--noDB" -> noDb = true;
                    case "--check-config" -> checkConfig = true;
                    case "--help", "-h" -> help = true;
                    case "--version" -> version = true;
                    default -> problems.add(Values.shown(argument) + " is no flag of this server" + meant(argument));
                }
            } catch (IllegalArgumentException wrong) {
                problems.add(Values.shown(argument) + " " + wrong.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Options(port, List.copyOf(localPorts), noDb, checkConfig, help, version);
    }

    /** How the server is started, several lines. */
    public static String usage() {
        return USAGE;
    }

    private static String meant(String argument) {
        return Similar.slipOf(argument.replaceFirst("=.*", ""), FLAGS)
                .map(flag -> ": " + flag + " is probably meant")
                .orElse("");
    }

    private static int port(@Nullable String text, int least) {
        return Values.whole(text == null ? "" : text, least, Values.MAX_PORT);
    }
}
