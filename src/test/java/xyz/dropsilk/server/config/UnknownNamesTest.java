package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that the server does not know, of which an operator hears. */
class UnknownNamesTest {
    @ParameterizedTest
    @CsvSource({
        "LOG_ACESS_KEY, LOG_ACCESS_KEY",
        "ALOWED_ORIGIN, ALLOWED_ORIGINS",
        "ALLOWED-ORIGINS, ALLOWED_ORIGINS",
        "allowed_origins, ALLOWED_ORIGINS",
        "Port, PORT",
        "PROT, PORT",
        "SERVER_PORT, PORT",
        "PUBLIC_URL, PUBLIC_SERVER_URL",
        "UPLOADTHING_SECRET, UPLOADTHING_TOKEN",
        "DATABASE_URI, DATABASE_URL",
        "NODB, NO_DB"
    })
    void theFileIsToldEachWithTheNameThatWasProbablyMeant(String name, String meant) throws ConfigException {
        assertEquals(
                List.of(name + " in .env is not known to this server: " + meant + " is probably meant"),
                warnings(Map.of(), name + "=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSTGRES_PASSWORD", "COLOUR", "colour", "X"})
    void whatIsLikeNothingIsToldToo(String name) throws ConfigException {
        assertEquals(List.of(name + " in .env is not known to this server"), warnings(Map.of(), name + "="));
    }

    /** A secret that was pasted over several lines has lines that look like variables. */
    @Test
    void whatIsNoUsualNameIsNotShown() throws ConfigException {
        List<String> warnings = warnings(Map.of(), "dGhpcyBpcyBhIHNlY3JldA==\nPORT_aGh5c=\n" + "A".repeat(60) + "=");
        assertEquals(3, warnings.size());
        for (String warning : warnings) {
            assertEquals("a name that is not shown in .env is not known to this server", warning);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LOG_ACESS_KEY, LOG_ACCESS_KEY",
        "LOG_ACCES_KEYS, LOG_ACCESS_KEY",
        "ALOWED_ORIGIN, ALLOWED_ORIGINS",
        "port, PORT",
        "DATABASE_URI, DATABASE_URL",
        "MAX_CONNECTIONS_PER_NETWROK, MAX_CONNECTIONS_PER_NETWORK",
        "TRUSTED_PROXY, TRUSTED_PROXIES",
        "LOG_KEY, LOG_ACCESS_KEY",
        "METRICS_KEY, METRICS_ACCESS_KEY",
        "PUBLIC_URL, PUBLIC_SERVER_URL",
        "CLIENT_IP, CLIENT_IP_HEADER",
        "DB_URL, DATABASE_URL",
        "POSTGRES_URL, DATABASE_URL",
        "VALKEY_URL, REDIS_URL",
        "CORS_ORIGIN, ALLOWED_ORIGINS",
        "CORS_ALLOWED_ORIGINS, ALLOWED_ORIGINS"
    })
    void ofTheEnvironmentThoseAreToldThatAreNearlyOurs(String name, String meant) throws ConfigException {
        assertEquals(
                List.of(name + " of the environment is not known to this server: " + meant + " is probably meant"),
                warnings(Map.of(name, "1"), ""));
        assertEquals(List.of(), warnings(Map.of(name, " "), ""));
        assertEquals(List.of(), told(Map.of(name, "1"), meant + "=" + right(meant)));
        assertFalse(warnings(Map.of(name, "1", meant, right(meant)), "").stream()
                .anyMatch(warning -> warning.contains("is probably meant")));
    }

    /** What machines, shells and platforms set. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATH",
                "HOME",
                "HOSTNAME",
                "HOSTTYPE",
                "USER",
                "LOGNAME",
                "TERM",
                "SHELL",
                "LANG",
                "LC_ALL",
                "PWD",
                "OLDPWD",
                "SHLVL",
                "TZ",
                "TMPDIR",
                "EDITOR",
                "MAIL",
                "JAVA_HOME",
                "JAVA_TOOL_OPTIONS",
                "_JAVA_OPTIONS",
                "NODE_VERSION",
                "NODE_PATH",
                "NODE_OPTIONS",
                "RENDER",
                "RENDER_EXTERNAL_HOSTNAME",
                "RENDER_SERVICE_ID",
                "DATABASE_USER",
                "DATABASE_HOST",
                "DATABASE_NAME",
                "DATABASE_PORT",
                "REDIS_PORT",
                "KUBERNETES_PORT",
                "KUBERNETES_SERVICE_HOST",
                "INVOCATION_ID",
                "JOURNAL_STREAM",
                "NOTIFY_SOCKET",
                "CREDENTIALS_DIRECTORY",
                "DYNO",
                "_",
                "__",
                "_LOG_",
                "API_URL",
                "API_TOKEN",
                "ACCESS_KEY",
                "SERVER_HOST",
                "POSTGRES_PASSWORD",
                "DB_HOST",
                "MAX_SIZE_OF_SOMETHING",
                "LOG_FILE",
                "TURN",
                "FLY_REGION"
            })
    void theRestOfTheEnvironmentIsNobodysBusiness(String name) throws ConfigException {
        assertEquals(List.of(), warnings(Map.of(name, "1"), ""));
    }

    /** Compose fills the file in and hands it on; the server beside it would take {@code ${APP_HOST}} as it stands. */
    @Test
    void composesFileIsToldAsOne() throws Exception {
        String example = Files.readString(Path.of("docs", "hosting", "compose.env.example"));
        ConfigException refused = assertThrows(ConfigException.class, () -> warnings(Map.of(), example));
        List<String> told = refused.warnings().stream()
                .filter(warning -> warning.contains("Compose"))
                .toList();
        assertEquals(1, told.size(), refused.warnings()::toString);
        assertFalse(refused.warnings().toString().contains("probably meant"), refused.warnings()::toString);
        assertEquals(told, warnings(Map.of(), "COMPOSE_PROFILES=tls\nAPP_HOST=b.example"));
        assertEquals(told, warnings(Map.of(), "SERVER_HOST=a.example\nAPP_HOST=b.example"));
    }

    @Test
    void anotherProgramsFileIsNotToldWhole() throws ConfigException {
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            file.append("QQQQQQ_").append(i).append("=1\n");
        }
        List<String> warnings = warnings(Map.of(), file.toString());
        assertEquals(21, warnings.size());
        assertEquals("and 980 more variables that this server does not know", warnings.get(20));
    }

    @Test
    void whatTheServerKnowsIsNotTold() throws Exception {
        String example = Files.readString(Path.of(".env.example"));
        assertEquals(List.of(), warnings(Map.of(), example + "\nRENDER_EXTERNAL_URL=https://a.example"));
        assertEquals(List.of(), warnings(Map.of("PUBLIC_SERVER_URL", "https://a.example"), "RENDER_EXTERNAL_URL="));
    }

    @Test
    void slipsAreToldBesideWhatIsWrong() {
        Map<String, String> environment = new HashMap<>(Map.of("PORT", "x", "LOG_LEVLE", "debug"));
        try {
            warnings(environment, "");
        } catch (ConfigException e) {
            assertEquals(1, e.problems().size());
            assertTrue(e.warnings().get(0).contains("LOG_LEVEL"), e.warnings()::toString);
            return;
        }
        throw new AssertionError("not refused");
    }

    /** Half of it stops the start, and the reason is the name of the other half. */
    @Test
    void aSlipIsToldWhereItStopsTheStart() {
        Map<String, String> environment = Map.of("TURN_URLS", "turn:a.example", "TURN_SECRET", "hush");
        ConfigException refused = assertThrows(ConfigException.class, () -> warnings(environment, ""));
        assertEquals(
                List.of(
                        "TURN_SECRET of the environment is not known to this server: TURN_SHARED_SECRET is probably meant"),
                refused.warnings());
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "AB, '', 2",
        "ABC, ABC, 0",
        "ABC, ACB, 1",
        "ABC, AXC, 1",
        "ABC, ABXC, 1",
        "KITTEN, SITTING, 3"
    })
    void theDistanceCountsSlips(String from, String to, int slips) {
        assertEquals(slips, Similar.distance(from, to));
        assertEquals(slips, Similar.distance(to, from));
    }

    private static String right(String name) {
        return switch (name) {
            case "ALLOWED_ORIGINS" -> "https://a.example";
            case "DATABASE_URL" -> "postgres://h/d";
            case "REDIS_URL" -> "redis://h";
            case "PUBLIC_SERVER_URL" -> "https://b.example";
            case "TRUSTED_PROXIES" -> "10.0.0.0/8";
            default -> "80";
        };
    }

    private static List<String> told(Map<String, String> environment, String file) throws ConfigException {
        return warnings(environment, file).stream()
                .filter(warning -> warning.contains("is probably meant"))
                .toList();
    }

    private static List<String> warnings(Map<String, String> environment, String file) throws ConfigException {
        return ConfigReader.read(environment, file, CommandLine.parse()).warnings();
    }
}
