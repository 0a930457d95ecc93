package xyz.dropsilk.server.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Guard;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.origin.OriginPolicy;

/**
 * What pages call, from origins of their own (the contract, 2): only allowed origins are let in, preflights are answered, and each answer says whom it is
 * for. So is the whole of {@code /api/}, whether something is there or not. Safe on any thread once the routes are added.
 */
public final class Pages {
    private static final String API = "/api/";

    /** How long a browser may remember a preflight's answer: seconds. */
    private static final String PREFLIGHT_MAX_AGE = "86400";

    private final Router router;
    private final OriginPolicy origins;
    private final EventSink events;

    /** Adds to {@code router} what {@code origins} may ask. */
    public Pages(Router router, OriginPolicy origins, EventSink events) {
        this.router = router;
        this.origins = origins;
        this.events = events;
        router.nothingBelow(API, guard());
    }

    /** Adds what allowed origins may ask, and outside production who names none. */
    public Pages add(String path, Endpoint endpoint, HttpMethod... methods) {
        return add(path, request -> false, endpoint, methods);
    }

    /** Adds what who names no origin may always ask with {@code GET}: monitors, and pages of the server's own. */
    public Pages open(String path, Endpoint endpoint) {
        return add(path, request -> true, endpoint, HttpMethod.GET);
    }

    /** Adds what may be asked without an origin, even in production, by those of whom {@code isKnown} sees in the request where they come from. */
    public Pages add(String path, Predicate<Request> isKnown, Endpoint endpoint, HttpMethod... methods) {
        HttpMethod[] all =
                Stream.concat(Stream.of(methods), Stream.of(HttpMethod.OPTIONS)).toArray(HttpMethod[]::new);
        router.add(path, new OriginGuard(isKnown), endpoint, all);
        return this;
    }

    /** What lets allowed origins in, and outside production who names none. */
    Guard guard() {
        return new OriginGuard(request -> false);
    }

    private final class OriginGuard implements Guard {
        private final Predicate<Request> isKnown;

        OriginGuard(Predicate<Request> isKnown) {
            this.isKnown = isKnown;
        }

        @Override
        public CompletionStage<Response> answer(
                Request request, String allow, Supplier<CompletionStage<Response>> inside) {
            String origin = request.header(HttpHeaderNames.ORIGIN);
            if (!isAdmitted(origin, request)) {
                events.publish(origins.refused(request.client(), origin));
                return CompletableFuture.completedFuture(
                        Response.text(403, "Forbidden").with("Vary", "Origin"));
            }
            CompletionStage<Response> answer =
                    !allow.isEmpty() && request.method().equals(HttpMethod.OPTIONS)
                            ? CompletableFuture.completedFuture(preflight(allow, request))
                            : inside.get();
            return answer.thenApply(response -> origin == null
                    ? response.with("Vary", "Origin")
                    : response.with("Vary", "Origin", "Access-Control-Allow-Origin", origin));
        }

        private boolean isAdmitted(@Nullable String origin, Request request) {
            try {
                return origins.admits(origin) || (origin == null && isKnown.test(request));
            } catch (RuntimeException fault) {
                OutOfMemory.haltIfIn(fault);
                events.publish(new SystemEvent.Fault("origin of a request", fault));
                return false;
            }
        }
    }

    private static Response preflight(String allow, Request request) {
        Response response = Response.empty(204)
                .with("Access-Control-Allow-Methods", allow, "Access-Control-Max-Age", PREFLIGHT_MAX_AGE);
        String asked = request.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        return asked == null ? response : response.with("Access-Control-Allow-Headers", asked);
    }
}
