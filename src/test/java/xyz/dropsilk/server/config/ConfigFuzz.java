package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Any text as a {@code .env} file, and its lines as flags: read, or refused with one line for each problem, and where {@link #MARK} stands in
 * secrets alone, it stands in no problem and in no configuration's text.
 */
public final class ConfigFuzz {
    /** Part of the secrets in the corpus. */
    private static final String MARK = "S3cr3t";

    private static final Set<String> SECRETS = Set.of(
            "LOG_ACCESS_KEY",
            "UPLOADTHING_TOKEN",
            "CLOUDFLARE_API_TOKEN",
            "TURN_SHARED_SECRET",
            "RECAPTCHA_SECRET_KEY",
            "DATABASE_URL",
            "REDIS_URL");

    private ConfigFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        CommandLine.Options options = options(text.split("\n", -1));
        DotEnv file = DotEnv.parse(text);
        checkProblems(file.problems(), /* secret= */ true);
        boolean secret = file.values().entrySet().stream()
                .allMatch(entry ->
                        SECRETS.contains(entry.getKey()) || !entry.getValue().contains(MARK));
        try {
            Config config = ConfigReader.read(Map.of(), text, options);
            // Of a database's address all but the password may be shown.
            boolean shown = config.toString().contains(MARK);
            assertFalse(shown && secret && config.storage().database() == null, text);
        } catch (ConfigException e) {
            checkProblems(e.problems(), secret);
        }
    }

    private static void checkProblems(List<String> problems, boolean secret) {
        for (String problem : problems) {
            assertFalse(problem.contains("\n") || problem.contains("\r"), problem);
            assertFalse(secret && problem.contains(MARK), problem);
        }
    }

    private static CommandLine.Options options(String... flags) {
        try {
            return CommandLine.parse(flags);
        } catch (ConfigException e) {
            checkProblems(e.problems(), /* secret= */ false);
            return new CommandLine.Options(null, List.of(), false, false, false, false);
        }
    }
}
