package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.FakeCloud;
import xyz.dropsilk.server.testing.Scrape;
import xyz.dropsilk.server.testing.WebClient;

/** The dashboard and the alerts of {@code docs/monitoring} ask for nothing that the server does not tell. */
class MonitoringPagesIT {
    private static final Path PAGES = Path.of("docs", "monitoring");
    private static final String KEY = "k";

    /** What Prometheus itself adds, and what is there only once something has happened. */
    private static final Set<String> ELSEWHERE = Set.of("up", "ALERTS", "jvm_gc_pause_seconds");

    /** What the contract (6) asks of services, whether or not a panel shows it. */
    private static final Set<String> OF_SERVICES = Set.of(
            "dropsilk_turn_calls_total",
            "dropsilk_turn_credentials_age_seconds",
            "dropsilk_uploads_total",
            "dropsilk_upload_rows_waiting",
            "dropsilk_cleanup_runs_total",
            "dropsilk_cleanup_files_total",
            "dropsilk_cleanup_last_good_timestamp_seconds",
            "dropsilk_database_up",
            "dropsilk_bus_up",
            "dropsilk_bus_undelivered_total",
            "dropsilk_bus_garbage_total",
            "hikaricp_connections");

    private static final Pattern METRIC =
            Pattern.compile("\\b(?:dropsilk|jvm|process|system|netty|hikaricp)_[a-z0-9_]+\\b|\\bup\\b(?=\\{)");

    private static final Pattern ALARM_ROW = Pattern.compile("(?m)^\\|.*\\| (Dropsilk\\w+) \\|$");

    private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");

    private static Set<String> matches(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
            found.add(matcher.group(matcher.groupCount()));
        }
        return found;
    }

    private static Set<String> metrics(String expression) {
        Set<String> names = new TreeSet<>();
        for (String name : matches(METRIC, expression)) {
            names.add(name.replaceFirst("_(bucket|sum|count)$", ""));
        }
        return names;
    }

    private static Set<String> ofDashboard() throws IOException {
        Set<String> names = new TreeSet<>();
        JsonNode dashboard = WebClient.json(Files.readString(PAGES.resolve("dashboard.json")));
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                names.addAll(metrics(target.path("expr").asText()));
            }
        }
        return names;
    }

    private static Set<String> ofAlerts() throws IOException {
        Set<String> names = new TreeSet<>();
        Files.readString(PAGES.resolve("alerts.yaml"))
                .lines()
                .filter(line -> line.strip().startsWith("expr: "))
                .forEach(line -> names.addAll(metrics(line)));
        return names;
    }

    @Test
    void everyMetricThatTheyNameIsInALiveScrape() throws IOException {
        try (FakeCloud cloud = new FakeCloud();
                TestServer server = TestServer.with("METRICS_ACCESS_KEY", KEY)
                        .with("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d")
                        .with(
                                "UPLOADTHING_TOKEN",
                                "eyJhcGlLZXkiOiJza19saXZlX3giLCJhcHBJZCI6IngiLCJyZWdpb25zIjpbInNlYTEiXX0=")
                        .with("UPLOADTHING_API_URL", cloud.uri())
                        .with("UPLOADTHING_INGEST_URL", cloud.uri())
                        .with("REDIS_URL", "redis://127.0.0.1:1")
                        .with("CLOUDFLARE_TURN_TOKEN_ID", "id")
                        .with("CLOUDFLARE_API_TOKEN", "token")
                        .with("CLOUDFLARE_API_URL", cloud.uri())
                        .start()) {
            Set<String> asked = ofDashboard();
            asked.addAll(ofAlerts());
            asked.removeAll(ELSEWHERE);
            assertFalse(asked.isEmpty());
            Await.until(
                    "the database's pool",
                    () -> Scrape.of(server.port(), KEY).names().contains("hikaricp_connections"));
            asked.addAll(OF_SERVICES);
            asked.removeAll(Scrape.of(server.port(), KEY).names());
            assertEquals(Set.of(), asked);
        }
    }

    @Test
    void eachRowOfTheAlarmTableHasAnAlertAndEachAlertARow() throws IOException {
        Set<String> rows = matches(ALARM_ROW, Files.readString(Path.of("docs", "OPERATIONS.md")));
        Set<String> alerts = matches(ALERT, Files.readString(PAGES.resolve("alerts.yaml")));
        assertEquals(alerts, rows);
        Set<String> tested = matches(
                Pattern.compile("(?m)^ +- name: (Dropsilk\\w+)$"), Files.readString(PAGES.resolve("alerts-test.yaml")));
        assertEquals(alerts, tested);
    }

    @Test
    void eachAlertSaysWhatItMeansAndWhatToDo() throws IOException {
        for (String alert : Files.readString(PAGES.resolve("alerts.yaml")).split("- alert: ", -1)) {
            if (alert.startsWith("Dropsilk")) {
                assertEquals(
                        1,
                        matches(Pattern.compile("( {10}what: .{20,})"), alert).size(),
                        alert);
                assertEquals(
                        1,
                        matches(Pattern.compile("( {10}todo: .{20,})"), alert).size(),
                        alert);
            }
        }
    }
}
