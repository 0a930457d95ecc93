package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/CONFIGURATION.md}, beside {@code .env.example}, which {@link EnvExampleTest} holds to the code. */
class ConfigurationPageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (.+?) \\| (.+) \\|$");
    private static final Pattern FLAG = Pattern.compile("(?<![-\\w])--?[A-Za-z][A-Za-z-]*");

    /** The default, and the meaning, of each variable. */
    private record Row(String value, String meaning) {}

    private final Map<String, Row> page = new LinkedHashMap<>();
    private final Map<String, String> example;
    private final String text;

    ConfigurationPageTest() throws Exception {
        text = Files.readString(Path.of("docs", "CONFIGURATION.md"));
        ROW.matcher(text).results().forEach(row -> page.put(row.group(1), new Row(row.group(2), row.group(3))));
        example = DotEnv.parse(Files.readString(Path.of(".env.example"))).values();
    }

    @Test
    void itHasEveryVariableAndNoOther() {
        TreeSet<String> known = new TreeSet<>(example.keySet());
        assertEquals(known, new TreeSet<>(page.keySet()));
        assertEquals(page.size(), ROW.matcher(text).results().count(), "none twice");
    }

    @Test
    void itsDefaultsAreTheServers() {
        page.forEach((name, row) -> {
            String value = example.get(name);
            assertNotNull(value, name);
            if (value.isEmpty()) {
                assertFalse(row.value().matches("`[^`]*`"), name + " has no default that could be written down");
            } else {
                assertEquals("`" + value + "`", row.value(), name);
            }
            assertFalse(row.meaning().isBlank(), name);
        });
    }

    @Test
    void itsFlagsAreTheUsages() {
        String flags = text.substring(text.indexOf("## Flags"), text.indexOf("A value may stand apart"));
        String usage = CommandLine.usage();
        assertEquals(flags(usage.substring(usage.indexOf("[flags]"))), flags(flags));
    }

    @Test
    void theReadmesTableNamesOnlyWhatThereIs() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        Pattern row = Pattern.compile("(?m)^\\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \\|");
        TreeSet<String> named = row.matcher(readme)
                .results()
                .flatMap(match ->
                        Pattern.compile("[A-Z_]+").matcher(match.group(1)).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(example.keySet().containsAll(named), named::toString);
        assertTrue(named.contains("ALLOWED_ORIGINS"), named::toString);
    }

    private static Set<String> flags(String text) {
        return FLAG.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }
}
