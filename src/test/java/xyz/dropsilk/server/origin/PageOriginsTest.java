package xyz.dropsilk.server.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.config.Config;

/** The contract, 8: whom the check page's being on lets in. */
class PageOriginsTest {
    private static PageOrigins listening(PageOrigins origins) {
        origins.listening(8080);
        return origins;
    }

    @Test
    void nothingIsAdmittedBeforeTheServerListens() {
        PageOrigins origins = new PageOrigins(true, "https://api.example.com", false);
        assertFalse(origins.has("https://api.example.com"));
        assertTrue(listening(origins).has("https://api.example.com"));
    }

    @Test
    void nothingIsAdmittedWhileThePageIsOff() {
        PageOrigins origins = listening(new PageOrigins(false, "https://api.example.com", false));
        assertFalse(origins.has("https://api.example.com"));
        assertFalse(origins.has("http://localhost:8080"));
    }

    @Test
    void outsideProductionThisMachineIsAdmittedToo() {
        PageOrigins origins = listening(new PageOrigins(true, "https://API.example.com", false));
        assertTrue(origins.has("https://api.example.com"));
        assertTrue(origins.has("http://localhost:8080"));
        assertTrue(origins.has("http://[::1]:8080"));
        assertFalse(origins.has("http://localhost:8081"));
    }

    /** {@code PUBLIC_SERVER_URL} is {@code http://localhost:PORT} where nobody sets it. */
    @Test
    void inProductionThePublicOneAloneIs() {
        PageOrigins named = listening(new PageOrigins(true, "https://api.example.com", true));
        assertTrue(named.has("https://api.example.com"));
        assertFalse(named.has("http://localhost:8080"));
        PageOrigins unnamed = listening(new PageOrigins(true, null, true));
        assertTrue(unnamed.has("http://localhost:8080"));
        assertFalse(unnamed.has("http://127.0.0.1:8080"));
    }

    @Test
    void thePolicyAsksThemAndCaseDoesNotMatter() {
        PageOrigins own = new PageOrigins(true, "https://api.example.com", true);
        OriginPolicy policy = OriginPolicy.of(
                new Config.Origins(List.of("https://dropsilk.xyz"), Pattern.compile("never"), List.of()), true, own);
        assertFalse(policy.admits("https://api.example.com"));
        own.listening(8080);
        assertTrue(policy.admits("HTTPS://API.example.com"));
        assertTrue(policy.admits("https://dropsilk.xyz"));
        assertFalse(policy.admits("https://api.example.com.evil.example"));
        assertFalse(policy.admits(null));
    }

    @Test
    void peopleOpenItWhereItIs() {
        assertEquals(
                List.of("https://api.example.com"),
                new PageOrigins(true, "https://api.example.com", false).toOpen(null, 8080));
        assertEquals(List.of("http://localhost:8080"), new PageOrigins(true, null, true).toOpen(null, 8080));
        assertEquals(
                "http://localhost:8080",
                new PageOrigins(true, null, false).toOpen(null, 8080).get(0));
        assertEquals(List.of("http://[::1]:8080"), new PageOrigins(true, null, false).toOpen("::1", 8080));
        assertEquals(List.of("http://192.168.1.5"), new PageOrigins(true, null, false).toOpen("192.168.1.5", 80));
        assertEquals(
                "http://localhost:8080",
                new PageOrigins(true, null, false).toOpen("0.0.0.0", 8080).get(0));
    }
}
