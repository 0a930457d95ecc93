package xyz.dropsilk.server.api;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.HEAD;
import static io.netty.handler.codec.http.HttpMethod.OPTIONS;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;
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
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.http.TestRouting;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.testing.CollectedEvents;

/** The contract, 2: who may ask, and what each answer says of that. */
final class PagesTest {
    private static final String PAGE = "https://dropsilk.xyz";
    private static final String OTHER = "https://evil.example";

    private final CollectedEvents events = new CollectedEvents();
    private boolean known;
    private boolean faulty;
    private final TestEndpoint monitor = new TestEndpoint();
    private final TestEndpoint api = new TestEndpoint();
    private final Router production = router(/* production= */ true);
    private final Router development = router(/* production= */ false);

    private Router router(boolean production) {
        OriginPolicy origins =
                OriginPolicy.of(new Config.Origins(List.of(PAGE), Pattern.compile("never"), List.of()), production);
        Router router = new Router(events).get("/stats", monitor);
        new Pages(router, origins, events)
                .add("/api/both", api, GET, POST)
                .add("/api/known", request -> isKnown(), api, POST)
                .open("/api/open", api)
                .add("/request-email", api, POST);
        return router;
    }

    private boolean isKnown() {
        if (faulty) {
            throw new IllegalStateException("on purpose");
        }
        return known;
    }

    private static final class TestEndpoint implements Endpoint {
        @Nullable
        Response refusal;

        CompletionStage<Response> answer = CompletableFuture.completedStage(Response.text(200, "fine"));
        int asked;

        @Override
        public @Nullable Response refusal(Request request) {
            return refusal;
        }

        @Override
        public CompletionStage<Response> answer(Request request) {
            asked++;
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
        return TestRouting.answer(router, request);
    }

    private Response page(Request request) {
        return route(production, request);
    }

    private static @Nullable String header(Response response, String name) {
        return response.fields().get(name);
    }

    @Nested
    final class Methods {
        @Test
        void areNamedWithThePreflight() {
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
        void mayBeMissingWhereTheCallerIsKnown() {
            assertEquals(403, page(request(POST, "/api/known")).status());
            known = true;
            assertEquals(200, page(request(POST, "/api/known")).status());
            assertEquals(403, page(request(POST, "/api/known", "Origin", OTHER)).status());
            assertEquals(200, page(request(GET, "/api/open")).status());
            assertEquals(403, page(request(GET, "/api/open", "Origin", OTHER)).status());
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

        @Test
        void thatCannotBeDecidedOnLetNobodyIn() {
            faulty = true;
            assertEquals(403, page(request(POST, "/api/known")).status());
            assertEquals(1, events.named("system:error").size());
            assertEquals(0, api.asked);
        }

        @Test
        void comeBeforeWhatIsRefusedAndTheSize() {
            api.refusal = Response.json(429, "{}");
            assertEquals(403, page(tooLarge(POST, "/api/both", "Origin", OTHER)).status());
            assertEquals(429, page(tooLarge(POST, "/api/both", "Origin", PAGE)).status());
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
}
