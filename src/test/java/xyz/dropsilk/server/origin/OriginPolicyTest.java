package xyz.dropsilk.server.origin;

import static java.util.regex.Pattern.CASE_INSENSITIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.config.Config;

/** The contract, 1: "Origins". */
class OriginPolicyTest {
    private static final List<String> ALLOWED = Stream.concat(
                    Stream.of("https://dropsilk.xyz", "app://.", "https://Upper.Example:8443"),
                    LocalOrigins.of(List.of(5173), List.of()).stream())
            .toList();
    private static final Pattern PREVIEW =
            Pattern.compile("^https://dropsilk-[a-zA-Z0-9]+-team\\.vercel\\.app$", CASE_INSENSITIVE);

    private final OriginPolicy production = new OriginPolicy(ALLOWED, PREVIEW, /* production= */ true);
    private final OriginPolicy development = new OriginPolicy(ALLOWED, PREVIEW, /* production= */ false);

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            https://x.example,     add it to ALLOWED_ORIGINS
            http://localhost:3000, `start with --allow-local-port=3000, or add it to ALLOWED_ORIGINS`
            http://127.0.0.1:81,   `start with --allow-local-port=81, or add it to ALLOWED_ORIGINS`
            null,                  `no web server's pages have such an origin: serve the page from one, and add that to ALLOWED_ORIGINS`
            """)
    void aRefusedOriginIsToldWithWhatWouldLetItIn(String origin, String hint) {
        OriginRefused event = production.refused(InetAddress.getLoopbackAddress(), origin);
        assertEquals(origin, event.origin());
        assertEquals(hint, event.hint());
    }

    @Test
    void aRefusedOriginIsCleanedAndCutAndNoneIsNone() {
        InetAddress client = InetAddress.getLoopbackAddress();
        assertEquals(
                "https://" + "x".repeat(92),
                production
                        .refused(client, "https://\u0007\u009b" + "x".repeat(500))
                        .origin());
        assertNull(production.refused(client, null).origin());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            # origin,                                  allowed
            https://dropsilk.xyz,                      true
            HTTPS://DropSilk.XYZ,                      true
            https://upper.example:8443,                true
            app://.,                                   true
            App://.,                                   true
            http://localhost:5173,                     true
            http://127.0.0.1:5173,                     true
            https://dropsilk-a1B2-team.vercel.app,     true
            https://DROPSILK-a-team.vercel.app,        true
            http://dropsilk.xyz,                       false
            https://dropsilk.xyz/,                     false
            https://dropsilk.xyz:443,                  false
            https://dropsilk.xyz.,                     false
            https://www.dropsilk.xyz,                  false
            https://dropsilk.xyz.evil.example,         false
            https://evil.example/https://dropsilk.xyz, false
            https://dropsilk.xyz@evil.example,         false
            `https://dropsilk.xyz, https://dropsilk.xyz`, false
            `https://dropsilk.xyz https://evil.example`, false
            ` https://dropsilk.xyz`,                   false
            dropsilk.xyz,                              false
            https://upper.example,                     false
            app://x,                                   false
            app://./,                                  false
            app:,                                      false
            https://localhost:5173,                    false
            http://localhost:5174,                     false
            http://localhost,                          false
            http://localhost:05173,                    false
            http://[::1]:5173,                         false
            http://127.0.0.2:5173,                     false
            http://192.168.1.5:5173,                   false
            https://dropsilk--team.vercel.app,         false
            https://dropsilk-a.b-team.vercel.app,      false
            https://dropsilk-a-team.vercel.app.evil,   false
            https://xdropsilk-a-team.vercel.app,       false
            https://dropsilk-a-teamxvercel.app,        false
            null,                                      false
            *,                                         false
            ``,                                        false
            https://,                                  false
            """)
    void onlyListedPreviewAndLocalOriginsAreAllowed(String origin, boolean allowed) {
        assertEquals(allowed, production.admits(origin));
        assertEquals(allowed, development.admits(origin));
    }

    @Test
    void itIsMadeFromTheConfiguration() {
        Config.Origins origins = new Config.Origins(List.of("https://a.example"), PREVIEW, List.of(5173));
        OriginPolicy policy = OriginPolicy.of(origins, /* production= */ true);
        for (String origin :
                List.of("https://a.example", "https://dropsilk-a-team.vercel.app", "http://localhost:5173")) {
            assertTrue(policy.admits(origin), origin);
        }
        assertFalse(policy.admits("https://dropsilk.xyz"));
        assertFalse(policy.admits(null));
    }

    @Test
    void aMissingOriginIsLetInUnlessInProduction() {
        assertTrue(development.admits(null));
        assertFalse(production.admits(null));
    }

    /** A dotless i and a Kelvin sign become ASCII letters when their case changes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://drops\u0130lk.xyz",
                "https://dropsil\u212a.xyz",
                "https://drop\u017filk.xyz",
                "app://.\0",
                "\tapp://."
            })
    void nothingBeyondAsciiPassesForAnAllowedOrigin(String origin) {
        OriginPolicy lax = new OriginPolicy(
                ALLOWED, Pattern.compile("https://dropsilk\\.xyz", CASE_INSENSITIVE | Pattern.UNICODE_CASE), true);
        assertFalse(lax.admits(origin));
    }

    @Test
    void aLongOriginIsNotLookedAt() {
        OriginPolicy lax = new OriginPolicy(List.of(), Pattern.compile("https://a+"), true);
        assertTrue(lax.admits("https://" + "a".repeat(292)));
        assertFalse(lax.admits("https://" + "a".repeat(293)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://(a+)+\\.example", "https://(a|a)*\\.example", "https://(.*a){30}\\.example", "(.*)*x"})
    void aPatternThatExplodesCostsNoMoreThanItsBudget(String pattern) {
        OriginPolicy fragile = new OriginPolicy(List.of(), Pattern.compile(pattern), true);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertFalse(fragile.admits("https://" + "a".repeat(290))));
    }
}
