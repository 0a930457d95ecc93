package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code .env.example}, from which operators start. */
class EnvExampleTest {
    private final Set<String> asked = new TreeSet<>();

    /** Nothing set, and every question noted. */
    private final Map<String, String> environment = new HashMap<>() {
        @Override
        public @Nullable String get(Object name) {
            asked.add((String) name);
            return super.get(name);
        }
    };

    @Test
    void itHasTheVariablesThatTheReaderKnowsAndNoOthers() throws Exception {
        ConfigReader.read(environment, "", CommandLine.parse());
        asked.remove("RENDER_EXTERNAL_URL"); // which Render sets, and nobody else
        asked.remove("NO_COLOR"); // which terminals' users set, for all programs
        assertEquals(asked, new TreeSet<>(example().values().keySet()));
    }

    @Test
    void itsValuesAreTheDefaults() throws Exception {
        assertEquals(
                ConfigReader.read(Map.of(), "", CommandLine.parse()).toString(),
                ConfigReader.read(example().values(), "", CommandLine.parse()).toString());
    }

    private static DotEnv example() throws Exception {
        return DotEnv.parse(Files.readString(Path.of(".env.example")));
    }
}
