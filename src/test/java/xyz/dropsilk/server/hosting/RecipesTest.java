package xyz.dropsilk.server.hosting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Files that operators copy: they can be read, and the names and numbers in them are the server's. Their own checkers, and the proxies themselves, are
 * run by {@code docs/hosting/check}.
 */
class RecipesTest {
    private static final Path HOSTING = Path.of("docs", "hosting");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^([A-Z_]+)=");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Z_]+)(?::[-?][^}]*)?}");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compose.yaml",
                "render.yaml",
                "docs/hosting/traefik.yaml",
                "docs/hosting/cloudflared.yaml",
                ".github/workflows/build.yml",
                ".github/workflows/release.yml",
                ".github/dependabot.yml",
                ".github/ISSUE_TEMPLATE/bug.yml",
                ".github/ISSUE_TEMPLATE/idea.yml"
            })
    void yamlIsYaml(String file) throws IOException {
        assertInstanceOf(Map.class, yaml(file));
    }

    @Test
    void composeSetsVariablesThatTheServerKnows() throws IOException {
        assertKnown(environment().keySet());
    }

    @Test
    void composeAsksForWhatItsExampleHas() throws IOException {
        Set<String> asked = REFERENCE
                .matcher(Files.readString(Path.of("compose.yaml")))
                .results()
                .map(reference -> reference.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> said = names(Files.readString(HOSTING.resolve("compose.env.example")));
        assertTrue(said.remove("COMPOSE_PROFILES"));
        assertEquals(asked, said);
    }

    /** A variable that Compose does not hand on does nothing, and the server can't even warn of that: so those are told where the others are. */
    @Test
    void composeHandsOnWhatTheServerAsksFor() throws IOException {
        Set<String> kept = new TreeSet<>(example().keySet());
        environment().forEach((name, value) -> {
            boolean isHandedOn = value == null || String.valueOf(value).startsWith("${" + name + ":");
            if (isHandedOn) {
                kept.remove(name);
            }
        });
        for (Path page : List.of(Path.of("docs", "SELF-HOSTING.md"), HOSTING.resolve("compose.env.example"))) {
            Matcher told = Pattern.compile("may stand .*, but (.*), which ").matcher(Files.readString(page));
            assertTrue(told.find(), page.toString());
            Set<String> names = Pattern.compile("[A-Z_]{2,}")
                    .matcher(told.group(1))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(kept, names, page.toString());
        }
    }

    /** To coturn an empty secret is one that everybody knows: it relays for all. Whoever knows one pair of credentials can try short ones. */
    @ParameterizedTest
    @CsvSource({
        "'', false",
        "fifteen-letters, false",
        "'  fifteen-letters  ', false",
        "'                    ', false",
        "sixteen-letters., true"
    })
    void composesRelayStartsWithASecretAlone(String secret, boolean starts, @TempDir Path directory) throws Exception {
        Map<?, ?> turn = map(services(), "turn");
        assertEquals(
                Map.of("TURN_SHARED_SECRET", "${TURN_SHARED_SECRET:-}", "SERVER_HOST", "${SERVER_HOST}"),
                turn.get("environment"));
        List<String> command = Stream.of("entrypoint", "command")
                .flatMap(part -> list(turn, part).stream())
                .map(word -> String.valueOf(word).replace("$$", "$"))
                .toList();
        Path relay = directory.resolve("turnserver");
        Files.writeString(relay, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        assertTrue(relay.toFile().setExecutable(true));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(Map.of("TURN_SHARED_SECRET", secret, "SERVER_HOST", "silk", "PATH", directory + ""));
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String told = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(starts ? 0 : 1, process.waitFor(), told);
        assertEquals(
                starts ? "-c\n/etc/coturn/turnserver.conf\n--static-auth-secret=" + secret + "\n--realm=silk\n" : "",
                out);
        assertEquals(!starts, told.contains("TURN_SHARED_SECRET"), told);
    }

    /** What coturn makes of these lines is shown by {@code docs/hosting/check}. */
    @Test
    void theRelayLeadsIntoNoNetworkOfItsOwn() throws IOException {
        String relay = Files.readString(HOSTING.resolve("turnserver.conf"));
        for (String line : List.of(
                "no-tcp-relay",
                "no-multicast-peers",
                "denied-peer-ip=::1",
                "denied-peer-ip=::ffff:0:0-::ffff:ffff:ffff",
                "denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")) {
            assertTrue(relay.contains("\n" + line + "\n"), line);
        }
        for (String network : List.of("0", "10", "100.64", "127", "169.254", "172.16", "192.0.0", "192.168", "240")) {
            assertTrue(relay.contains("\ndenied-peer-ip=" + network + "."), network);
        }
        assertFalse(relay.contains("=::-"), "coturn 4.6 finds every IPv4 address in such a range");
    }

    /** In the shell of whoever follows the guide, too: nothing is written where no secret was made. */
    @Test
    void theGuideWritesNoEmptySecret() throws IOException {
        assertTrue(guide().contains("echo \"static-auth-secret=${secret:?}\" >>"));
        assertFalse(Pattern.compile("(?m)^[^#]*static-auth-secret=$")
                .matcher(Files.readString(HOSTING.resolve("turnserver.conf")))
                .find());
    }

    @Test
    void composesProfilesAreThoseThatTheExampleNames() throws IOException {
        Set<String> profiles = services().values().stream()
                .flatMap(service -> list(service, "profiles").stream())
                .map(String::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("tls", "database", "bus", "turn"), profiles);
        Matcher chosen = Pattern.compile("COMPOSE_PROFILES=(.*)")
                .matcher(Files.readString(HOSTING.resolve("compose.env.example")));
        assertTrue(chosen.find());
        assertTrue(profiles.containsAll(List.of(chosen.group(1).split(","))));
        assertEquals(List.of(), list(map(services(), "server"), "profiles"), "the server always runs");
    }

    @Test
    void portsAgree() throws IOException {
        assertEquals(8080, Integer.parseInt(example().get("PORT")));
        assertTrue(Files.readString(Path.of("Dockerfile")).contains("\nEXPOSE 8080\n"));
        assertEquals(List.of("127.0.0.1:8080:8080"), list(map(services(), "server"), "ports"));
        assertEquals("server:8080", map(map(services(), "caddy"), "environment").get("SERVER_UPSTREAM"));
        for (String file : List.of("nginx.conf", "Caddyfile", "haproxy.cfg", "traefik.yaml", "cloudflared.yaml")) {
            assertTrue(Files.readString(HOSTING.resolve(file)).contains("127.0.0.1:8080"), file);
        }
        String relay = Files.readString(HOSTING.resolve("turnserver.conf"));
        for (String name : List.of("listening-port", "min-port", "max-port")) {
            Matcher port = Pattern.compile("(?m)^" + name + "=(\\d+)$").matcher(relay);
            assertTrue(port.find(), name);
            for (String page : List.of("SELF-HOSTING.md", "OPERATIONS.md")) {
                assertTrue(Files.readString(Path.of("docs", page)).contains(port.group(1)), page + " " + name);
            }
        }
        for (String file : List.of("docs/SELF-HOSTING.md", "docs/OPERATIONS.md", "compose.yaml")) {
            Pattern.compile("\\b49[0-9]{3}\\b")
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .forEach(
                            port -> assertTrue(relay.contains("-port=" + port.group()), file + " has " + port.group()));
        }
    }

    /** A shell reads the file otherwise than systemd does, and knows nothing of what the unit sets. */
    @Test
    void theGuideChecksWhatTheUnitRuns() throws IOException {
        String guide = guide();
        Matcher command = Pattern.compile("systemd-run (?:[^\n]*\\\\\n)*[^\n]*--check-config")
                .matcher(guide);
        assertTrue(command.find());
        String unit = Files.readString(HOSTING.resolve("dropsilk-server.service"));
        assertTrue(unit.matches("(?s).*\nExecStartPre=-/usr/bin/java [^\n]*--check-config\n.*"));
        for (String setting : List.of("EnvironmentFile=-?", "WorkingDirectory=")) {
            Matcher value = Pattern.compile("(?m)^" + setting + "(.*)$").matcher(unit);
            assertTrue(value.find());
            assertTrue(command.group().contains(" -p " + setting.replace("-?", "") + value.group(1) + " "), setting);
        }
        Matcher environment = Pattern.compile("(?m)^Environment=(.*)$").matcher(unit);
        assertTrue(environment.find());
        for (String variable : List.of(environment.group(1).split(" ", -1))) {
            assertTrue(command.group().contains(" -E " + variable + " "), variable);
        }
        assertFalse(guide.contains(". /etc/dropsilk"));
    }

    /** What comes behind them in a block that is pasted would not run, or be taken for an answer. */
    @Test
    void whatWaitsForSomebodyStandsLast() throws IOException {
        Pattern waits = Pattern.compile("(?m)^[^#\n]*(logs? .*-f\\b|journalctl .*-f\\b|createuser -P).*$");
        Pattern.compile("(?ms)^```sh\n(.*?)^```")
                .matcher(guide())
                .results()
                .map(block -> block.group(1))
                .forEach(block -> waits.matcher(block)
                        .results()
                        .forEach(line -> assertEquals(block.length() - 1, line.end(), block)));
    }

    @Test
    void bothProxiesOfTheFirstChoiceServeTheApp() throws IOException {
        String nginx = Files.readString(HOSTING.resolve("nginx.conf"));
        assertTrue(nginx.contains("server_name silk.example.org app.example.org;"), "plain HTTP is sent on for both");
        assertTrue(nginx.matches(
                "(?s).*server_name app\\.example\\.org;[^{}]*root /srv/app;.*try_files \\$uri /index\\.html;.*"));
        String caddy = Files.readString(HOSTING.resolve("Caddyfile"));
        assertTrue(caddy.matches("(?s).*app\\.example\\.org}.*/srv/app.*try_files \\{path} /index\\.html.*"));
    }

    private static String guide() throws IOException {
        return Files.readString(Path.of("docs", "SELF-HOSTING.md"));
    }

    @Test
    void theHealthChecksAskForAPathThatThereIs() throws IOException {
        assertTrue(Files.readString(Path.of("render.yaml")).contains("healthCheckPath: /livez"));
        assertTrue(Files.readString(HOSTING.resolve("haproxy.cfg")).contains("GET /readyz"));
        assertTrue(Files.readString(Path.of("src", "docker", "healthcheck")).contains("GET /livez"));
    }

    @Test
    void aStopHasTimeEnough() throws IOException {
        int seconds = Integer.parseInt(example().get("SHUTDOWN_TIMEOUT_MS")) / 1_000;
        assertTrue(number("render.yaml", "maxShutdownDelaySeconds: (\\d+)") > seconds);
        assertTrue(number("compose.yaml", "stop_grace_period: (\\d+)s") > seconds);
        assertTrue(number("docs/hosting/dropsilk-server.service", "TimeoutStopSec=(\\d+)") > seconds);
    }

    @Test
    void theUnitHandlesTheExitStatuses() throws IOException {
        List<String> unit = Files.readAllLines(HOSTING.resolve("dropsilk-server.service"));
        for (String line : List.of("SuccessExitStatus=143", "Restart=on-failure", "RestartPreventExitStatus=2")) {
            assertTrue(unit.contains(line), line);
        }
        assertTrue(unit.stream()
                .filter(line -> line.startsWith("ExecStart="))
                .allMatch(line -> line.contains("ExitOnOutOfMemoryError")));
        // RestartPreventExitStatus holds for the server's own end, so nothing else may be what ends a start.
        assertTrue(unit.stream()
                .filter(line -> line.matches("Exec(Condition|StartPre|StartPost)=.*"))
                .allMatch(line -> line.contains("=-")));
    }

    @Test
    void theBlueprintSetsVariablesThatTheServerKnows() throws IOException {
        List<?> services = list(yaml("render.yaml"), "services");
        Map<?, ?> service = (Map<?, ?>) services.get(0);
        Set<String> names = list(service, "envVars").stream()
                .map(variable -> String.valueOf(((Map<?, ?>) variable).get("key")))
                .collect(Collectors.toCollection(TreeSet::new));
        assertKnown(names);
        assertTrue(names.contains("ALLOWED_ORIGINS"));
        assertTrue(service.containsKey("region"));
    }

    /** What one part of it is called by another, and that only the service can reach what it keeps. */
    @Test
    void theBlueprintsPartsBelongTogether() throws IOException {
        Map<?, ?> blueprint = yaml("render.yaml");
        Map<?, ?> service = (Map<?, ?>) list(blueprint, "services").get(0);
        Map<?, ?> engine = (Map<?, ?>) list(blueprint, "services").get(1);
        Map<?, ?> database = (Map<?, ?>) list(blueprint, "databases").get(0);
        assertEquals(
                Map.of("type", "keyvalue", "name", engine.get("name"), "property", "connectionString"),
                variable(service, "REDIS_URL").get("fromService"));
        assertEquals(
                Map.of("name", database.get("name"), "property", "connectionString"),
                variable(service, "DATABASE_URL").get("fromDatabase"));
        assertEquals("keyvalue", engine.get("type"));
        assertEquals("noeviction", engine.get("maxmemoryPolicy"));
        for (Map<?, ?> kept : List.of(engine, database)) {
            assertEquals(List.of(), kept.get("ipAllowList"));
            assertEquals(service.get("region"), kept.get("region"));
        }
    }

    private static Map<?, ?> variable(Map<?, ?> service, String name) {
        return list(service, "envVars").stream()
                .map(variable -> (Map<?, ?>) variable)
                .filter(variable -> name.equals(variable.get("key")))
                .findFirst()
                .orElseThrow();
    }

    /** A drain and the stop behind it end before the platform kills. */
    @Test
    void theBlueprintsDrainHasTimeEnough() throws IOException {
        Map<?, ?> service = (Map<?, ?>) list(yaml("render.yaml"), "services").get(0);
        int drain = Integer.parseInt(
                String.valueOf(variable(service, "DRAIN_SECONDS").get("value")));
        int stop = Integer.parseInt(
                String.valueOf(variable(service, "SHUTDOWN_TIMEOUT_MS").get("value")));
        assertTrue(drain > 0);
        assertTrue(number("render.yaml", "maxShutdownDelaySeconds: (\\d+)") > drain + stop / 1_000);
    }

    /** What the guide tells people to set. */
    @Test
    void theGuideNamesVariablesThatTheServerKnows() throws IOException {
        String guide = guide();
        Set<String> others = Set.of(
                "APP_DIR",
                "COMPOSE_PROFILES",
                "EDITOR",
                "RENEWED_LINEAGE",
                "RENDER_EXTERNAL_URL",
                "VITE_API_BASE_URL",
                "VITE_RECAPTCHA_SITE_KEY",
                "VITE_WEBSOCKET_URL");
        Set<String> named = Pattern.compile("\\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\\b")
                .matcher(guide)
                .results()
                .map(MatchResult::group)
                .filter(name -> !others.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertKnown(named);
    }

    @Test
    void theGuidesLinksLeadSomewhere() throws IOException {
        Path docs = Path.of("docs");
        try (Stream<Path> pages = Stream.of(docs.resolve("SELF-HOSTING.md"), docs.resolve("CONFIGURATION.md"))) {
            for (Path page : pages.toList()) {
                Pattern.compile("]\\(([^)#:]+)\\)")
                        .matcher(Files.readString(page))
                        .results()
                        .map(link -> docs.resolve(link.group(1)))
                        .forEach(target -> assertTrue(Files.exists(target), page + " to " + target));
            }
        }
    }

    private static void assertKnown(Set<String> names) throws IOException {
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(example().keySet());
        assertEquals(Set.of(), unknown);
    }

    private static Map<String, String> example() throws IOException {
        Map<String, String> values = new HashMap<>();
        Pattern.compile("(?m)^([A-Z_]+)=(.*)$")
                .matcher(Files.readString(Path.of(".env.example")))
                .results()
                .forEach(line -> values.put(line.group(1), line.group(2)));
        return values;
    }

    private static Set<String> names(String variables) {
        return VARIABLE.matcher(variables)
                .results()
                .map(line -> line.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int number(String file, String pattern) throws IOException {
        Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        assertTrue(found.find(), file);
        return Integer.parseInt(found.group(1));
    }

    private static Map<String, Map<?, ?>> services() throws IOException {
        Map<String, Map<?, ?>> services = new HashMap<>();
        map(yaml("compose.yaml"), "services")
                .forEach((name, service) -> services.put((String) name, (Map<?, ?>) service));
        return services;
    }

    private static Map<String, Object> environment() throws IOException {
        Map<String, Object> environment = new HashMap<>();
        map(map(services(), "server"), "environment").forEach((name, value) -> environment.put((String) name, value));
        return environment;
    }

    private static Map<?, ?> yaml(String file) throws IOException {
        return (Map<?, ?>) new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(Path.of(file)));
    }

    private static Map<?, ?> map(Map<?, ?> of, String name) {
        return assertInstanceOf(Map.class, of.get(name));
    }

    private static List<?> list(Map<?, ?> of, String name) {
        Object list = of.get(name);
        return list == null ? List.of() : assertInstanceOf(List.class, list);
    }
}
