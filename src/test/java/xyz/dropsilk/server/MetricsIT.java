package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.Scrape;
import xyz.dropsilk.server.testing.WebClient;

/** The contract, 6: {@code /metrics}, who may read it and what it says. */
class MetricsIT {
    private static final String KEY = "open sesame";

    private final TestServer server = TestServer.with("METRICS_ACCESS_KEY", KEY).start();

    @AfterEach
    void stop() {
        server.close();
    }

    private static Answer get(int port, String... headers) {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", headers)
                    + (headers.length > 0 ? "\r\n" : "") + "\r\n");
            return client.readAnswer();
        }
    }

    private Scrape scrape() {
        return Scrape.of(server.port(), KEY);
    }

    @Test
    void onlyTheKeyOpensIt() {
        assertEquals(403, get(server.port()).status());
        assertEquals("Forbidden", get(server.port()).body());
        for (String authorization : List.of("Bearer", "Bearer x", "Bearer " + KEY + "x", "Basic " + KEY, KEY)) {
            assertEquals(
                    403, get(server.port(), "Authorization: " + authorization).status(), authorization);
        }
        assertEquals(200, get(server.port(), "Authorization: bearer " + KEY).status());
        assertEquals(7, server.refused("metrics_access"));
    }

    @Test
    void withoutAKeyNobodyGetsIn() {
        try (TestServer closed = TestServer.start()) {
            assertEquals(403, get(closed.port()).status());
            assertEquals(403, get(closed.port(), "Authorization: Bearer ").status());
        }
    }

    @Test
    void itIsPrometheusTextOrOpenMetricsAsAsked() {
        String key = "Authorization: Bearer " + KEY;
        Answer text = get(server.port(), key);
        assertTrue(text.header("content-type").startsWith("text/plain; version=0.0.4"), text.header("content-type"));
        assertEquals("no-store", text.header("cache-control"));
        assertTrue(text.body().contains("\n# TYPE dropsilk_signals_total counter\n"));

        Answer open = get(server.port(), key, "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertTrue(open.header("content-type").startsWith("application/openmetrics-text"), open.header("content-type"));
        assertTrue(open.body().contains("\n# TYPE dropsilk_signals counter\n"));
        assertTrue(open.body().endsWith("# EOF\n"));

        assertTrue(get(server.port(), key, "Accept: application/vnd.google.protobuf")
                .body()
                .contains("dropsilk_signals_total"));
    }

    @Test
    void everyMeterOfTheContractIsThere() {
        scrape(); // or no request was answered yet
        Set<String> names = scrape().names();
        for (String name : List.of(
                "dropsilk_connections",
                "dropsilk_connections_opened_total",
                "dropsilk_connections_closed_total",
                "dropsilk_networks",
                "dropsilk_largest_network_connections",
                "dropsilk_flights",
                "dropsilk_flights_created_total",
                "dropsilk_flights_joined_total",
                "dropsilk_flights_ended_total",
                "dropsilk_flight_first_peer_seconds",
                "dropsilk_flight_paired_seconds",
                "dropsilk_signals_total",
                "dropsilk_signal_bytes_total",
                "dropsilk_signal_relay_seconds",
                "dropsilk_queued_bytes",
                "dropsilk_event_loop_delay_seconds",
                "dropsilk_ping_round_trip_seconds",
                "dropsilk_refused_total",
                "dropsilk_http_requests_total",
                "dropsilk_http_request_seconds",
                "dropsilk_rooms",
                "dropsilk_room_polls_total",
                "dropsilk_build_info",
                "jvm_memory_used_bytes",
                "jvm_threads_live_threads",
                "netty_allocator_memory_used",
                "process_cpu_seconds_total",
                "process_files_open_files")) {
            assertTrue(names.contains(name), name + " in " + names);
        }
    }

    /** All there before anything has happened, so that a first one is seen as a rise; and no others, ever. */
    @Test
    void theLabelsOfTheContractHaveTheirValues() {
        Scrape scrape = scrape();
        assertEquals(labels("dropsilk_flights_joined_total", "type", "lan", "wan"), of(scrape, "flights_joined_total"));
        assertEquals(
                labels("dropsilk_flights_ended_total", "outcome", "met", "silent", "lonely"),
                of(scrape, "flights_ended_total"));
        assertEquals(
                labels(
                        "dropsilk_refused_total",
                        "reason",
                        Arrays.stream(Refusal.values()).map(Refusal::reason).toArray(String[]::new)),
                of(scrape, "refused_total"));
        List<String> build = scrape.series("dropsilk_build_info");
        assertEquals(1, build.size());
        assertTrue(
                build.get(0).matches("dropsilk_build_info\\{java=\".+\",transport=\"(epoll|nio)\",version=\"test\"}"),
                build::toString);
        assertEquals(1, scrape.value(build.get(0)));
    }

    private static Set<String> of(Scrape scrape, String name) {
        return Set.copyOf(scrape.series("dropsilk_" + name));
    }

    private static Set<String> labels(String name, String label, String... values) {
        return Arrays.stream(values)
                .map(value -> name + "{" + label + "=\"" + value + "\"}")
                .collect(Collectors.toSet());
    }

    @Test
    void statsAndMetricsSayTheSame() {
        try (WebClient one = WebClient.from("192.168.1.2", server.port());
                WebClient other = WebClient.from("192.168.1.3", server.port())) {
            String code = one.createFlight();
            other.join(code);
            one.expect("peer-joined");
            other.expect("peer-joined");
            one.send("{\"type\":\"signal\",\"data\":1}");
            other.expect("signal");
            JsonNode stats = server.stats();
            Scrape metrics = scrape();
            assertEquals(2, metrics.value("dropsilk_connections"));
            assertEquals(stats.path("activeConnections").asLong(), metrics.value("dropsilk_connections"));
            assertEquals(stats.path("activeFlights").asLong(), metrics.value("dropsilk_flights"));
            assertEquals(stats.path("totalFlightsCreated").asLong(), metrics.value("dropsilk_flights_created_total"));
            assertEquals(
                    stats.path("totalFlightsJoined").asLong(),
                    metrics.value("dropsilk_flights_joined_total{type=\"lan\"}"));
            assertEquals(1, metrics.value("dropsilk_signals_total"));
            assertEquals(stats.path("signalsRelayed").asLong(), metrics.value("dropsilk_signals_total"));
        }
        server.awaitEmpty();
        Scrape after = scrape();
        assertEquals(2, server.stats().path("totalDisconnections").asLong());
        assertEquals(2, after.sum("dropsilk_connections_closed_total"));
        assertEquals(1, after.value("dropsilk_flights_ended_total{outcome=\"silent\"}"));
    }

    @Test
    void onlyOneSignalInSixtyFourIsTimed() {
        try (WebClient one = WebClient.from("192.168.1.2", server.port());
                WebClient other = WebClient.from("192.168.1.3", server.port())) {
            other.join(one.createFlight());
            one.expect("peer-joined");
            other.expect("peer-joined");
            for (int i = 0; i < 128; i++) {
                one.send("{\"type\":\"signal\",\"data\":" + i + "}");
            }
            for (int i = 0; i < 128; i++) {
                other.expect("signal");
            }
            Await.until("both samples", () -> scrape().value("dropsilk_signal_relay_seconds_count") >= 1);
            assertTrue(scrape().value("dropsilk_signal_relay_seconds_count") <= 2);
        }
    }

    /** Whatever clients send, there are no more series than paths of ours, methods and codes allow. */
    @Test
    void noClientMakesSeries() {
        scrape();
        for (int i = 0; i < 30; i++) {
            for (String line : List.of(
                    "GET /made/up/" + i + " HTTP/1.0",
                    "M" + i + " /stats HTTP/1.0",
                    "GET /api/rooms/CODE" + i + " HTTP/1.0",
                    "GET /stats?x=" + i + " HTTP/1.0",
                    "NONSENSE" + i)) {
                try (RawClient client = RawClient.connect(server.port())) {
                    client.send(line + "\r\n\r\n");
                    client.readAnswer();
                }
            }
        }
        Scrape after = scrape();
        List<String> series = after.series("dropsilk_http_requests_total");
        assertTrue(series.size() <= 8, series::toString);
        assertEquals(30, after.value("dropsilk_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"}"));
        assertEquals(
                30,
                after.value("dropsilk_http_requests_total{method=\"GET\",route=\"/api/rooms/{code}\",status=\"400\"}"));
        assertFalse(after.series().toString().contains("made"), "what a client sent is in no label");
        assertFalse(after.series().toString().contains("CODE"), "what a client sent is in no label");
    }

    @Test
    void openFilesAreCountedWithSockets() {
        long before = scrape().value("process_files_open_files");
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(RawClient.connect(server.port())); // two files, since both ends are in this process
        }
        long after = scrape().value("process_files_open_files");
        clients.forEach(RawClient::close);
        assertTrue(before > 3 && after >= before + 20, before + ", then " + after);
        assertTrue(scrape().value("process_files_max_files") >= after);
    }

    /** The contract, 6: database and bus up, each as {@code /readyz} says. */
    @Test
    void theBusIsUpOrAwayAsHealthSays() {
        try (Redis redis = new Redis();
                CuttableLink link = redis.link()) {
            try (TestServer shared = TestServer.with("REDIS_URL", "redis://127.0.0.1:" + link.port())
                    .with("METRICS_ACCESS_KEY", KEY)
                    .start()) {
                Await.until("the bus", () -> bus(shared).equals("1 \"up\""));
                link.cut();
                Await.until("its absence", () -> bus(shared).equals("0 \"away\""));
            }
        }
    }

    private static String bus(TestServer server) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET /readyz HTTP/1.0\r\n\r\n");
            return Scrape.of(server.port(), KEY).value("dropsilk_bus_up") + " "
                    + WebClient.json(client.readAnswer().body()).path("bus");
        }
    }

    @Test
    void upgradesAreCountedByStatus() {
        try (RawClient client = RawClient.webSocket(server.port())) {
            client.readFrame();
            assertEquals(1, scrape().value("dropsilk_http_requests_total{method=\"GET\",route=\"/\",status=\"101\"}"));
        }
    }
}
