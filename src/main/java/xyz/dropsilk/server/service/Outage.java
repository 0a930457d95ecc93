package xyz.dropsilk.server.service;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.remote.RemoteException;

/**
 * What keeps a third party that fails from filling the log: its first failure and each change of the kind are told, the others counted; and so is
 * its end, where somebody wants to know. Safe on any thread.
 */
final class Outage {
    private final EventSink events;
    private final BiFunction<String, Long, ServerEvent> event;
    private final @Nullable End end;
    private final LongSupplier ticker;
    private @Nullable String kind;
    private String told = "";
    private long untold;
    private long failures;
    private long since;

    /** Makes the event that tells the end of an outage: its reason as it was told last, how long it took, and how many failures there were. */
    @FunctionalInterface
    interface End {
        ServerEvent of(String reason, Duration lasted, long failures);
    }

    /** Tells {@code events}, each as {@code event} makes it of a reason and the number of failures untold before. */
    Outage(EventSink events, BiFunction<String, Long, ServerEvent> event) {
        this(events, event, null, () -> 0);
    }

    /** The same with an {@code end}; {@code ticker} counts nanoseconds. */
    Outage(EventSink events, BiFunction<String, Long, ServerEvent> event, @Nullable End end, LongSupplier ticker) {
        this.events = events;
        this.event = event;
        this.end = end;
        this.ticker = ticker;
    }

    /** It failed. */
    void failed(String reason) {
        failed(reason, reason);
    }

    /** It failed for {@code reason}, which is one of a {@code kind}: others of that kind need not be told. */
    void failed(String newKind, String reason) {
        long before;
        synchronized (this) {
            since = kind == null ? ticker.getAsLong() : since;
            failures++;
            if (newKind.equals(kind)) {
                untold++;
                return;
            }
            kind = newKind;
            told = reason;
            before = untold;
            untold = 0;
        }
        events.publish(event.apply(reason, before));
    }

    /** It failed with {@code failure}, which is told as a fault of ours if it is none of the third party's. */
    void failed(String doing, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RemoteException remote) {
            failed(doing + ": " + remote.reason());
        } else {
            events.publish(new SystemEvent.Fault(doing, cause));
        }
    }

    /** It works. */
    void over() {
        String reason;
        Duration lasted;
        long count;
        synchronized (this) {
            if (kind == null) {
                return;
            }
            kind = null;
            untold = 0;
            reason = told;
            lasted = Duration.ofNanos(ticker.getAsLong() - since);
            count = failures;
            failures = 0;
        }
        if (end != null) {
            events.publish(end.of(reason, lasted, count));
        }
    }
}
