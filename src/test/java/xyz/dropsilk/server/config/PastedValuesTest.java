package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values as people bring them: pasted, half, decoded by the wrong charset, in the wrong form. */
final class PastedValuesTest {
    private static Config read(Map<String, String> environment) throws ConfigException {
        return ConfigReader.read(environment, "", CommandLine.parse());
    }

    @ParameterizedTest
    @ValueSource(strings = {" %s", "%s ", "%s\n", "\r\n%s\r\n", "\t%s\t", "\u00a0%s", "%s\u200b", "\ufeff%s", "%s\0"})
    void whatIsInvisibleRoundAValueDoesNotCount(String form) throws ConfigException {
        Map<String, String> environment = new HashMap<>();
        Map<String, String> right = Map.of(
                "PORT", "8081",
                "DATABASE_URL", "postgresql://u:p@db:1/name",
                "LOG_ACCESS_KEY", "k+y;",
                "UPLOADTHING_TOKEN", "eyJ9",
                "CONTACT_EMAIL", "a@b.c",
                "NODE_ENV", "production",
                "ROOM_TTL_MINUTES", "0.5",
                "PUBLIC_SERVER_URL", "https://a.example",
                "TRUSTED_PROXIES", "10.0.0.0/8");
        right.forEach((name, value) -> environment.put(name, form.formatted(value)));
        Config config = read(environment);
        assertEquals(read(right).toString(), config.toString());
        assertEquals("name", Objects.requireNonNull(config.storage().database()).database());
        assertEquals(
                "k+y;",
                Objects.requireNonNull(config.telemetry().logAccessKey()).reveal());
        assertEquals("eyJ9", Objects.requireNonNull(config.uploads().token()).reveal());
    }

    @Test
    void nothingButWhiteSpaceIsNotSet() throws ConfigException {
        assertEquals(
                read(Map.of()).toString(),
                read(Map.of("PORT", " ", "DATABASE_URL", "\n", "HOST", "\t")).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOG_ACCESS_KEY", "CONTACT_EMAIL", "DATABASE_URL", "ALLOWED_ORIGINS", "UPLOADTHING_TOKEN"})
    void aValueThatCouldNotBeDecodedStopsTheStartByName(String name) {
        ConfigException wrong = assertThrows(ConfigException.class, () -> read(Map.of(name, "schl\ufffd\ufffdssel")));
        assertEquals(1, wrong.problems().size());
        assertTrue(wrong.problems().get(0).startsWith(name + " (not shown) "), wrong.problems()::toString);
        assertTrue(wrong.problems().get(0).contains("LANG=C.UTF-8"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://x.example:443, https://x.example",
        "http://x.example:80/, http://x.example",
        "https://x.example:0443, https://x.example",
        "https://x.example:80, https://x.example:80",
        "HTTPS://X.Example:443, https://x.example",
        "https://x.example:08443, https://x.example:8443",
        "https://x.example., https://x.example.",
        "https://M\u00fcnchen.example, https://xn--mnchen-3ya.example",
        "https://xn--strae-oqa.example, https://xn--strae-oqa.example",
        "https://\u4f8b\u3048.jp:444, https://xn--r8jz45g.jp:444",
        "http://127.0.0.1:80, http://127.0.0.1",
        "http://[::0:1]:3000, http://[::1]:3000",
        "http://[2001:DB8:0:0:1:0:0:1], http://[2001:db8::1:0:0:1]",
        "http://[1:0:2:3:4:5:6:7], http://[1:0:2:3:4:5:6:7]",
        "http://[::ffff:127.0.0.1], http://[::ffff:7f00:1]",
        "http://[::FFFF:7F00:0001], http://[::ffff:7f00:1]",
        "http://1password.example, http://1password.example",
        "file:///, file://",
        "http://[2001:db8::1]:80, http://[2001:db8::1]",
        "http://my_host:3000, http://my_host:3000",
        "app://., app://.",
        "chrome-extension://abcdefghijklmnop, chrome-extension://abcdefghijklmnop"
    })
    void anOriginIsWhatABrowserSends(String written, String sent) throws ConfigException {
        assertEquals(
                List.of(sent),
                read(Map.of("ALLOWED_ORIGINS", written)).origins().allowed());
    }

    @Test
    void dockersNamesHaveUnderscores() throws ConfigException {
        Config config =
                read(Map.of("UPLOADTHING_API_URL", "http://fake_cloud:3000", "CLOUDFLARE_API_URL", "http://a_b"));
        assertEquals("http://fake_cloud:3000", config.uploads().apiUrl().toString());
    }

    @Test
    void uploadsThatNobodyCanReportAreWarnedOf() throws ConfigException {
        Map<String, String> production = Map.of(
                "NODE_ENV", "production", "UPLOADTHING_TOKEN", "eyJ9", "DATABASE_URL", "postgresql://localhost/silk");
        List<String> warnings = read(production).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("PUBLIC_SERVER_URL is not set"), warnings::toString);

        Map<String, String> onRender = new HashMap<>(production);
        onRender.put("RENDER_EXTERNAL_URL", "https://x.onrender.com");
        Config config = read(onRender);
        assertEquals(List.of(), config.warnings());
        assertEquals("https://x.onrender.com", config.server().publicUrl());
        onRender.put("PUBLIC_SERVER_URL", "https://own.example");
        assertEquals("https://own.example", read(onRender).server().publicUrl());
    }

    @Test
    void uploadsThatNobodyDeletesAreWarnedOf() throws ConfigException {
        List<String> warnings = read(Map.of("UPLOADTHING_TOKEN", "eyJ9")).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("UPLOADTHING_TOKEN is set and DATABASE_URL is not"), warnings::toString);
        assertEquals(
                List.of(),
                read(Map.of("UPLOADTHING_TOKEN", "eyJ9", "NO_DB", "true")).warnings());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOG_ACCESS_KEY", "METRICS_ACCESS_KEY"})
    void keysThatCanBeGuessedAreWarnedOfInProduction(String name) throws ConfigException {
        Map<String, String> weak = Map.of("NODE_ENV", "production", name, "fifteen letters");
        List<String> warnings = read(weak).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith(name + " is so short"), warnings::toString);
        assertEquals(List.of(), read(Map.of(name, "fifteen letters")).warnings());
        assertEquals(
                List.of(),
                read(Map.of("NODE_ENV", "production", name, "sixteen letters!")).warnings());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            LOG_ACCESS_KEY     | ${LOG_ACCESS_KEY}             | nobody has filled in
            LOG_ACCESS_KEY     | $(openssl rand -hex 32)       | nobody has filled in
            METRICS_ACCESS_KEY | "sixteen letters!"            | has quotes round it
            UPLOADTHING_TOKEN  | 'eyJ9'                        | has quotes round it
            TURN_SHARED_SECRET | sixteen letters! # of coturn  | what looks like a # comment
            DATABASE_URL       | postgres://u:${PASSWORD}@h/d  | nobody has filled in
            DATABASE_URL       | postgres://u:@h/d             | has an empty password
            LOG_ACCESS_KEY     | sixteen letters! #of logs     | what looks like a # comment
            CONTACT_EMAIL      | "a@b.c"                       | has quotes round it
            CLIENT_IP_HEADER   | 'X-Real-IP'                   | has quotes round it
            CLIENT_IP_HEADER   | x-forwarded-for               | takes a list for one address
            """)
    void whatIsHardlyMeantToBePartOfASecretIsWarnedOf(String name, String value, String warning)
            throws ConfigException {
        Map<String, String> environment =
                new HashMap<>(Map.of(name, value, "TURN_URLS", "turn:a.example", "NO_DB", "true"));
        if (name.equals("CONTACT_EMAIL")) {
            environment.put("RECAPTCHA_SECRET_KEY", "x");
        }
        environment.putIfAbsent("TURN_SHARED_SECRET", "sixteen letters!");
        List<String> warnings = read(environment).warnings();
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).startsWith(name) && warnings.get(0).contains(warning), warnings::toString);
        assertFalse(warnings.get(0).contains("letters!") || warnings.get(0).contains("openssl"), warnings::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PORT            | "8080"                      | has quotes round it
            ALLOWED_ORIGINS | "https://a.example"         | has quotes round it
            DATABASE_URL    | 'postgres://u:p@h/d'        | has quotes round it
            TRUSTED_PROXIES | 10.0.0.0/8 # my proxy       | what looks like a # comment
            TURN_URLS       | turn:${SERVER_HOST}:3478    | nobody has filled in
            """)
    void whatIsHardlyMeantToBePartOfAValueIsToldWhereItIsWrong(String name, String value, String told) {
        Map<String, String> environment = Map.of(name, value, "TURN_SHARED_SECRET", "sixteen letters!");
        ConfigException wrong = assertThrows(ConfigException.class, () -> read(environment));
        assertTrue(wrong.problems().stream().anyMatch(problem -> problem.contains(told)), wrong.problems()::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".*",
                "https://.*",
                ".+",
                "null",
                "https://.*\\.vercel\\.app",
                "https?://.*",
                "^https://[a-z0-9]+-[a-z0-9]+\\.vercel\\.app$",
                "^https://[a-z-]+\\.netlify\\.app$"
            })
    void aPatternThatLetsStrangersInIsWarnedOf(String pattern) throws ConfigException {
        List<String> warnings =
                read(Map.of("VERCEL_PREVIEW_ORIGIN_REGEX", pattern)).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("VERCEL_PREVIEW_ORIGIN_REGEX matches "), warnings::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "NONE", "^https://silk-[a-z]+\\.vercel\\.app$", "(a+)+(b+)+c"})
    void aPatternOfOnesOwnOrOfNothingIsNot(String pattern) throws ConfigException {
        Config config = read(Map.of("VERCEL_PREVIEW_ORIGIN_REGEX", pattern));
        assertEquals(List.of(), config.warnings());
        assertFalse(config.origins().preview().matcher("none").matches());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "203.0.113.0/4", "10.0.0.0/8,2000::/3"})
    void proxiesThatAreEverybodyAreWarnedOfWhateverTheHeader(String ranges) throws ConfigException {
        for (String header : List.of("", "CF-Connecting-IP")) {
            List<String> warnings = read(Map.of("TRUSTED_PROXIES", ranges, "CLIENT_IP_HEADER", header))
                    .warnings();
            assertEquals(1, warnings.size());
            assertTrue(warnings.get(0).startsWith("TRUSTED_PROXIES trusts everybody"), warnings::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"WS_HEALTH_CHECK_INTERVAL_MS", "ROOM_SILENCE_MS", "SHUTDOWN_TIMEOUT_MS"})
    void secondsInTheirPlaceAreWarnedOf(String name) throws ConfigException {
        List<String> warnings = read(Map.of(name, "30")).warnings();
        assertEquals(1, read(Map.of(name, "150")).warnings().size());
        assertEquals(List.of(name + "=30 is in milliseconds, and so hardly any time: 30 seconds are 30000"), warnings);
        assertEquals(List.of(), read(Map.of(name, "0")).warnings());
        assertEquals(List.of(), read(Map.of(name, "200")).warnings());
    }

    /** Those who keep previews out have not thereby named their own pages. */
    @Test
    void ownPagesThatAreNamedNowhereAreWarnedOf() throws ConfigException {
        Map<String, String> environment = Map.of(
                "NODE_ENV", "production",
                "PUBLIC_SERVER_URL", "https://silk.example.org",
                "VERCEL_PREVIEW_ORIGIN_REGEX", "none");
        List<String> warnings = read(environment).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).contains("ALLOWED_ORIGINS is not"), warnings::toString);
    }

    /** Whoever has one pair of credentials, as every visitor has, can find a short secret without asking anybody. */
    @Test
    void aShortSecretOfARelayIsWarnedOfEverywhere() throws ConfigException {
        Map<String, String> weak = Map.of("TURN_URLS", "turn:a.example", "TURN_SHARED_SECRET", "fifteen letters");
        List<String> warnings = read(weak).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("TURN_SHARED_SECRET is so short"), warnings::toString);
        assertEquals(
                List.of(),
                read(Map.of("TURN_URLS", "turn:a.example", "TURN_SHARED_SECRET", "sixteen letters!"))
                        .warnings());
    }

    @ParameterizedTest
    @CsvSource({
        "CLOUDFLARE_TURN_TOKEN_ID, CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_TOKEN, CLOUDFLARE_TURN_TOKEN_ID",
        "RECAPTCHA_SECRET_KEY, CONTACT_EMAIL",
        "CONTACT_EMAIL, RECAPTCHA_SECRET_KEY"
    })
    void halfAConfigurationIsWarnedOf(String set, String missing) throws ConfigException {
        List<String> warnings = read(Map.of(set, "x")).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith(set + " is set and " + missing + " is not"), warnings::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8080",
                "http://LOCALHOST",
                "http://api.localhost",
                "http://127.0.0.1",
                "http://[::1]:8080",
                "http://0.0.0.0:80",
                "https://192.168.1.2",
                "http://169.254.1.1"
            })
    void uploadsThatAreReportedToThisMachineAreWarnedOf(String url) throws ConfigException {
        Map<String, String> production = new HashMap<>(
                Map.of("NODE_ENV", "production", "PUBLIC_SERVER_URL", url, "ALLOWED_ORIGINS", "https://app.example"));
        assertEquals(List.of(), read(production).warnings());
        production.put("UPLOADTHING_TOKEN", "eyJ9");
        production.put("NO_DB", "true");
        List<String> warnings = read(production).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("PUBLIC_SERVER_URL leads nowhere from outside"), warnings::toString);
        assertEquals(
                List.of(),
                read(Map.of("UPLOADTHING_TOKEN", "eyJ9", "NO_DB", "true", "PUBLIC_SERVER_URL", url))
                        .warnings());
    }

    /** Whoever hosts it under a name of his own has an app of his own, and forgets to let it in. */
    @ParameterizedTest
    @CsvSource({
        "PUBLIC_SERVER_URL, https://silk.example.org, 1",
        "PUBLIC_SERVER_URL, https://notdropsilk.xyz, 1",
        "PUBLIC_SERVER_URL, https://dropsilk.xyz, 0",
        "PUBLIC_SERVER_URL, https://API.dropsilk.xyz:8443, 0",
        "RENDER_EXTERNAL_URL, https://dropsilk-backend.onrender.com, 0"
    })
    void aPublicAddressWithTheOriginsOfOthersIsWarnedOf(String name, String url, int count) throws ConfigException {
        Map<String, String> environment = new HashMap<>(Map.of("NODE_ENV", "production", name, url));
        List<String> warnings = read(environment).warnings();
        assertEquals(count, warnings.size(), warnings::toString);
        assertTrue(
                warnings.stream()
                        .allMatch(warning -> warning.startsWith("PUBLIC_SERVER_URL is set and ALLOWED_ORIGINS is not")
                                && warning.contains("https://dropsilk.vercel.app")),
                warnings::toString);
        Map<String, String> cures =
                Map.of("NODE_ENV", "test", "ALLOWED_ORIGINS", "https://a", "VERCEL_PREVIEW_ORIGIN_REGEX", "a");
        for (Map.Entry<String, String> cure : cures.entrySet()) {
            Map<String, String> mended = new HashMap<>(environment);
            mended.put(cure.getKey(), cure.getValue());
            assertEquals(List.of(), read(mended).warnings(), cure.getKey());
        }
    }

    @Test
    void anUnknownOptionOfTheDatabaseIsWarnedOf() throws ConfigException {
        assertEquals(
                List.of("DATABASE_URL has the option pgbouncer, which this server does not know: it is left out"),
                read(Map.of("DATABASE_URL", "postgres://u:p@h/d?sslmode=require&pgbouncer=true"))
                        .warnings());
    }
}
