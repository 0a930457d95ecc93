package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;

/** Tells operators when the others can't be reached, and when they can again: once each, however often it is tried. Confined to the cluster's thread. */
final class Outage {
    private final EventSink events;
    private final LongSupplier ticker;
    private final Tally tally;
    private @Nullable String reason;
    private long since;
    private long attempts;
    private long undeliveredBefore;
    private long undeliveredTold;

    Outage(EventSink events, LongSupplier ticker, Tally tally) {
        this.events = events;
        this.ticker = ticker;
        this.tally = tally;
    }

    /** The engine can't be used because of {@code why}. */
    void began(String why) {
        attempts++;
        if (reason == null) {
            since = ticker.getAsLong();
            undeliveredBefore = tally.undelivered();
        }
        if (!why.equals(reason)) {
            reason = why;
            events.publish(new BusEvent.Away(why));
        }
    }

    /** It can be used again, or for the first time. */
    void over() {
        if (reason != null) {
            reason = null;
            Duration lasted = Duration.ofNanos(ticker.getAsLong() - since);
            undeliveredTold = tally.undelivered();
            events.publish(new BusEvent.Back(lasted, attempts, undeliveredTold - undeliveredBefore));
        }
        attempts = 0;
    }
}
