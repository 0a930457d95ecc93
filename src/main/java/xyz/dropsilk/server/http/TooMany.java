package xyz.dropsilk.server.http;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.limit.RateLimit;

/** The refusal of those who ask too often. */
final class TooMany {
    private TooMany() {}

    /** Takes a permit for the request's network: null if there is one, else the answer, 429. */
    static @Nullable Response refusal(RateLimit limit, Request request) {
        long seconds = limit.secondsUntilPermit(request.network());
        return seconds == 0
                ? null
                : Response.json(429, "{\"error\":\"Too many requests\"}").with("Retry-After", Long.toString(seconds));
    }
}
