package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.FakeCloud;
import xyz.dropsilk.server.testing.Postgres;
import xyz.dropsilk.server.testing.Scrape;
import xyz.dropsilk.server.testing.SignalPair;
import xyz.dropsilk.server.testing.Vectors;
import xyz.dropsilk.server.testing.WebClient;
import xyz.dropsilk.server.uploadthing.Sdk;

/** The services through the whole server, over HTTP, with a real database and a cloud that is not. */
@Timeout(60)
class ServicesIT {
    private static final String API_KEY = "sk_live_vector0001";
    private static final String WANTED =
            "{\"files\":[{\"name\":\"deck.pptx\",\"size\":12345,\"type\":\"\",\"lastModified\":1700000000000}]}";
    private static final String LINKS = "/api/uploadthing?actionType=upload&slug=previewUpload";
    private static final String HOOK = "/api/uploadthing?slug=previewUpload";
    private static final String TURN = "/api/turn-credentials";
    private static final String EMAIL = "/request-email";
    private static final int HANGING = 100;

    private final Postgres postgres = new Postgres();
    private final CuttableLink link = postgres.link();
    private final FakeCloud cloud = new FakeCloud();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Application> running = new ArrayList<>();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private int port;

    @AfterEach
    void close() throws InterruptedException {
        cloud.close();
        for (Application application : running) {
            application.stop();
        }
        link.close();
        for (String secret : List.of(API_KEY, "turn-secret", "captcha-secret", token(), ":" + link.port())) {
            assertFalse(log.toString(UTF_8).contains(secret), secret + " is in the log");
        }
    }

    @Test
    void fromThePagesWishToTheRowToTheCleanup() throws Exception {
        start(everything());
        HttpResponse<String> links = post(LINKS, WANTED, Map.of());
        assertEquals(200, links.statusCode());
        assertTrue(links.body().startsWith("[{\"url\":\"" + cloud.uri() + "/cDvhcTSnR9Df"), links.body());
        assertEquals(1, cloud.seen("route-metadata").size());

        assertEquals("null", callback("k1").body());
        assertEquals(List.of("k1 https://fakeapp01.ufs.sh/f/k1 deck.pptx"), rows());
        assertEquals(
                "{\"fileKey\":\"k1\",\"callbackData\":{\"url\":\"https://utfs.io/f/k1\"}}",
                cloud.seen("callback-result").get(0).body());
        assertEquals("null", callback("k1").body(), "told twice");
        assertEquals(1, rows().size());

        postgres.execute("update uploaded_files set uploaded_at = now() - interval '25 hours'");
        start(everything());
        Await.until("the cleanup", () -> rows().isEmpty());
        assertEquals("{\"fileKeys\":[\"k1\"]}", cloud.seen("deleteFiles").get(0).body());
        logged("\"message\":\"cleanup:complete\",\"database\":true,\"found\":1,\"deletedRemotely\":1,\"pruned\":1");
    }

    @Test
    void hooksThatAreNotTheClouds() throws Exception {
        start(everything());
        String body = report("k1");
        assertEquals(
                400,
                post(HOOK, body, hookHeaders("hmac-sha256=" + "0".repeat(64))).statusCode());
        assertEquals(
                400,
                post(HOOK, body + " ", hookHeaders(Sdk.signature(body, API_KEY)))
                        .statusCode());
        String huge = body + " ".repeat(256 * 1024);
        assertEquals(
                413, post(HOOK, huge, hookHeaders(Sdk.signature(huge, API_KEY))).statusCode());
        Await.until("the table", this::isTableThere);
        assertEquals(List.of(), rows());
        assertEquals(List.of(), cloud.seen("callback-result"));
    }

    @Test
    void inProductionHooksNeedNoOriginAndPagesDo() throws Exception {
        Map<String, String> environment = everything();
        environment.put("NODE_ENV", "production");
        start(environment);
        assertEquals(200, callback("k1").statusCode());
        assertEquals(403, post(LINKS, WANTED, Map.of()).statusCode());
        assertEquals(403, get(TURN).statusCode());
        assertEquals(403, post(TURN, "", Map.of()).statusCode());
        assertEquals(
                200, post(TURN, "", Map.of("Origin", "https://dropsilk.xyz")).statusCode());
        assertEquals(
                200,
                post(LINKS, WANTED, Map.of("Origin", "https://dropsilk.xyz")).statusCode());
    }

    @Test
    void turnCredentialsAreThereBeforeAnybodyAsks() throws Exception {
        start(everything());
        Await.until("the fetch", () -> !cloud.seen("generate-ice-servers").isEmpty());
        HttpResponse<String> answer = get(TURN);
        assertEquals(200, answer.statusCode());
        assertEquals("{\"iceServers\":" + FakeCloud.ICE_SERVERS + "}", answer.body());
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
        HttpResponse<String> posted = post(TURN, "", Map.of());
        assertEquals(answer.body(), posted.body());
        assertEquals("no-store", posted.headers().firstValue("cache-control").orElse(""));
        assertEquals(1, cloud.seen("generate-ice-servers").size());
        logged("turn:credentials_issued");
    }

    @Test
    void cloudflareThatIsDownIsAskedRarelyAndToldOnce() throws Exception {
        cloud.reply("generate-ice-servers", FakeCloud.json(500, ""));
        start(everything());
        logged("turn:error");
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = get(TURN);
            assertEquals(502, answer.statusCode());
            assertEquals("{\"error\":\"Could not fetch TURN credentials.\"}", answer.body());
        }
        assertTrue(cloud.seen("generate-ice-servers").size() < 5);
        assertEquals(1, log.toString(UTF_8).split("turn:error", -1).length - 1);
    }

    @Test
    void theContactAddressIsForPeople() throws Exception {
        start(everything());
        assertAnswer(200, "{\"email\":\"me@example.com\"}", post(EMAIL, "{\"token\":\"t\"}", Map.of()));
        assertAnswer(400, "{\"error\":\"Invalid JSON\"}", post(EMAIL, "{", Map.of()));
        assertAnswer(400, "{\"error\":\"Invalid JSON\"}", post(EMAIL, "", Map.of()));
        assertAnswer(400, "{\"error\":\"reCAPTCHA token is required\"}", post(EMAIL, "{\"token\":7}", Map.of()));
        cloud.reply("siteverify", FakeCloud.json(200, "{\"success\":false}"));
        assertAnswer(400, "{\"error\":\"recaptcha_failed\"}", post(EMAIL, "{\"token\":\"t\"}", Map.of()));
        cloud.reply("siteverify", FakeCloud.json(200, "junk"));
        assertAnswer(502, "{\"error\":\"internal_error\"}", post(EMAIL, "{\"token\":\"t\"}", Map.of()));
        logged("email:request");
        logged("email:error");
    }

    @Test
    void whatIsNotConfiguredSaysSo() throws Exception {
        start(new HashMap<>());
        assertAnswer(501, "{\"error\":\"TURN service is not configured on the server.\"}", get(TURN));
        assertAnswer(500, "{\"error\":\"server_not_configured\"}", post(EMAIL, "{", Map.of()));
        HttpResponse<String> links = post(LINKS, WANTED, Map.of());
        assertEquals(500, links.statusCode());
        assertTrue(links.body().startsWith("{\"message\":\"Missing token."), links.body());
        logged("\"message\":\"cleanup:skipped\",\"reason\":\"DATABASE_URL is not set\"");
    }

    @Test
    void aMalformedTokenIsSaidAtTheStart() throws Exception {
        Map<String, String> environment = everything();
        environment.put("UPLOADTHING_TOKEN", API_KEY);
        start(environment);
        logged("UPLOADTHING_TOKEN is malformed");
        assertEquals(500, post(LINKS, WANTED, Map.of()).statusCode());
        assertEquals(200, get("/keep-alive").statusCode());
    }

    @Test
    void tooManyAreToldWhenToComeBack() throws Exception {
        Map<String, String> environment = everything();
        environment.put("API_RATE_PER_MINUTE", "10");
        start(environment);
        assertEquals(200, post(LINKS, WANTED, Map.of()).statusCode());
        HttpResponse<String> refused = post(LINKS, WANTED, Map.of());
        assertAnswer(429, "{\"error\":\"Too many requests\"}", refused);
        assertTrue(Integer.parseInt(refused.headers().firstValue("retry-after").orElse("")) > 0);
        assertEquals(200, callback("k1").statusCode());
        assertEquals(200, callback("k2").statusCode(), "the cloud is not limited");
    }

    @Test
    void withoutTheDatabaseCallbacksAreAnsweredAndTheirRowsWait() throws Exception {
        link.cut();
        start(everything());
        long start = System.nanoTime();
        assertEquals(200, callback("k1").statusCode());
        assertEquals(200, callback("k2").statusCode());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(8));
        logged("database unreachable");
        link.mend();
        Await.until("the rows", () -> isTableThere() && rows().size() == 2);
    }

    /** They differed where a row was refused for a reason of its own: one thought of the rows, the other of the database. */
    @Test
    void healthAndMetersSayTheSameOfTheDatabase() throws Exception {
        Map<String, String> environment = everything();
        environment.put("METRICS_ACCESS_KEY", "k");
        start(environment);
        callback("k1");
        assertDatabase("up");
        assertTrue(Scrape.of(port, "k").names().contains("hikaricp_connections"), "the pool is older than the scrape");
        postgres.execute(
                "create function no() returns trigger language plpgsql as" + " $$ begin raise exception 'no'; end $$");
        postgres.execute("create trigger no before insert on uploaded_files for each row execute function no()");
        assertEquals(200, callback("k2").statusCode(), "its row waits, but the database is there");
        assertDatabase("up");
        link.cut();
        callback("k3");
        logged("database:away");
        assertDatabase("away");
        postgres.execute("drop trigger no on uploaded_files");
        link.mend();
        logged("database:back");
        assertDatabase("up");
    }

    private void assertDatabase(String state) throws Exception {
        assertEquals(
                "{\"status\":\"serving\",\"database\":\"" + state + "\",\"bus\":\"off\"}",
                get("/readyz").body());
        assertEquals(
                state.equals("up") ? 1 : 0, Scrape.of(port, "k").value("dropsilk_database_up"), "dropsilk_database_up");
    }

    /** Each kind of call is told when it begins to fail and when it ends, though the other goes well all the while. */
    @Test
    void anOutageOfUploadThingHasABeginningAndAnEnd() throws Exception {
        Map<String, String> environment = everything();
        environment.put("API_RATE_PER_MINUTE", "0");
        start(environment);
        cloud.reply("callback-result", FakeCloud.json(503, ""));
        for (int i = 0; i < 3; i++) {
            post(LINKS, WANTED, Map.of());
            callback("k" + i);
        }
        String failed =
                "\"message\":\"upload:error\",\"reason\":\"reporting an upload's result: refused with status 503\"";
        logged(failed);
        cloud.reply("callback-result", FakeCloud.json(200, "{\"ok\":true}"));
        cloud.reply("route-metadata", FakeCloud.json(500, ""));
        callback("k3");
        post(LINKS, WANTED, Map.of());
        post(LINKS, WANTED, Map.of());
        logged("\"reason\":\"registering an upload: refused with status 500\"");
        cloud.reply("route-metadata", FakeCloud.json(200, "{\"ok\":true}"));
        post(LINKS, WANTED, Map.of());
        Await.until("four lines", () -> told("upload:error").size() >= 4);
        callback("k4");
        post(LINKS, WANTED, Map.of());
        assertOutages(
                told("upload:error"),
                List.of("reporting an upload's result: refused with status 503", "3"),
                List.of("registering an upload: refused with status 500", "2"));
    }

    @Test
    void anOutageOfTheVerifierHasABeginningAndAnEnd() throws Exception {
        Map<String, String> environment = everything();
        environment.put("API_RATE_PER_MINUTE", "0");
        start(environment);
        cloud.reply("siteverify", FakeCloud.json(500, ""));
        for (int i = 0; i < 3; i++) {
            assertEquals(502, post(EMAIL, "{\"token\":\"t\"}", Map.of()).statusCode());
        }
        cloud.reply("siteverify", FakeCloud.json(200, "{\"success\":true}"));
        post(EMAIL, "{\"token\":\"t\"}", Map.of());
        post(EMAIL, "{\"token\":\"t\"}", Map.of());
        Await.until("the end", () -> told("email:error").size() >= 2);
        assertOutages(told("email:error"), List.of("reCAPTCHA: refused with status 500", "3"));
    }

    private List<JsonNode> told(String event) {
        return log.toString(UTF_8)
                .lines()
                .map(WebClient::json)
                .filter(line -> line.path("message").asText().equals(event))
                .toList();
    }

    /** A line at the beginning of each of {@code outages}, reason and number of failures, and one at its end. */
    @SafeVarargs
    private static void assertOutages(List<JsonNode> lines, List<String>... outages) {
        assertEquals(2 * outages.length, lines.size(), lines::toString);
        for (int i = 0; i < outages.length; i++) {
            JsonNode begin = lines.get(2 * i);
            JsonNode end = lines.get(2 * i + 1);
            assertEquals("WARN", begin.path("level").asText());
            assertEquals(outages[i].get(0), begin.path("reason").asText());
            assertEquals("INFO", end.path("level").asText());
            assertTrue(end.path("over").asBoolean(), end.toString());
            assertEquals(outages[i].get(0), end.path("reason").asText());
            assertEquals(outages[i].get(1), end.path("failures").asText());
            assertTrue(end.path("seconds").isDouble(), end.toString());
        }
    }

    @Test
    void hangingThirdPartiesLeaveSignalsQuick() throws Exception {
        Map<String, String> environment = everything();
        environment.put("API_RATE_PER_MINUTE", "0");
        start(environment);
        cloud.reply("route-metadata", FakeCloud.hang());
        cloud.reply("siteverify", FakeCloud.hang());
        link.deafen();
        try (SignalPair pair = new SignalPair(client, port)) {
            long signals = 30;
            pair.relayNanos();
            List<CompletableFuture<HttpResponse<String>>> hanging = new ArrayList<>();
            for (int i = 0; i < HANGING; i++) {
                HttpRequest request = i % 2 == 0
                        ? request(LINKS, WANTED, Map.of())
                        : request(HOOK, report("k" + i), hookHeaders(Sdk.signature(report("k" + i), API_KEY)));
                hanging.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
            }
            Await.until("calls that hang", () -> cloud.seen("route-metadata").size() == HANGING / 2);
            long total = 0;
            for (int i = 0; i < signals; i++) {
                total += pair.relayNanos();
            }
            assertTrue(hanging.stream().noneMatch(CompletableFuture::isDone), "they hang all the while");
            long millis = TimeUnit.NANOSECONDS.toMillis(total / signals);
            assertTrue(millis < 100, "a signal took " + millis + " ms");
            for (CompletableFuture<HttpResponse<String>> answer : hanging) {
                assertEquals(200, answer.join().statusCode());
            }
        }
    }

    private Map<String, String> everything() {
        DatabaseUrl database = postgres.settings(link);
        Map<String, String> environment = new HashMap<>();
        environment.put("UPLOADTHING_TOKEN", token());
        environment.put("UPLOADTHING_API_URL", cloud.uri().toString());
        environment.put("UPLOADTHING_INGEST_URL", cloud.uri().toString());
        environment.put("CLOUDFLARE_TURN_TOKEN_ID", "key-id");
        environment.put("CLOUDFLARE_API_TOKEN", "turn-secret");
        environment.put("CLOUDFLARE_API_URL", cloud.uri().toString());
        environment.put("RECAPTCHA_SECRET_KEY", "captcha-secret");
        environment.put("RECAPTCHA_VERIFY_URL", cloud.uri() + "/siteverify");
        environment.put("CONTACT_EMAIL", "me@example.com");
        environment.put(
                "DATABASE_URL",
                "postgres://" + database.user() + ":" + password(database) + "@127.0.0.1:" + link.port() + "/"
                        + database.database());
        return environment;
    }

    private static String password(DatabaseUrl database) {
        return database.password() == null ? "" : database.password().reveal();
    }

    private void start(Map<String, String> environment) throws Exception {
        environment.put("PORT", "0");
        environment.put("HOST", "127.0.0.1");
        environment.put("SHUTDOWN_TIMEOUT_MS", "2000");
        Application application =
                new Application(ConfigReader.read(environment, "", CommandLine.parse(new String[0])), "test", log);
        running.add(application);
        port = application.start();
    }

    private static String token() {
        return Vectors.section("handler").path("token").asText();
    }

    private List<String> rows() {
        return postgres.query("select concat_ws(' ', file_key, file_url, file_name) from uploaded_files order by id");
    }

    private boolean isTableThere() {
        return postgres.query("select to_regclass('uploaded_files')").get(0) != null;
    }

    private void logged(String text) {
        Await.until(text, () -> log.toString(UTF_8).contains(text));
    }

    private String report(String key) {
        return Vectors.section("handler")
                .path("hooks")
                .path(0)
                .path("request")
                .path("body")
                .asText()
                .replace("cDvhcTSnR9DfM1r2VvGBwpmUdQSJYOPAhEeRfgCkyc6NsD59", key)
                .replace("https://fra1.ingest.uploadthing.com", cloud.uri().toString());
    }

    private HttpResponse<String> callback(String key) throws Exception {
        return post(HOOK, report(key), hookHeaders(Sdk.signature(report(key), API_KEY)));
    }

    private static Map<String, String> hookHeaders(String signature) {
        return Map.of("uploadthing-hook", "callback", "x-uploadthing-signature", signature);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, Map<String, String> headers) throws Exception {
        return client.send(request(path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return request.build();
    }

    private static void assertAnswer(int status, String body, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode());
        assertEquals(body, answer.body());
    }
}
