package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.ConfigReader;

/** What {@code --check-config} prints. */
class ConfigCheckTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void itTellsWhatIsOnAndWhatIsOff() {
        assertEquals(
                0,
                check(Map.of(
                        "CLOUDFLARE_TURN_TOKEN_ID",
                        "a",
                        "CLOUDFLARE_API_TOKEN",
                        "hush",
                        "PORT",
                        "26001",
                        "NODE_ENV",
                        "production")));
        List<String> lines = out.toString(UTF_8).lines().toList();
        assertEquals("dropsilk-server 1 can be started with this configuration.", lines.get(0));
        for (String part : List.of(
                "port 26001", "host all addresses", "production on", "turn on", "uploads off", "database off")) {
            assertTrue(
                    lines.stream()
                            .anyMatch(line -> line.strip().replaceAll(" +", " ").equals(part)),
                    part + lines);
        }
        assertFalse(out.toString(UTF_8).contains("hush"));
        assertFalse(out.toString(UTF_8).contains("warning"));
        assertEquals("", err.toString(UTF_8));
    }

    @Test
    void originsAreTold() {
        assertEquals(0, check(Map.of("ALLOWED_ORIGINS", "https://APP.example.org/, http://10.0.0.7:8443")));
        assertTrue(
                out.toString(UTF_8).matches("(?s).*\n  origins +https://app.example.org http://10.0.0.7:8443\n.*"),
                out::toString);
    }

    /** Who has set the one list may not know of the others. */
    @Test
    void otherWaysInAreToldToo() {
        assertEquals(0, check(Map.of("ALLOWED_ORIGINS", "https://app.example.org")));
        assertTrue(out.toString(UTF_8).matches("(?s).*\n  previewOrigins +\\^https://dropsilk-.*"), out::toString);
        assertFalse(out.toString(UTF_8).contains("localPorts"), out::toString);
        out.reset();
        assertEquals(0, check(Map.of("VERCEL_PREVIEW_ORIGIN_REGEX", "none"), "--allow-local-port=5173"));
        assertTrue(
                out.toString(UTF_8).matches("(?s).*\n  previewOrigins +none\n  localPorts +\\[5173]\n.*"),
                out::toString);
    }

    /** What decides whether visitors can claim addresses. */
    @Test
    void whoseWordIsTakenForAnAddressIsTold() {
        assertEquals(
                0,
                check(Map.of(
                        "CLIENT_IP_HEADER", "CF-Connecting-IP",
                        "TRUSTED_PROXIES", "10.0.0.0/8, 2001:DB8::/32",
                        "METRICS_ACCESS_KEY", "sixteen letters!")));
        String told = out.toString(UTF_8).replaceAll(" +", " ");
        for (String line : List.of(
                "\n trustedProxies 10.0.0.0/8 2001:db8::/32\n",
                "\n clientIpHeader CF-Connecting-IP\n",
                "\n logs off\n metrics on\n")) {
            assertTrue(told.contains(line), told);
        }
        out.reset();
        assertEquals(0, check(Map.of()));
        assertTrue(out.toString(UTF_8).matches("(?s).*\n  clientIpHeader +none\n.*"), out::toString);
    }

    @Test
    void itTellsEveryWarning() {
        Map<String, String> environment = new HashMap<>();
        environment.put("CONTACT_EMAIL", "a@b.c");
        environment.put("LOG_ACESS_KEY", "hush");
        environment.put("UPLOADTHING_TOKEN", "hush");
        environment.put("DATABASE_URL", "postgres://u:hush@h/d?pgbouncer=true");
        assertEquals(0, check(environment));
        List<String> warnings = out.toString(UTF_8)
                .lines()
                .filter(line -> line.startsWith("warning: "))
                .toList();
        assertEquals(4, warnings.size(), warnings.toString());
        for (String about : List.of("CONTACT_EMAIL", "LOG_ACESS_KEY", "UPLOADTHING_TOKEN is malformed", "pgbouncer")) {
            assertTrue(warnings.stream().anyMatch(warning -> warning.contains(about)), about);
        }
        assertFalse(out.toString(UTF_8).contains("hush"));
    }

    @Test
    void whatIsWrongIsToldOnStandardErrorBesideTheWarnings() {
        assertEquals(2, check(Map.of("PORT", "x", "CONTACT_EMAIL", "a@b.c")));
        assertEquals("PORT=\"x\" should be a whole number from 0 to 65535\n", err.toString(UTF_8));
        assertTrue(out.toString(UTF_8).startsWith("warning: CONTACT_EMAIL is set"), out::toString);
    }

    private int check(Map<String, String> environment, String... flags) {
        return ConfigCheck.run(
                () -> ConfigReader.read(environment, "", CommandLine.parse(flags)),
                "1",
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8));
    }
}
