package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.remote.Calls;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.service.UploadEvent;
import xyz.dropsilk.server.service.Uploads;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.Requests;
import xyz.dropsilk.server.testing.Vectors;
import xyz.dropsilk.server.uploadthing.Sdk;

/** Whole requests against what the real SDK answers, and to whom it speaks meanwhile. */
class UploadsEndpointTest {
    private static final JsonNode HANDLER = Vectors.section("handler");
    private static final String PPTX = Vectors.section("meta").path("pptx").asText();
    private static final long NOW = HANDLER.path("nowMs").asLong();
    private static final String APP_ID = "fakeapp01";
    private static final String MISSING_TOKEN =
            "{\"message\":\"Missing token. Please set the `UPLOADTHING_TOKEN` environment variable or provide a token manually"
                    + " through config.\"}";

    private final List<Calls.Call> calls = new ArrayList<>();
    private final List<UploadStore.Upload> rows = new ArrayList<>();
    private final CollectedEvents events = new CollectedEvents();
    private String fileParts = "";

    static List<JsonNode> cases() {
        return Vectors.list(HANDLER.path("cases"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersAsTheSdk(JsonNode vector) throws JsonProcessingException {
        JsonNode request = vector.path("request");
        fileParts = fileParts(request.path("body").asText());
        check(vector);
    }

    static List<JsonNode> hooks() {
        return Vectors.list(HANDLER.path("hooks"));
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void takesHooksAsTheSdk(JsonNode vector) throws JsonProcessingException {
        check(vector);
        JsonNode file = vector.path("onUploadComplete").path("file");
        if (file.isMissingNode()) {
            assertEquals(List.of(), rows);
        } else {
            assertEquals(
                    List.of(new UploadStore.Upload(
                            file.path("key").asText(),
                            file.path("ufsUrl").asText(),
                            file.path("name").asText())),
                    rows);
        }
        JsonNode error = vector.path("onUploadError");
        if (!error.isMissingNode()) {
            assertEquals(
                    List.of(new UploadEvent.Lost(error.path("fileKey").asText(), "Upload failed: Upload timed out")),
                    events.all());
        }
    }

    static List<JsonNode> types() {
        return Vectors.list(Vectors.section("matchType"));
    }

    @ParameterizedTest
    @MethodSource("types")
    void matchesTypesAsTheSdk(JsonNode vector) throws JsonProcessingException {
        String body = "{\"files\":[{\"name\":\"%s\",\"size\":1,\"type\":\"%s\"}]}"
                .formatted(vector.path("name").asText(), vector.path("type").asText());
        Response response = upload(endpoint(), body);
        if (vector.has("matched")) {
            assertEquals(200, response.status());
        } else {
            assertEquals(400, response.status());
            assertEquals(
                    "{\"message\":\"Invalid config: " + vector.path("error").asText() + "\"}", Requests.text(response));
        }
    }

    static List<JsonNode> tokens() {
        return Vectors.list(Vectors.section("token"));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void answersForEveryTokenAsTheSdk(JsonNode vector) {
        Response response = upload(endpoint(vector.path("token").asText()), "{\"files\":[]}");
        assertEquals(vector.path("uploadStatus").asInt(), response.status());
        assertEquals(vector.path("uploadBody").asText("[]"), Requests.text(response));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exactly 64 MiB      | {"files":[{"name":"a.pptx","size":67108864,"type":""}]}                 | 200 |
            no files            | {"files":[]}                                                            | 200 | []
            two good files      | {"files":[{"name":"a.pptx","size":1,"type":""},{"name":"b.pptx","size":1,"type":""}]} | 400 | {"message":"Invalid config: FileCountMismatch"}
            second one is wrong | {"files":[{"name":"a.pptx","size":1,"type":""},{"name":"b.zip","size":1,"type":""}]}  | 400 | {"message":"Invalid config: InvalidFileType"}
            type before size    | {"files":[{"name":"a.png","size":67108865,"type":"image/png"}]}         | 400 | {"message":"Invalid config: InvalidFileType"}
            negative size       | {"files":[{"name":"a.pptx","size":-1,"type":""}]}                       | 200 |
            lastModified null   | {"files":[{"name":"a.pptx","size":1,"type":"","lastModified":null}]}    | 400 | {"message":"Invalid input"}
            half a surrogate    | {"files":[{"name":"\\ud83d.pptx","size":1,"type":""}]}                   | 500 | ''
            two values          | {"files":[]} {}                                                         | 400 | ''
            name only pptx      | {"files":[{"name":"pptx","size":1,"type":""}]}                          | 200 |
            """)
    void judgesFiles(String name, String body, int status, @Nullable String answer) {
        Response response = upload(endpoint(), body);
        assertEquals(status, response.status(), name);
        if (answer != null) {
            assertEquals(answer, Requests.text(response), name);
        }
    }

    @Test
    void sizesAreWrittenAsJavaScriptWritesThem() {
        for (String[] size :
                new String[][] {{"1e3", "1000"}, {"12.5", "12.5"}, {"5.0", "5"}, {"67108864", "67108864"}}) {
            Response response =
                    upload(endpoint(), "{\"files\":[{\"name\":\"a.pptx\",\"size\":" + size[0] + ",\"type\":\"\"}]}");
            assertTrue(Requests.text(response).contains("x-ut-file-size=" + size[1] + "&"), Requests.text(response));
        }
    }

    @Test
    void aMissingTokenIsSaidLate() {
        assertEquals(MISSING_TOKEN, Requests.text(upload(endpoint((String) null), "{\"files\":[]}")));
        assertEquals(400, upload(endpoint((String) null), "{}").status());
        assertEquals(
                200, Requests.answer(endpoint((String) null), Requests.get()).status());
    }

    @Test
    void theKeyGoesToNoHostThatIsNotUploadThings() {
        for (String origin : List.of(
                "https://evil.example",
                "http://fra1.ingest.uploadthing.com",
                "https://ingest.uploadthing.com.evil.example",
                "https://eviluploadthing.com",
                "https://xingest.uploadthing.com",
                "https://fra1.ingest.uploadthing.com@evil.example",
                "https://evil.example#.ingest.uploadthing.com",
                "https://fra1.ingest.uploadthing.com:8443",
                "//fra1.ingest.uploadthing.com",
                "no address at all")) {
            Response response = hook(endpoint(), callback(origin));
            assertEquals(200, response.status(), origin);
            assertEquals("null", Requests.text(response), origin);
            assertEquals(List.of(), calls, origin);
        }
        assertEquals(10, rows.size(), "each of them is signed, so it is stored all the same");
        assertEquals(10, events.named("upload:error").size());
    }

    @Test
    void resultsGoToAnyRegionOfTheToken() {
        for (String origin : List.of(
                "https://sea1.ingest.uploadthing.com/",
                "https://SEA1.ingest.uploadthing.com:443",
                "https://ingest.uploadthing.com/a/path")) {
            hook(endpoint(), callback(origin));
        }
        assertEquals(
                List.of(
                        "https://sea1.ingest.uploadthing.com/callback-result",
                        "https://sea1.ingest.uploadthing.com/callback-result",
                        "https://ingest.uploadthing.com/a/path/callback-result"),
                calls.stream().map(call -> call.uri().toString()).toList());
    }

    @Test
    void aClientPackageThatIsNoNameIsNotPassedOn() {
        upload(endpoint(), "{\"files\":[]}", Map.of("x-uploadthing-package", "b\u00e4d"));
        assertEquals("unknown", calls.get(0).headers().get("x-uploadthing-fe-package"));
    }

    @Test
    void onlyPagesAreLimited() {
        Endpoint endpoint = new RateLimited(endpoint(), UploadsEndpoint::wantsLinks, network -> 7, events);
        Response refused = upload(endpoint, "{\"files\":[]}");
        assertEquals(429, refused.status());
        assertEquals("7", refused.fields().get("Retry-After"));
        assertEquals(200, Requests.answer(endpoint, Requests.get()).status());
        assertEquals(
                200,
                hook(endpoint, callback("https://fra1.ingest.uploadthing.com")).status());
    }

    @Test
    void moreWorkThanFitsIsRefused() {
        UploadsEndpoint endpoint = new UploadsEndpoint(uploads(token()), task -> {
            throw new RejectedExecutionException();
        });
        assertEquals(503, upload(endpoint, "{\"files\":[]}").status());
    }

    private void check(JsonNode vector) throws JsonProcessingException {
        JsonNode request = vector.path("request");
        Map<String, String> headers = new LinkedHashMap<>();
        request.path("headers").forEachEntry((name, value) -> headers.put(name, value.asText()));
        Response response = Requests.answer(
                endpoint(),
                Requests.of(
                        HttpMethod.valueOf(request.path("method").asText()),
                        request.path("query").asText().replaceFirst("^\\?", ""),
                        headers,
                        request.path("body").asText("").getBytes(UTF_8)));
        JsonNode expected = vector.path("response");
        assertEquals(expected.path("status").asInt(), response.status());
        assertEquals(expected.path("body").asText(), Requests.text(response));
        Map<String, String> sent = lowerCase(fields(response));
        if (response.body().length > 0) {
            sent.put("content-length", Integer.toString(response.body().length));
        }
        assertEquals(texts(expected.path("headers")), sent);
        checkCalls(vector.path("cloudCalls"));
    }

    private static Map<String, String> fields(Response response) {
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i < response.fields().count(); i++) {
            fields.put(response.fields().name(i), response.fields().value(i));
        }
        return fields;
    }

    private void checkCalls(JsonNode expected) {
        assertEquals(expected.size(), calls.size());
        for (int i = 0; i < calls.size(); i++) {
            Calls.Call call = calls.get(i);
            assertEquals(expected.path(i).path("url").asText(), call.uri().toString());
            assertEquals(expected.path(i).path("body").asText(), new String(call.body(), UTF_8));
            Map<String, String> headers = lowerCase(call.headers());
            headers.put("content-length", Integer.toString(call.body().length));
            assertEquals(texts(expected.path(i).path("headers")), headers);
        }
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new TreeMap<>();
        object.forEachEntry((name, value) -> texts.put(name, value.asText()));
        return texts;
    }

    private static Map<String, String> lowerCase(Map<String, String> headers) {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return lower;
    }

    /** What the SDK makes of the one file in {@code body}. */
    private static String fileParts(String body) {
        try {
            JsonNode file = new ObjectMapper().readTree(body).path("files").path(0);
            if (file.isObject()) {
                String type = file.path("type").asText();
                return Sdk.filePart(
                        APP_ID,
                        "[%s,%s,\"%s\",%d,%d]"
                                .formatted(
                                        file.path("name"), file.path("size"), type.isEmpty() ? PPTX : type, NOW, NOW));
            }
        } catch (JsonProcessingException e) {
            // a vector whose body is no JSON makes no key
        }
        return "";
    }

    private static String token() {
        return HANDLER.path("token").asText();
    }

    private UploadsEndpoint endpoint() {
        return endpoint(token());
    }

    private UploadsEndpoint endpoint(@Nullable String token) {
        return new UploadsEndpoint(uploads(token), Runnable::run);
    }

    private Uploads uploads(@Nullable String token) {
        PreviewCloud cloud = new PreviewCloud(
                call -> {
                    calls.add(call);
                    return CompletableFuture.completedFuture("{\"ok\":true}".getBytes(UTF_8));
                },
                new PreviewCloud.Settings(
                        token == null ? null : new Secret(token), URI.create("https://api.uploadthing.com"), null),
                Sdk.keys(() -> fileParts));
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(NOW));
        return new Uploads(cloud, this::store, HANDLER.path("callbackUrl").asText(), clock, () -> 0, events);
    }

    private CompletableFuture<@Nullable Void> store(UploadStore.Upload upload) {
        rows.add(upload);
        return CompletableFuture.completedFuture(null);
    }

    private static Response upload(Endpoint endpoint, String body) {
        return upload(endpoint, body, Map.of());
    }

    private static Response upload(Endpoint endpoint, String body, Map<String, String> headers) {
        return Requests.answer(
                endpoint,
                Requests.of(HttpMethod.POST, "actionType=upload&slug=previewUpload", headers, body.getBytes(UTF_8)));
    }

    private static String callback(String origin) {
        String body = HANDLER.path("hooks").path(0).path("request").path("body").asText();
        return body.replace("\"https://fra1.ingest.uploadthing.com\"", "\"" + origin + "\"");
    }

    private static Response hook(Endpoint endpoint, String body) {
        String signature = Sdk.signature(body, "sk_live_vector0001");
        return Requests.answer(
                endpoint,
                Requests.of(
                        HttpMethod.POST,
                        "slug=previewUpload",
                        Map.of("uploadthing-hook", "callback", "x-uploadthing-signature", signature),
                        body.getBytes(UTF_8)));
    }
}
