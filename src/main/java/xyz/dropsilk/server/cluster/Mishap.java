package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.event.EventSink;

/**
 * One kind of what goes wrong with what is shared: counted on any thread, and told to operators on the cluster's, once when it begins and once when it
 * has not happened for a while, however often it did in between.
 */
final class Mishap {
    /** What has not happened for so long is over. */
    static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongAdder count = new LongAdder();
    private volatile String reason = "";

    // --- of the cluster's thread alone ---
    private String told = "";
    private long seen;
    private long before;
    private long since;
    private long last;

    /** It happened so many times because of {@code why}. Any thread. */
    void happened(long times, String why) {
        if (times > 0) {
            reason = why;
            count.add(times);
        }
    }

    /** How often it happened since the start. Any thread. */
    long count() {
        return count.sum();
    }

    /** Tells {@code events} what there is to tell at {@code now}, in nanoseconds. The cluster's thread. */
    void look(EventSink events, long now) {
        long total = count();
        if (total != seen) {
            if (told.isEmpty()) {
                told = reason;
                since = now;
                before = seen;
                events.publish(new BusEvent.Failed(told));
            }
            seen = total;
            last = now;
        } else if (!told.isEmpty() && now - last >= QUIET_NANOS) {
            Duration lasted = Duration.ofNanos(last - since);
            events.publish(new BusEvent.Over(told, lasted, total - before));
            told = "";
        }
    }
}
