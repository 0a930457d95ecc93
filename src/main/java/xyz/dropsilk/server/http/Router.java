package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;

/**
 * Exact paths and their endpoints, and what comes before an endpoint is asked: origins, preflights, methods, the size of the body. Safe on any
 * thread once the routes are added.
 */
public final class Router {
    /** How long a browser may remember a preflight's answer: seconds. */
    private static final String PREFLIGHT_MAX_AGE = "86400";

    private static final String API_PREFIX = "/api/";

    private final OriginPolicy origins;
    private final EventSink events;
    private final Map<String, Route> routes = new LinkedHashMap<>();

    private record Route(List<HttpMethod> methods, boolean forPages, Endpoint endpoint) {
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

    /** Adds what operators and monitors ask with {@code GET} and {@code HEAD}. */
    public Router get(String path, Endpoint endpoint) {
        routes.put(path, new Route(List.of(HttpMethod.GET, HttpMethod.HEAD), /* forPages= */ false, endpoint));
        return this;
    }

    /** Adds what pages call, from origins of their own: with preflights, for allowed origins alone. */
    public Router page(String path, Endpoint endpoint, HttpMethod... methods) {
        List<HttpMethod> all = Stream.of(methods)
                .flatMap(method ->
                        method.equals(HttpMethod.GET) ? Stream.of(method, HttpMethod.HEAD) : Stream.of(method))
                .toList();
        routes.put(path, new Route(all, /* forPages= */ true, endpoint));
        return this;
    }

    /** The answer to {@code request}; never completes exceptionally. */
    CompletionStage<Response> route(Request request) {
        Route route = routes.get(request.path());
        boolean forPages = route == null ? request.path().startsWith(API_PREFIX) : route.forPages();
        if (!forPages) {
            return answer(route, request);
        }
        String origin = request.header(HttpHeaderNames.ORIGIN);
        if (!isAdmitted(origin, route, request)) {
            events.publish(ServerEvent.refused(Refusal.ORIGIN, IpAddress.text(request.client()), null));
            return CompletableFuture.completedFuture(
                    Response.text(403, "Forbidden").with("Vary", "Origin"));
        }
        CompletionStage<Response> answer = route != null && request.method().equals(HttpMethod.OPTIONS)
                ? CompletableFuture.completedFuture(preflight(route, request))
                : answer(route, request);
        return answer.thenApply(response -> {
            Response varied = response.with("Vary", "Origin");
            return origin == null ? varied : varied.with("Access-Control-Allow-Origin", origin);
        });
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
        String asked = request.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        return asked == null ? response : response.with("Access-Control-Allow-Headers", asked);
    }

    private CompletionStage<Response> answer(@Nullable Route route, Request request) {
        try {
            if (route == null) {
                return CompletableFuture.completedFuture(Response.text(404, "Not Found"));
            }
            if (!route.methods().contains(request.method())) {
                return CompletableFuture.completedFuture(
                        Response.text(405, "Method Not Allowed").with("Allow", route.allow()));
            }
            Response refusal = route.endpoint().refusal(request);
            if (refusal == null && request.body() == null) {
                events.publish(ServerEvent.refused(Refusal.BODY_TOO_LARGE, IpAddress.text(request.client()), null));
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
        events.publish(ServerEvent.systemError(request.method() + " " + request.path(), cause));
        return Response.text(500, "Internal Server Error");
    }
}
