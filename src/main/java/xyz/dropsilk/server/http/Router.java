package xyz.dropsilk.server.http;

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
 * Paths and their endpoints, and what comes before an endpoint is asked: guards, methods, what the endpoint refuses, the size of the body. Safe on any
 * thread once the routes are added.
 */
public final class Router {
    /** Of a request that was not read whole. */
    private static final HttpMethod UNREAD = HttpMethod.valueOf("UNREAD");

    private static final Response NOT_FOUND = Response.text(404, "Not Found");

    /** Where nothing is. */
    private static final Route NOWHERE = Route.of("", Guard.NONE, new FixedEndpoint(NOT_FOUND));

    private final EventSink events;
    private final Map<String, Route> routes = new LinkedHashMap<>();

    /** Those of {@code routes} whose paths have parameters. */
    private final Map<PathTemplate, Route> templates = new LinkedHashMap<>();

    /** What answers where no route is, the longest path first. */
    private final List<Route> areas = new ArrayList<>(2);

    private AnswerMeter meter = AnswerMeter.NONE;
    private LongSupplier ticker = () -> 0;

    /** What answers at a path, or, without methods, wherever nothing is at it or below. */
    private record Route(String path, List<HttpMethod> methods, String allow, Guard guard, Endpoint endpoint) {
        static Route of(String path, Guard guard, Endpoint endpoint, HttpMethod... methods) {
            List<HttpMethod> all = Stream.of(methods)
                    .flatMap(method ->
                            method.equals(HttpMethod.GET) ? Stream.of(method, HttpMethod.HEAD) : Stream.of(method))
                    .toList();
            return new Route(
                    path, all, all.stream().map(HttpMethod::name).collect(Collectors.joining(", ")), guard, endpoint);
        }

        boolean isNothing() {
            return methods.isEmpty();
        }

        /** Whether {@code asked} lies at or below the path; one that ends with a slash has nothing at it. */
        boolean isAbove(String asked) {
            return asked.startsWith(path)
                    && (path.endsWith("/") || asked.length() == path.length() || asked.charAt(path.length()) == '/');
        }
    }

    /** A router without routes. */
    public Router(EventSink events) {
        this.events = events;
    }

    /** Tells {@code to} of each answer; {@code nanos} counts nanoseconds. To be said before anything is asked. */
    public Router measured(AnswerMeter to, LongSupplier nanos) {
        meter = to;
        ticker = nanos;
        return this;
    }

    /** Adds what operators and monitors ask with {@code GET} and {@code HEAD}, whoever they are. */
    public Router get(String path, Endpoint endpoint) {
        return add(path, Guard.NONE, endpoint, HttpMethod.GET);
    }

    /**
     * Adds a route behind {@code guard}; where there is {@code GET}, there is {@code HEAD}. A segment of {@code path} in braces is a parameter of the
     * request; paths without any come first.
     */
    public Router add(String path, Guard guard, Endpoint endpoint, HttpMethod... methods) {
        Route route = Route.of(path, guard, endpoint, methods);
        routes.put(path, route);
        PathTemplate template = PathTemplate.of(path);
        if (template != null) {
            templates.put(template, route);
        }
        return this;
    }

    /** From now on what lies below {@code path}, and no route is at, is not found behind {@code guard}. */
    public Router nothingBelow(String path, Guard guard) {
        return nothingBelow(path, guard, NOT_FOUND);
    }

    /** Answers {@code notFound} wherever no route is below {@code path}, and at it unless it ends with a slash, whatever the method and the body. */
    public Router nothingBelow(String path, Guard guard, Response notFound) {
        areas.add(Route.of(path, guard, new FixedEndpoint(notFound)));
        areas.sort((one, other) -> other.path().length() - one.path().length());
        return this;
    }

    /** What is served, each path with the methods that its {@code Allow} names. */
    public Map<String, String> served() {
        Map<String, String> served = new LinkedHashMap<>();
        routes.forEach((path, route) -> served.put(path, route.allow()));
        return served;
    }

    /** The answer to {@code request}; never completes exceptionally. */
    CompletionStage<Response> route(Request request) {
        Found found = find(request.path());
        Route route = found.route();
        Request asked = found.parameters().isEmpty() ? request : request.with(found.parameters());
        long begun = ticker.getAsLong();
        CompletionStage<Response> answer = route.guard().answer(asked, route.allow(), () -> answer(route, asked));
        return meter == AnswerMeter.NONE
                ? answer
                : answer.whenComplete((response, never) -> {
                    if (response != null) {
                        meter.answered(label(route), request.method(), response.status(), ticker.getAsLong() - begun);
                    }
                });
    }

    /** An answer with {@code status} was not decided here; {@code request} is null where none was read whole. */
    void answeredElsewhere(@Nullable Request request, int status) {
        if (meter != AnswerMeter.NONE) {
            String label = request == null
                    ? AnswerMeter.OTHER
                    : label(find(request.path()).route());
            meter.answered(label, request == null ? UNREAD : request.method(), status, /* nanos= */ -1);
        }
    }

    private static String label(Route route) {
        return route.isNothing() ? AnswerMeter.OTHER : route.path();
    }

    /** A route, and what the path names that it was found for. */
    private record Found(Route route, Map<String, String> parameters) {}

    private Found find(String path) {
        Route exact = routes.get(path);
        return exact != null ? new Found(exact, Map.of()) : findTemplate(path);
    }

    private Found findTemplate(String path) {
        for (Map.Entry<PathTemplate, Route> template : templates.entrySet()) {
            Map<String, String> parameters = template.getKey().match(path);
            if (parameters != null) {
                return new Found(template.getValue(), parameters);
            }
        }
        return new Found(findArea(path), Map.of());
    }

    private Route findArea(String path) {
        return areas.stream().filter(area -> area.isAbove(path)).findFirst().orElse(NOWHERE);
    }

    private CompletionStage<Response> answer(Route route, Request request) {
        try {
            Response refusal = refusal(route, request);
            return refusal != null
                    ? CompletableFuture.completedFuture(refusal)
                    : route.endpoint().answer(request).exceptionally(fault -> fault(route, request, fault));
        } catch (RuntimeException fault) {
            return CompletableFuture.completedFuture(fault(route, request, fault));
        }
    }

    private @Nullable Response refusal(Route route, Request request) {
        if (route.isNothing()) {
            return null;
        }
        if (!route.methods().contains(request.method())) {
            return route.endpoint().wrongMethod().with("Allow", route.allow());
        }
        Response refusal = route.endpoint().refusal(request);
        if (refusal == null && request.body() == null) {
            events.publish(new Refused(Refusal.BODY_TOO_LARGE, request.client()));
            return Response.text(413, "Content Too Large");
        }
        return refusal;
    }

    /** What was asked for is told by its route: the path itself may hold a secret. */
    private Response fault(Route route, Request request, Throwable cause) {
        OutOfMemory.haltIfIn(cause);
        events.publish(new SystemEvent.Fault(request.method() + " " + route.path(), cause));
        return Response.text(500, "Internal Server Error");
    }
}
