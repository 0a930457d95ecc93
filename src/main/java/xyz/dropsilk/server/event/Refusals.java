package xyz.dropsilk.server.event;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;

/**
 * Counts refusals by reason and passes on a sample of them, so that nobody can flood the log by being refused: the first of a kind at once,
 * then one a second, with the number of those left out since. All other events pass unchanged. Safe on any thread.
 */
public final class Refusals implements EventSink {
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventSink next;
    private final LongSupplier ticker;
    private final Map<Refusal, Count> counts = new EnumMap<>(Refusal.class);

    private static final class Count {
        final LongAdder total = new LongAdder();

        @GuardedBy("this")
        long quietUntil;

        @GuardedBy("this")
        long leftOut;

        Count(long now) {
            this.quietUntil = now;
        }

        /** How many were left out before the one at hand, or -1 if that is left out too. */
        synchronized long sample(long now) {
            if (quietUntil - now > 0) {
                leftOut++;
                return -1;
            }
            long before = leftOut;
            leftOut = 0;
            quietUntil = now + SAMPLE_NANOS;
            return before;
        }
    }

    /** Counts in front of {@code next}; {@code ticker} counts nanoseconds. */
    public Refusals(EventSink next, LongSupplier ticker) {
        this.next = next;
        this.ticker = ticker;
        long now = ticker.getAsLong();
        for (Refusal refusal : Refusal.values()) {
            counts.put(refusal, new Count(now));
        }
    }

    @Override
    public void publish(ServerEvent event) {
        Refusal refusal = event.refusal();
        Count count = refusal == null ? null : counts.get(refusal);
        if (refusal == null || count == null) {
            next.publish(event);
            return;
        }
        count.total.increment();
        long leftOut = refusal.isSampled() ? count.sample(ticker.getAsLong()) : 0;
        if (leftOut == 0) {
            next.publish(event);
        } else if (leftOut > 0) {
            next.publish(new Sampled(event, leftOut));
        }
    }

    /** Adds the counts to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counters(Names.REFUSED, "What was refused, by the reason.", "reason", this::totals);
    }

    /** How many refusals of each reason there have been. */
    public Map<String, Long> totals() {
        Map<String, Long> totals = new LinkedHashMap<>();
        counts.forEach((refusal, count) -> totals.put(refusal.reason(), count.total.sum()));
        return totals;
    }
}
