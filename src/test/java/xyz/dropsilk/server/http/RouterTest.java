package xyz.dropsilk.server.http;

import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.HEAD;
import static io.netty.handler.codec.http.HttpMethod.OPTIONS;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.testing.CollectedEvents;

/** The contract, 2: what comes before an endpoint is asked. */
final class RouterTest {
    private static final String PAGE = "https://dropsilk.xyz";
    private static final String OTHER = "https://evil.example";

    private final CollectedEvents events = new CollectedEvents();
    private final TestEndpoint monitor = new TestEndpoint();
    private final TestEndpoint api = new TestEndpoint();
    private final Router production = router(/* production= */ true);
    private final Router development = router(/* production= */ false);

    private Router router(boolean production) {
        OriginPolicy origins = new OriginPolicy(List.of(PAGE), Pattern.compile("never"), production);
        return new Router(origins, events)
                .get("/stats", monitor)
                .page("/api/both", api, GET, POST)
                .page("/request-email", api, POST);
    }

    private static final class TestEndpoint implements Endpoint {
        @Nullable
        Response refusal;

        @Nullable
        RuntimeException fault;

        CompletionStage<Response> answer = CompletableFuture.completedStage(Response.text(200, "fine"));
        boolean admitsWithoutOrigin;
        int asked;

        @Override
        public boolean admitsWithoutOrigin(Request request) {
            return admitsWithoutOrigin;
        }

        @Override
        public @Nullable Response refusal(Request request) {
            return refusal;
        }

        @Override
        public CompletionStage<Response> answer(Request request) {
            asked++;
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

    private static Response route(Router router, Request request) {
        return router.route(request).toCompletableFuture().join();
    }

    private Response page(Request request) {
        return route(production, request);
    }

    private static @Nullable String header(Response response, String name) {
        return response.headers().get(name);
    }

    @Nested
    final class PathsAndMethods {
        @Test
        void areAskedOfTheirEndpoint() {
            assertEquals(200, route(production, request(GET, "/stats")).status());
            assertEquals(200, route(production, request(HEAD, "/stats")).status());
            assertEquals(2, monitor.asked);
        }

        @Test
        void areExact() {
            for (String path : List.of("/", "/stats/", "/Stats", "/stats/x", "//stats", "/%73tats", "stats", "", "*")) {
                Response response = route(production, request(GET, path));
                assertEquals(404, response.status(), path);
                assertEquals("Not Found", new String(response.body(), UTF_8));
            }
        }

        @Test
        void ofOthersAreNotAllowed() {
            for (HttpMethod method : List.of(POST, PUT, DELETE, OPTIONS, HttpMethod.valueOf("get"))) {
                Response response = route(production, request(method, "/stats"));
                assertEquals(405, response.status());
                assertEquals("GET, HEAD", header(response, "Allow"));
            }
            assertEquals(0, monitor.asked);
        }

        @Test
        void ofPagesAreNamedWithTheirPreflight() {
            assertEquals("GET, HEAD, POST, OPTIONS", header(page(request(PUT, "/api/both", "Origin", PAGE)), "Allow"));
            assertEquals("POST, OPTIONS", header(page(request(GET, "/request-email", "Origin", PAGE)), "Allow"));
            assertEquals(
                    405, page(request(HEAD, "/request-email", "Origin", PAGE)).status());
            assertEquals(200, page(request(HEAD, "/api/both", "Origin", PAGE)).status());
        }
    }

    @Nested
    final class Origins {
        @Test
        void thatAreAllowedAreEchoed() {
            Response response = page(request(GET, "/api/both", "Origin", PAGE));
            assertEquals(200, response.status());
            assertEquals(PAGE, header(response, "Access-Control-Allow-Origin"));
            assertEquals("Origin", header(response, "Vary"));
        }

        @Test
        void thatAreNotAllowedCostNothing() {
            for (HttpMethod method : List.of(GET, POST, OPTIONS, PUT)) {
                Response response = page(request(method, "/api/both", "Origin", OTHER));
                assertEquals(403, response.status());
                assertNull(header(response, "Access-Control-Allow-Origin"));
                assertEquals("Origin", header(response, "Vary"));
            }
            assertEquals(
                    403, page(request(POST, "/request-email", "Origin", OTHER)).status());
            assertEquals(
                    403,
                    route(development, request(POST, "/request-email", "Origin", OTHER))
                            .status());
            assertEquals(0, api.asked);
            assertEquals(Refusal.ORIGIN, events.all().get(0).refusal());
        }

        @Test
        void mayBeMissingInDevelopmentAlone() {
            assertEquals(403, page(request(GET, "/api/both")).status());
            Response response = route(development, request(GET, "/api/both"));
            assertEquals(200, response.status());
            assertNull(header(response, "Access-Control-Allow-Origin"));
            assertEquals("Origin", header(response, "Vary"));
        }

        @Test
        void mayBeMissingWhereTheEndpointKnowsTheCaller() {
            api.admitsWithoutOrigin = true;
            assertEquals(200, page(request(POST, "/api/both")).status());
            assertEquals(403, page(request(POST, "/api/both", "Origin", OTHER)).status());
        }

        @Test
        void areOfNoInterestToMonitors() {
            Response response = route(production, request(GET, "/stats", "Origin", OTHER));
            assertEquals(200, response.status());
            assertNull(header(response, "Access-Control-Allow-Origin"));
            assertNull(header(response, "Vary"));
        }

        @Test
        void areEchoedOnErrorsToo() {
            api.answer = CompletableFuture.failedStage(new IllegalStateException("on purpose"));
            List<Response> errors = List.of(
                    page(request(GET, "/api/unknown", "Origin", PAGE)),
                    page(request(PUT, "/api/both", "Origin", PAGE)),
                    page(tooLarge(POST, "/api/both", "Origin", PAGE)),
                    page(request(POST, "/api/both", "Origin", PAGE)));
            assertEquals(
                    List.of(404, 405, 413, 500),
                    errors.stream().map(Response::status).toList());
            for (Response error : errors) {
                assertEquals(PAGE, header(error, "Access-Control-Allow-Origin"));
                assertEquals("Origin", header(error, "Vary"));
            }
        }
    }

    @Nested
    final class Preflights {
        @Test
        void nameWhatIsAllowed() {
            Response response = page(request(
                    OPTIONS,
                    "/api/both",
                    "Origin",
                    PAGE,
                    "Access-Control-Request-Method",
                    "POST",
                    "Access-Control-Request-Headers",
                    "content-type, x-uploadthing-package"));
            assertEquals(204, response.status());
            assertEquals(0, response.body().length);
            assertEquals(PAGE, header(response, "Access-Control-Allow-Origin"));
            assertEquals("GET, HEAD, POST, OPTIONS", header(response, "Access-Control-Allow-Methods"));
            assertEquals("content-type, x-uploadthing-package", header(response, "Access-Control-Allow-Headers"));
            assertTrue(Integer.parseInt(String.valueOf(header(response, "Access-Control-Max-Age"))) > 0);
            assertEquals(0, api.asked);
        }

        @Test
        void allowNoHeadersThatWereNotAskedFor() {
            assertNull(header(page(request(OPTIONS, "/api/both", "Origin", PAGE)), "Access-Control-Allow-Headers"));
        }

        @Test
        void areAnsweredWhateverTheEndpointWouldRefuse() {
            api.refusal = Response.json(501, "{}");
            assertEquals(
                    204, page(request(OPTIONS, "/api/both", "Origin", PAGE)).status());
        }

        @Test
        void ofUnknownPathsAreNotFound() {
            assertEquals(
                    404, page(request(OPTIONS, "/api/unknown", "Origin", PAGE)).status());
        }
    }

    @Nested
    final class TheFirstThatAppliesIsTheAnswer {
        @Test
        void originThenRefusalThenSizeThenTheEndpoint() {
            api.refusal = Response.json(429, "{}");
            assertEquals(403, page(tooLarge(POST, "/api/both", "Origin", OTHER)).status());
            assertEquals(429, page(tooLarge(POST, "/api/both", "Origin", PAGE)).status());
            assertEquals(405, page(tooLarge(PUT, "/api/both", "Origin", PAGE)).status());
            api.refusal = null;
            assertEquals(413, page(tooLarge(POST, "/api/both", "Origin", PAGE)).status());
            assertEquals(0, api.asked);
            assertEquals(200, page(request(POST, "/api/both", "Origin", PAGE)).status());
        }

        @Test
        void aBodyThatIsTooLargeIsCounted() {
            assertEquals(413, route(production, tooLarge(GET, "/stats")).status());
            assertEquals(Refusal.BODY_TOO_LARGE, events.all().get(0).refusal());
        }
    }

    @Nested
    final class Faults {
        @Test
        void ofAnEndpointAreSeenAndAnswered() {
            monitor.fault = new IllegalStateException("on purpose");
            Response thrown = route(production, request(GET, "/stats"));
            monitor.fault = null;
            monitor.answer = CompletableFuture.failedStage(new IllegalStateException("on purpose"));
            Response failed = route(production, request(GET, "/stats"));

            for (Response response : List.of(thrown, failed)) {
                assertEquals(500, response.status());
                String body = new String(response.body(), UTF_8);
                assertEquals("Internal Server Error", body);
            }
            assertEquals(2, events.named("system:error").size());
        }

        @Test
        void inDecidingWhoIsLetInLetNobodyIn() {
            Router faulty = new Router(new OriginPolicy(List.of(), Pattern.compile("never"), true), events)
                    .page(
                            "/api/faulty",
                            new Endpoint() {
                                @Override
                                public boolean admitsWithoutOrigin(Request request) {
                                    throw new IllegalStateException("on purpose");
                                }

                                @Override
                                public CompletionStage<Response> answer(Request request) {
                                    throw new AssertionError("not asked");
                                }
                            },
                            POST);
            assertEquals(403, route(faulty, request(POST, "/api/faulty")).status());
            assertEquals(1, events.named("system:error").size());
        }
    }
}
