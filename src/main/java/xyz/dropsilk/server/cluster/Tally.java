package xyz.dropsilk.server.cluster;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What went wrong with what is shared, counted since the start. Safe on any thread. */
final class Tally {
    private final LongAdder undelivered = new LongAdder();
    private final LongAdder garbage = new LongAdder();
    private volatile @Nullable String refusal;

    /** So many signals or other letters can't be delivered. */
    void undelivered(int count) {
        undelivered.add(count);
    }

    /** Something was read that no instance has written. */
    void garbage() {
        garbage.increment();
    }

    /** The engine refused to work because of {@code reason}. */
    void refused(String reason) {
        refusal = reason;
    }

    /** Why the engine refused to work since the last call, or null. */
    @Nullable
    String takeRefusal() {
        String last = refusal;
        refusal = null;
        return last;
    }

    long undelivered() {
        return undelivered.sum();
    }

    long garbageRead() {
        return garbage.sum();
    }
}
