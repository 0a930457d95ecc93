package xyz.dropsilk.server.api;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.limit.RateLimit;

/** How often a network may ask an endpoint that costs a call to a third party; who asks too often is counted in {@code events}. */
public record ApiLimit(RateLimit rate, EventSink events) {
    /** Takes a permit for the request's network: null if there is one, else the answer, 429. */
    @Nullable
    Response refusal(Request request) {
        long seconds = rate.secondsUntilPermit(request.network());
        if (seconds == 0) {
            return null;
        }
        events.publish(new Refused(Refusal.API_RATE, request.client()));
        return Response.json(429, "{\"error\":\"Too many requests\"}").with("Retry-After", Long.toString(seconds));
    }
}
