package xyz.dropsilk.server.api;

import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.limit.RateLimit;

/** An endpoint that a network may ask only so often, since it costs a call to a third party; who asks too often is counted. Safe on any thread. */
public final class RateLimited implements Endpoint {
    private final Endpoint endpoint;
    private final Predicate<Request> isLimited;
    private final RateLimit rate;
    private final EventSink events;

    /** {@code endpoint}, asked at {@code rate} at most. */
    public RateLimited(Endpoint endpoint, RateLimit rate, EventSink events) {
        this(endpoint, request -> true, rate, events);
    }

    /** The same for those requests that {@code isLimited} says; the others are not counted. */
    public RateLimited(Endpoint endpoint, Predicate<Request> isLimited, RateLimit rate, EventSink events) {
        this.endpoint = endpoint;
        this.isLimited = isLimited;
        this.rate = rate;
        this.events = events;
    }

    /** Takes a permit: too many requests come before all else that is refused. */
    @Override
    public @Nullable Response refusal(Request request) {
        long seconds = isLimited.test(request) ? rate.secondsUntilPermit(request.network()) : 0;
        if (seconds == 0) {
            return endpoint.refusal(request);
        }
        events.publish(new Refused(Refusal.API_RATE, request.client()));
        return Response.json(429, "{\"error\":\"Too many requests\"}").with("Retry-After", Long.toString(seconds));
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return endpoint.answer(request);
    }
}
