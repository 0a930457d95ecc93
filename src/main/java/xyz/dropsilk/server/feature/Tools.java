package xyz.dropsilk.server.feature;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.api.RateLimited;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.limit.NetworkRate;
import xyz.dropsilk.server.limit.RateLimit;
import xyz.dropsilk.server.remote.Calls;

/**
 * What features share.
 *
 * @param calls the way to third parties
 * @param workers take what is too long for an event loop, and refuse what is too much
 * @param timer ends waiting; never blocked
 * @param clock tells the time of day
 * @param ticker counts nanoseconds
 * @param events hears what happens
 * @param perMinute how often a network may ask for what costs a call to a third party; {@link Unlimited} for no limit
 */
record Tools(
        Calls calls,
        Executor workers,
        ScheduledExecutorService timer,
        InstantSource clock,
        LongSupplier ticker,
        EventSink events,
        int perMinute) {
    private static final int RARELY = 10;

    Endpoint limited(Endpoint endpoint) {
        return new RateLimited(endpoint, NetworkRate.perMinute(perMinute, ticker), events);
    }

    Endpoint rarely(Endpoint endpoint) {
        return new RateLimited(endpoint, tenth(), events);
    }

    /** A tenth of the rate, once a minute at least. */
    RateLimit tenth() {
        return NetworkRate.perMinute(Unlimited.is(perMinute) ? perMinute : (perMinute + RARELY - 1) / RARELY, ticker);
    }
}
