package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        "HTTPS://X.Example:443, https://X.Example",
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
        Map<String, String> production = Map.of("NODE_ENV", "production", "UPLOADTHING_TOKEN", "eyJ9");
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

    @Test
    void aDotEnvFileMayBeWhatPowerShellWrites(@TempDir Path directory) throws Exception {
        Path file = directory.resolve(".env");
        for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE)) {
            Files.write(file, "\ufeffCONTACT_EMAIL=schl\u00fcssel@a.b\r\n".getBytes(charset));
            assertEquals(
                    "schl\u00fcssel@a.b",
                    DotEnv.parse(DotEnvFile.read(file)).values().get("CONTACT_EMAIL"));
        }
    }

    @Test
    void aDotEnvFileThatIsNoTextIsNamedWithWhatToDo(@TempDir Path directory) throws Exception {
        Path file = directory.resolve(".env");
        Files.write(file, "KEY=schl\u00fcssel".getBytes(ISO_8859_1));
        ConfigException wrong = assertThrows(ConfigException.class, () -> DotEnvFile.read(file));
        assertTrue(wrong.problems().get(0).endsWith(".env should be text in UTF-8: save it so, with any editor"));
        assertEquals("", DotEnvFile.read(directory.resolve("none")));
    }
}
