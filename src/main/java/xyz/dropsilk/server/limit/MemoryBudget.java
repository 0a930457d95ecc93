package xyz.dropsilk.server.limit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.meter.Meters;

/**
 * What all connections together may hold in requests, unfinished inbound messages and queued outbound ones. Over it the largest holder is closed, so
 * that two hundred sockets with a megabyte each can't end a small instance. Safe on any thread.
 */
public final class MemoryBudget {
    /** A connection as the budget sees it. */
    public interface Holder {
        /** Bytes held now. Any thread. */
        int held();

        /** Asks the connection to close and let go, on its own loop. Any thread. */
        void evict();
    }

    /** On a large machine too, what clients leave unread is no use to anybody: bytes. */
    private static final long MOST = 512L * 1024 * 1024;

    private final long maxBytes;
    private final Executor executor;
    private final AtomicLong total = new AtomicLong();
    private final AtomicBoolean evicting = new AtomicBoolean();

    /** Those who hold anything, as a set. */
    private final ConcurrentMap<Holder, Boolean> holders = new ConcurrentHashMap<>();

    /** A quarter of what the Java heap may grow to, which is also what the JVM allows for buffers outside it unless told otherwise. */
    public static MemoryBudget ofThisProcess(Executor executor) {
        return new MemoryBudget(Math.min(MOST, Runtime.getRuntime().maxMemory() / 4), executor);
    }

    /** A budget of {@code maxBytes}; {@code executor} looks for the largest holder, away from whoever caused the excess. */
    public MemoryBudget(long maxBytes, Executor executor) {
        this.maxBytes = maxBytes;
        this.executor = executor;
    }

    /** Notes that {@code holder} holds {@code change} bytes more, or fewer, than before; {@link Holder#held} tells the new number already. */
    public void changed(Holder holder, int change) {
        long now = total.addAndGet(change);
        // In one step, as a holder may grow on one thread while it lets go on another.
        holders.compute(holder, (same, known) -> same.held() > 0 ? Boolean.TRUE : null);
        if (change > 0 && now > maxBytes && evicting.compareAndSet(false, true)) {
            startEviction();
        }
    }

    /** Bytes held by all. */
    public long total() {
        return total.get();
    }

    /** Adds what is held to {@code meters}. */
    public void addTo(Meters meters) {
        meters.gauge(
                "dropsilk_queued_bytes",
                "Bytes that all connections hold: requests, half-read messages, and what is queued for clients.",
                this::total);
        meters.gauge(
                "dropsilk_queued_limit_bytes",
                "Bytes that they may hold until the largest holder is closed.",
                () -> maxBytes);
    }

    private void startEviction() {
        try {
            executor.execute(this::evictLargest);
        } catch (RejectedExecutionException e) {
            evicting.set(false); // the server stops, and lets go of everything
        }
    }

    private void evictLargest() {
        try {
            long excess = total.get() - maxBytes;
            Set<Holder> chosen = ConcurrentHashMap.newKeySet();
            while (excess > 0) {
                Holder largest = largestBut(chosen);
                if (largest == null) {
                    return;
                }
                chosen.add(largest);
                excess -= largest.held();
                largest.evict();
            }
        } finally {
            evicting.set(false);
        }
    }

    private @Nullable Holder largestBut(Set<Holder> chosen) {
        Holder largest = null;
        int most = 0;
        for (Holder holder : holders.keySet()) {
            int held = holder.held();
            if (held > most && !chosen.contains(holder)) {
                largest = holder;
                most = held;
            }
        }
        return largest;
    }
}
