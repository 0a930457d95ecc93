package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.SystemEvent;

/**
 * Exact paths and their endpoints, and what comes before an endpoint is asked: origins, preflights, methods, the size of the body. Safe on any
 * thread once the routes are added.
 */
public final class Router {
    /** How long a browser may remember a preflight's answer: seconds. */
    private static final String PREFLIGHT_MAX_AGE = "86400";

    /** Of a request that was not read whole. */
    private static final HttpMethod UNREAD = HttpMethod.valueOf("UNREAD");

    private static final String API_PREFIX = "/api/";

    private final OriginPolicy origins;
    private final EventSink events;
    private final Map<String, Route> routes = new LinkedHashMap<>();

    private AnswerMeter meter = AnswerMeter.NONE;
    private LongSupplier ticker = () -> 0;

    private final List<Subtree> subtrees = new ArrayList<>(1);

    /** A path with all that lies below it, whose endpoint knows paths, methods and sizes by itself. */
    private record Subtree(String path, Route route) {
        boolean has(String asked) {
            return asked.startsWith(path) && (asked.length() == path.length() || asked.charAt(path.length()) == '/');
        }
    }

    private record Route(String path, List<HttpMethod> methods, boolean forPages, boolean isWhole, Endpoint endpoint) {
        String allow() {
            return Stream.concat(methods.stream(), forPages ? Stream.of(HttpMethod.OPTIONS) : Stream.empty())
                    .map(HttpMethod::name)
                    .collect(Collectors.joining(", "));
        }
    }

    /** A router without routes. */
    public Router(OriginPolicy origins, EventSink events) {
        this.origins = origins;
        this.events = events;
    }

    /** Tells {@code to} of each answer; {@code nanos} counts nanoseconds. To be said before anything is asked. */
    public Router measured(AnswerMeter to, LongSupplier nanos) {
        meter = to;
        ticker = nanos;
        return this;
    }

    /** Adds what operators and monitors ask with {@code GET} and {@code HEAD}. */
    public Router get(String path, Endpoint endpoint) {
        routes.put(
                path,
                new Route(
                        path,
                        List.of(HttpMethod.GET, HttpMethod.HEAD),
                        /* forPages= */ false,
                        /* isWhole= */ false,
                        endpoint));
        return this;
    }

    /** Adds what pages call, from origins of their own: with preflights, for allowed origins alone. */
    public Router page(String path, Endpoint endpoint, HttpMethod... methods) {
        List<HttpMethod> all = Stream.of(methods)
                .flatMap(method ->
                        method.equals(HttpMethod.GET) ? Stream.of(method, HttpMethod.HEAD) : Stream.of(method))
                .toList();
        routes.put(path, new Route(path, all, /* forPages= */ true, /* isWhole= */ false, endpoint));
        return this;
    }

    /**
     * Adds all that lies at and below {@code path}, which pages call: the endpoint answers paths, methods and bodies that are none of its own, too.
     * Preflights are answered for {@code methods}, whatever the path. No path below it goes into an event.
     */
    public Router pages(String path, Endpoint endpoint, HttpMethod... methods) {
        subtrees.add(new Subtree(
                path, new Route(path, List.of(methods), /* forPages= */ true, /* isWhole= */ true, endpoint)));
        return this;
    }

    /** What is served, each path with the methods that its {@code Allow} names; one that knows all below it by itself ends with a slash. */
    public Map<String, String> served() {
        Map<String, String> served = new LinkedHashMap<>();
        routes.forEach((path, route) -> served.put(path, route.allow()));
        subtrees.forEach(
                subtree -> served.put(subtree.path() + "/", subtree.route().allow()));
        return served;
    }

    /** The answer to {@code request}; never completes exceptionally. */
    CompletionStage<Response> route(Request request) {
        Route route = find(request.path());
        if (meter == AnswerMeter.NONE) {
            return decide(route, request);
        }
        long begun = ticker.getAsLong();
        return decide(route, request).whenComplete((response, never) -> {
            if (response != null) {
                meter.answered(label(route), request.method(), response.status(), ticker.getAsLong() - begun);
            }
        });
    }

    /** An answer with {@code status} was not decided here; {@code request} is null where none was read whole. */
    void unrouted(@Nullable Request request, int status) {
        if (meter != AnswerMeter.NONE) {
            Route route = request == null ? null : find(request.path());
            HttpMethod method = request == null ? UNREAD : request.method();
            meter.answered(label(route), method, status, /* nanos= */ -1);
        }
    }

    private static String label(@Nullable Route route) {
        return route == null ? AnswerMeter.OTHER : route.path();
    }

    private CompletionStage<Response> decide(@Nullable Route route, Request request) {
        boolean forPages = route == null ? request.path().startsWith(API_PREFIX) : route.forPages();
        if (!forPages) {
            return answer(route, request);
        }
        String origin = request.header(HttpHeaderNames.ORIGIN);
        if (!isAdmitted(origin, route, request)) {
            events.publish(origins.refused(request.client(), origin));
            Response refusal = Response.text(403, "Forbidden").with("Vary", "Origin");
            return CompletableFuture.completedFuture(
                    route != null && route.isWhole() ? refusal.with("Cache-Control", "no-store") : refusal);
        }
        CompletionStage<Response> answer = route != null && request.method().equals(HttpMethod.OPTIONS)
                ? CompletableFuture.completedFuture(preflight(route, request))
                : answer(route, request);
        return answer.thenApply(response -> origin == null
                ? response.with("Vary", "Origin")
                : response.with("Vary", "Origin", "Access-Control-Allow-Origin", origin));
    }

    private @Nullable Route find(String path) {
        Route exact = routes.get(path);
        if (exact != null) {
            return exact;
        }
        for (Subtree subtree : subtrees) {
            if (subtree.has(path)) {
                return subtree.route();
            }
        }
        return null;
    }

    private boolean isAdmitted(@Nullable String origin, @Nullable Route route, Request request) {
        try {
            return origins.admitsUpgrade(origin)
                    || (origin == null && route != null && route.endpoint().admitsWithoutOrigin(request));
        } catch (RuntimeException fault) {
            fault(request, fault);
            return false;
        }
    }

    private static Response preflight(Route route, Request request) {
        Response response = Response.empty(204)
                .with("Access-Control-Allow-Methods", route.allow())
                .with("Access-Control-Max-Age", PREFLIGHT_MAX_AGE);
        if (route.isWhole()) {
            response = response.with("Cache-Control", "no-store");
        }
        String asked = request.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        return asked == null ? response : response.with("Access-Control-Allow-Headers", asked);
    }

    private CompletionStage<Response> answer(@Nullable Route route, Request request) {
        try {
            if (route == null) {
                return CompletableFuture.completedFuture(Response.text(404, "Not Found"));
            }
            if (route.isWhole()) {
                return route.endpoint().answer(request).exceptionally(fault -> fault(request, fault));
            }
            if (!route.methods().contains(request.method())) {
                return CompletableFuture.completedFuture(
                        Response.text(405, "Method Not Allowed").with("Allow", route.allow()));
            }
            Response refusal = route.endpoint().refusal(request);
            if (refusal == null && request.body() == null) {
                events.publish(new Refused(Refusal.BODY_TOO_LARGE, request.client()));
                refusal = Response.text(413, "Content Too Large");
            }
            return refusal != null
                    ? CompletableFuture.completedFuture(refusal)
                    : route.endpoint().answer(request).exceptionally(fault -> fault(request, fault));
        } catch (RuntimeException fault) {
            return CompletableFuture.completedFuture(fault(request, fault));
        }
    }

    private Response fault(Request request, Throwable cause) {
        OutOfMemory.haltIfIn(cause);
        Route route = find(request.path());
        String where =
                route != null && route.isWhole() ? route.endpoint().getClass().getSimpleName() : request.path();
        events.publish(new SystemEvent.Fault(request.method() + " " + where, cause));
        return Response.text(500, "Internal Server Error");
    }
}
