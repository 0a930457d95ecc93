package xyz.dropsilk.server.http;

import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.HEAD;
import static io.netty.handler.codec.http.HttpMethod.OPTIONS;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.testing.CollectedEvents;

/** Which endpoint is asked, and what comes before (the contract, 2). */
final class RouterTest {
    private final CollectedEvents events = new CollectedEvents();
    private final TestEndpoint monitor = new TestEndpoint();
    private final TestEndpoint api = new TestEndpoint();
    private final TestEndpoint joined = new TestEndpoint();
    private final Router router = new Router(events)
            .get("/stats", monitor)
            .add("/both", this::guarded, api, GET, POST)
            .add("/rooms/{code}/join", Guard.NONE, joined, POST)
            .add("/rooms/none/join", Guard.NONE, api, POST)
            .nothingBelow("/api/", this::guarded);

    private boolean isKeptOut;

    private CompletionStage<Response> guarded(
            Request request, String allow, Supplier<CompletionStage<Response>> inside) {
        return isKeptOut
                ? CompletableFuture.completedStage(Response.text(403, "Forbidden"))
                : inside.get().thenApply(response -> response.with("X-Guarded", allow.isEmpty() ? "nothing" : allow));
    }

    private static final class TestEndpoint implements Endpoint {
        @Nullable
        Response refusal;

        @Nullable
        RuntimeException fault;

        CompletionStage<Response> answer = CompletableFuture.completedStage(Response.text(200, "fine"));
        int asked;

        @Nullable
        Request last;

        @Override
        public @Nullable Response refusal(Request request) {
            return refusal;
        }

        @Override
        public CompletionStage<Response> answer(Request request) {
            asked++;
            last = request;
            if (fault != null) {
                throw fault;
            }
            return answer;
        }
    }

    private static Request request(HttpMethod method, String path, String... headers) {
        InetAddress client = InetAddress.getLoopbackAddress();
        return new Request(method, path, "", TestFields.of(headers), new byte[0], client, NetworkKey.of(client));
    }

    private static Request tooLarge(HttpMethod method, String path, String... headers) {
        Request whole = request(method, path, headers);
        return new Request(method, path, "", whole.fields(), null, whole.client(), whole.network());
    }

    private Response route(Request request) {
        return router.route(request).toCompletableFuture().join();
    }

    private static @Nullable String header(Response response, String name) {
        return response.fields().get(name);
    }

    @Nested
    final class PathsAndMethods {
        @Test
        void areAskedOfTheirEndpoint() {
            assertEquals(200, route(request(GET, "/stats")).status());
            assertEquals(200, route(request(HEAD, "/stats")).status());
            assertEquals(2, monitor.asked);
        }

        @Test
        void areExact() {
            for (String path : List.of("/", "/stats/", "/Stats", "/stats/x", "//stats", "/%73tats", "stats", "", "*")) {
                Response response = route(request(GET, path));
                assertEquals(404, response.status(), path);
                assertEquals("Not Found", new String(response.body(), UTF_8));
            }
        }

        @Test
        void ofOthersAreNotAllowed() {
            for (HttpMethod method : List.of(POST, PUT, DELETE, OPTIONS, HttpMethod.valueOf("get"))) {
                Response response = route(request(method, "/stats"));
                assertEquals(405, response.status());
                assertEquals("GET, HEAD", header(response, "Allow"));
            }
            assertEquals(0, monitor.asked);
        }

        @Test
        void haveHeadWhereTheyHaveGet() {
            assertEquals("GET, HEAD, POST", header(route(request(PUT, "/both")), "Allow"));
            assertEquals(200, route(request(HEAD, "/both")).status());
            assertEquals(200, route(request(POST, "/both")).status());
        }
    }

    @Nested
    final class Parameters {
        private @Nullable String code(String path) {
            assertEquals(200, route(request(POST, path)).status());
            assertNotNull(joined.last);
            return joined.last.parameter("code");
        }

        @Test
        void areDecodedOnce() {
            assertEquals("ABC234", code("/rooms/ABC234/join"));
            assertEquals("a/b%20c", code("/rooms/a%2fb%2520c/join"));
            assertNull(code("/rooms/%ff/join"));
        }

        @Test
        void areNotEmptyAndOneSegment() {
            for (String path : List.of("/rooms//join", "/rooms/a/b/join", "/rooms/a/join/", "/rooms/a")) {
                assertEquals(404, route(request(POST, path)).status(), path);
            }
        }

        @Test
        void comeBehindPathsWithoutThem() {
            route(request(POST, "/rooms/none/join"));
            assertEquals(1, api.asked);
            assertEquals(0, joined.asked);
        }

        @Test
        void areInNoEventAndNoMeter() {
            List<String> routes = new ArrayList<>();
            router.measured((route, method, status, nanos) -> routes.add(route), () -> 0);
            joined.fault = new IllegalStateException("on purpose");
            assertEquals(500, route(request(POST, "/rooms/SECRET/join")).status());
            assertEquals(List.of("/rooms/{code}/join"), routes);
            assertFalse(events.toString().contains("SECRET"));
            assertEquals(
                    "POST /rooms/{code}/join",
                    events.named("system:error").get(0).fields().get("where"));
        }
    }

    @Nested
    final class Guards {
        @Test
        void standAroundEveryAnswer() {
            api.answer = CompletableFuture.failedStage(new IllegalStateException("on purpose"));
            List<Response> answers = List.of(
                    route(request(PUT, "/both")), route(tooLarge(POST, "/both")), route(request(POST, "/both")));
            assertEquals(
                    List.of(405, 413, 500),
                    answers.stream().map(Response::status).toList());
            answers.forEach(answer -> assertEquals("GET, HEAD, POST", header(answer, "X-Guarded")));
        }

        @Test
        void standWhereNothingIs() {
            for (HttpMethod method : List.of(GET, POST, OPTIONS)) {
                Response answer = route(request(method, "/api/unknown"));
                assertEquals(404, answer.status());
                assertEquals("nothing", header(answer, "X-Guarded"));
            }
            assertNull(header(route(request(GET, "/api")), "X-Guarded"));
            assertNull(header(route(request(GET, "/stats")), "X-Guarded"));
        }
    }

    @Nested
    final class TheFirstThatAppliesIsTheAnswer {
        @Test
        void guardThenMethodThenRefusalThenSizeThenTheEndpoint() {
            api.refusal = Response.json(429, "{}");
            isKeptOut = true;
            assertEquals(403, route(tooLarge(PUT, "/both")).status());
            isKeptOut = false;
            assertEquals(429, route(tooLarge(POST, "/both")).status());
            assertEquals(405, route(tooLarge(PUT, "/both")).status());
            api.refusal = null;
            assertEquals(413, route(tooLarge(POST, "/both")).status());
            assertEquals(0, api.asked);
            assertEquals(200, route(request(POST, "/both")).status());
        }

        @Test
        void aBodyThatIsTooLargeIsCounted() {
            assertEquals(413, route(tooLarge(GET, "/stats")).status());
            assertEquals(Refusal.BODY_TOO_LARGE, events.all().get(0).refusal());
        }
    }

    @Nested
    final class Faults {
        @Test
        void ofAnEndpointAreSeenAndAnswered() {
            monitor.fault = new IllegalStateException("on purpose");
            Response thrown = route(request(GET, "/stats"));
            monitor.fault = null;
            monitor.answer = CompletableFuture.failedStage(new IllegalStateException("on purpose"));
            Response failed = route(request(GET, "/stats"));

            for (Response response : List.of(thrown, failed)) {
                assertEquals(500, response.status());
                String body = new String(response.body(), UTF_8);
                assertEquals("Internal Server Error", body);
            }
            assertEquals(2, events.named("system:error").size());
        }
    }
}
