package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.LogAddresses;
import xyz.dropsilk.server.event.LogFormat;

class ConfigReaderTest {
    private static final Set<String> SECRETS = Set.of(
            "LOG_ACCESS_KEY",
            "METRICS_ACCESS_KEY",
            "UPLOADTHING_TOKEN",
            "CLOUDFLARE_API_TOKEN",
            "RECAPTCHA_SECRET_KEY",
            "DATABASE_URL",
            "REDIS_URL");

    @Test
    void theFormOfTheLogIsRead() throws Exception {
        Config.Telemetry telemetry = ConfigReader.read(
                        Map.of("LOG_FORMAT", "text", "LOG_ADDRESSES", "Pseudonym", "NO_COLOR", "1"),
                        "",
                        CommandLine.parse())
                .telemetry();
        assertEquals(LogFormat.TEXT, telemetry.logFormat());
        assertEquals(LogAddresses.PSEUDONYM, telemetry.logAddresses());
        assertFalse(telemetry.logColors());
    }

    @Test
    void withNothingSetTheDefaultsOfTheContractCount() throws ConfigException {
        Config config = read();
        assertEquals(
                new Config.Server(null, 8080, false, Duration.ZERO, Duration.ofSeconds(10), "http://localhost:8080"),
                config.server());
        assertEquals(
                List.of("https://dropsilk.xyz", "https://www.dropsilk.xyz", "https://dropsilk.vercel.app", "app://."),
                config.origins().allowed());
        assertEquals(
                "^https://dropsilk-[a-zA-Z0-9]+-ahmed-arats-projects\\.vercel\\.app$",
                config.origins().preview().pattern());
        assertEquals(List.of(), config.origins().localPorts());
        assertEquals(
                new Config.Proxies(
                        Stream.of("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
                                .map(Cidr::parse)
                                .toList(),
                        null),
                config.proxies());
        assertEquals(
                new Config.Limits(1_048_576, Duration.ofSeconds(30), 200, 10_000, 500, 100, 300, 60, 300),
                config.limits());
        assertEquals(
                new Config.Telemetry(
                        Level.INFO, null, null, 1_000, Duration.ofMinutes(1), null, true, LogAddresses.FULL),
                config.telemetry());
        assertEquals(
                new Config.Uploads(
                        null,
                        URI.create("https://api.uploadthing.com"),
                        null,
                        Duration.ofHours(24),
                        Duration.ofHours(1)),
                config.uploads());
        assertEquals(new Config.Turn(null, null, URI.create("https://rtc.live.cloudflare.com"), null), config.turn());
        assertEquals(
                new Config.Email(null, null, URI.create("https://www.google.com/recaptcha/api/siteverify")),
                config.email());
        assertEquals(new Config.Storage(null, false), config.storage());
    }

    @Test
    void eachVariableIsRead() throws ConfigException {
        Config config = read(
                "PORT", "9090",
                "HOST", "::1",
                "NODE_ENV", "production",
                "DRAIN_SECONDS", "280",
                "SHUTDOWN_TIMEOUT_MS", "1",
                "PUBLIC_SERVER_URL", "https://api.example.com/silk/",
                "ALLOWED_ORIGINS", " https://a.example/ ,app://. , http://localhost:3000",
                "VERCEL_PREVIEW_ORIGIN_REGEX", "https://p[0-9]",
                "TRUSTED_PROXIES", " 10.1.0.0/16 , ::1",
                "CLIENT_IP_HEADER", "CF-Connecting-IP",
                "MAX_PAYLOAD_BYTES", "2",
                "WS_HEALTH_CHECK_INTERVAL_MS", "3",
                "MAX_LISTED_USERS", "4",
                "MAX_CONNECTIONS", "5",
                "MAX_CONNECTIONS_PER_NETWORK", "6",
                "MESSAGE_RATE", "7",
                "MESSAGE_BURST", "8",
                "JOIN_FAILURES_PER_MINUTE", "9",
                "API_RATE_PER_MINUTE", "10",
                "LOG_LEVEL", "Warn",
                "LOG_ACCESS_KEY", "pass phrase \u00e9",
                "MAX_LOG_BUFFER_SIZE", "11",
                "HEARTBEAT_INTERVAL_MS", "12",
                "UPLOADTHING_TOKEN", " 'not checked here' ",
                "UPLOADTHING_API_URL", "http://127.0.0.1:1/api/",
                "UPLOADTHING_INGEST_URL", "http://127.0.0.1:2",
                "PREVIEW_RETENTION_HOURS", "13",
                "PREVIEW_CLEANUP_INTERVAL_MINUTES", "14",
                "CLOUDFLARE_TURN_TOKEN_ID", "0aF",
                "CLOUDFLARE_API_TOKEN", "t0ken",
                "CLOUDFLARE_API_URL", "HTTP://[::1]:3",
                "RECAPTCHA_SECRET_KEY", "s3cret",
                "CONTACT_EMAIL", "Ann <ann@example.com>",
                "RECAPTCHA_VERIFY_URL", "http://127.0.0.1:4/verify/?v=1",
                "DATABASE_URL", "postgres://u:p@h/d",
                "DATABASE_SSL", "True",
                "NO_DB", "YES");
        assertEquals(
                new Config.Server(
                        "::1",
                        9090,
                        true,
                        Duration.ofSeconds(280),
                        Duration.ofMillis(1),
                        "https://api.example.com/silk"),
                config.server());
        assertEquals(
                List.of("https://a.example", "app://.", "http://localhost:3000"),
                config.origins().allowed());
        assertEquals("https://p[0-9]", config.origins().preview().pattern());
        assertEquals(
                new Config.Proxies(List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("::1")), "CF-Connecting-IP"),
                config.proxies());
        assertEquals(new Config.Limits(2, Duration.ofMillis(3), 4, 5, 6, 7, 8, 9, 10), config.limits());
        assertEquals(Level.WARN, config.telemetry().logLevel());
        assertEquals("pass phrase \u00e9", revealed(config.telemetry().logAccessKey()));
        assertEquals(11, config.telemetry().logBufferSize());
        assertEquals(Duration.ofMillis(12), config.telemetry().heartbeatInterval());
        assertEquals("'not checked here'", revealed(config.uploads().token()));
        assertEquals(URI.create("http://127.0.0.1:1/api"), config.uploads().apiUrl());
        assertEquals(URI.create("http://127.0.0.1:2"), config.uploads().ingestUrl());
        assertEquals(Duration.ofHours(13), config.uploads().retention());
        assertEquals(Duration.ofMinutes(14), config.uploads().cleanupInterval());
        assertEquals("0aF", config.turn().tokenId());
        assertEquals("t0ken", revealed(config.turn().apiToken()));
        assertEquals(URI.create("HTTP://[::1]:3"), config.turn().apiUrl());
        assertEquals("s3cret", revealed(config.email().recaptchaSecret()));
        assertEquals("Ann <ann@example.com>", config.email().contactEmail());
        assertEquals(
                URI.create("http://127.0.0.1:4/verify/?v=1"), config.email().verifyUrl());
        assertEquals(
                DatabaseUrl.parse("postgres://u:p@h/d", "require", leftOut -> {})
                        .properties(),
                properties(config));
        assertTrue(config.storage().disabled());
    }

    @Test
    void zeroMeansNone() throws ConfigException {
        Map<String, String> zeros = new HashMap<>();
        for (String name : List.of(
                "PORT",
                "DRAIN_SECONDS",
                "SHUTDOWN_TIMEOUT_MS",
                "MAX_PAYLOAD_BYTES",
                "WS_HEALTH_CHECK_INTERVAL_MS",
                "MAX_LISTED_USERS",
                "MAX_CONNECTIONS",
                "MAX_CONNECTIONS_PER_NETWORK",
                "MESSAGE_RATE",
                "MESSAGE_BURST",
                "JOIN_FAILURES_PER_MINUTE",
                "API_RATE_PER_MINUTE",
                "MAX_LOG_BUFFER_SIZE",
                "HEARTBEAT_INTERVAL_MS",
                "PREVIEW_RETENTION_HOURS",
                "PREVIEW_CLEANUP_INTERVAL_MINUTES")) {
            zeros.put(name, "0");
        }
        Config config = ConfigReader.read(zeros, "", CommandLine.parse());
        int none = Unlimited.COUNT;
        assertEquals(new Config.Limits(none, Duration.ZERO, none, none, none, none, none, none, none), config.limits());
        assertEquals(0, config.server().port());
        assertEquals(Unlimited.TIME, config.server().shutdownTimeout());
        assertEquals(0, config.telemetry().logBufferSize());
        assertEquals(Duration.ZERO, config.telemetry().heartbeatInterval());
        assertEquals(Duration.ZERO, config.uploads().retention());
        assertEquals(Duration.ZERO, config.uploads().cleanupInterval());
    }

    /** A bucket that never runs out refuses nothing, however it is filled; a limiter made from a burst of 0 would refuse all. */
    @Test
    void aRateWithoutABurstOrTheReverseIsNoLimit() throws ConfigException {
        Config.Limits noBurst = read("MESSAGE_BURST", "0").limits();
        Config.Limits noRate = read("MESSAGE_RATE", "0").limits();
        assertEquals(Unlimited.COUNT, noBurst.messageRate());
        assertEquals(Unlimited.COUNT, noRate.messageBurst());
    }

    @Test
    void theEnvironmentWinsOverTheFileAndFlagsOverBoth() throws ConfigException {
        Map<String, String> environment = Map.of("PORT", "1", "LOG_LEVEL", "error", "MAX_CONNECTIONS", "");
        String file = "PORT=2\nLOG_LEVEL=debug\nMAX_CONNECTIONS=3\nMAX_LISTED_USERS=\n";
        Config config = ConfigReader.read(environment, file, CommandLine.parse());
        assertEquals(1, config.server().port());
        assertEquals(Level.ERROR, config.telemetry().logLevel());
        assertEquals(3, config.limits().maxConnections());
        assertEquals(200, config.limits().maxListedUsers());
        Config flagged =
                ConfigReader.read(environment, file, CommandLine.parse("--port=4", "--allow-local-port=5", "--noDB"));
        assertEquals(4, flagged.server().port());
        assertEquals("http://localhost:4", flagged.server().publicUrl());
        assertEquals(List.of(5), flagged.origins().localPorts());
        assertTrue(flagged.storage().disabled());
    }

    @ParameterizedTest
    @CsvSource({
        "true, require",
        "TRUE, require",
        "1, require",
        "yes, require",
        "false, disable",
        "0, disable",
        "No, disable",
        "'', prefer"
    })
    void databaseSslIsTheModeOfAUrlThatNamesNone(String value, String mode) throws ConfigException {
        assertEquals(
                mode,
                properties(read("DATABASE_URL", "postgres://u:p@h/d", "DATABASE_SSL", value))
                        .get("sslmode"));
        assertEquals(
                "allow",
                properties(read("DATABASE_URL", "postgres://u:p@h/d?sslmode=allow", "DATABASE_SSL", value))
                        .get("sslmode"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"development", "test", ""})
    void onlyProductionIsProduction(String value) throws ConfigException {
        assertFalse(read("NODE_ENV", value).server().production());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "127.0.0.1", "localhost", "fe80::1%eth0", "fly-local-6pn", "a_b.example"})
    void aHostIsAnAddressOrAName(String value) throws ConfigException {
        assertEquals(value, read("HOST", value).server().host());
    }

    @Test
    void originsOfPreviewsDisregardCase() throws ConfigException {
        assertTrue(read().origins()
                .preview()
                .matcher("HTTPS://DropSilk-Abc1-ahmed-arats-projects.Vercel.app")
                .matches());
    }

    @Test
    void theCheckPageIsOnOutsideProductionOrWhereItIsAskedFor() throws ConfigException {
        assertEquals(new Config.CheckPage(true, null), read().checkPage());
        assertFalse(read("NODE_ENV", "production").checkPage().isOn());
        assertFalse(read("CHECK_PAGE", "false").checkPage().isOn());
        Config asked = read("NODE_ENV", "production", "CHECK_PAGE", "true");
        assertTrue(asked.checkPage().isOn());
        assertEquals(1, asked.warnings().size());
        assertTrue(asked.warnings().get(0).startsWith("CHECK_PAGE is on and PUBLIC_SERVER_URL is not set"));
    }

    @Test
    void aPublicAddressThatNoBrowserKnowsStopsTheStart() {
        ConfigException wrong =
                assertThrows(ConfigException.class, () -> read("PUBLIC_SERVER_URL", "https://.example.com"));
        assertEquals(1, wrong.problems().size());
        assertTrue(wrong.problems()
                .get(0)
                .startsWith("PUBLIC_SERVER_URL=\"https://.example.com\" should have a host name"));
    }

    @Test
    void theCheckPagesOriginIsThatOfThePublicAddress() throws ConfigException {
        assertEquals(
                "https://api.example.com",
                read("PUBLIC_SERVER_URL", "HTTPS://Api.example.com:443/silk")
                        .checkPage()
                        .origin());
        Config onRender = read("NODE_ENV", "production", "RENDER_EXTERNAL_URL", "https://x.onrender.com");
        assertEquals("https://x.onrender.com", onRender.checkPage().origin());
    }

    @Test
    void noSecretIsInTheConfigAsAString() throws ConfigException {
        Map<String, String> environment = new HashMap<>();
        SECRETS.forEach(name -> environment.put(name, "hush"));
        environment.put("DATABASE_URL", "postgres://u:hush@h/d?sslpassword=hush");
        environment.put("REDIS_URL", "redis://u:hush@h");
        String config = ConfigReader.read(environment, "", CommandLine.parse()).toString();
        assertFalse(config.contains("hush"), config);
        assertTrue(config.contains("logAccessKey=[secret]"), config);
    }

    private static Config read(String... namesAndValues) throws ConfigException {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ConfigReader.read(environment, "", CommandLine.parse());
    }

    private static Map<String, String> properties(Config config) {
        return Objects.requireNonNull(config.storage().database()).properties();
    }

    private static String revealed(@Nullable Secret secret) {
        return Objects.requireNonNull(secret).reveal();
    }
}
