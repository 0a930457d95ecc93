package xyz.dropsilk.server.service;

import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.remote.RemoteException;

/**
 * What keeps a third party that fails from filling the log: its first failure and each change of the reason are told, the others counted.
 * Safe on any thread.
 */
final class Outage {
    private final EventSink events;
    private final BiFunction<String, Long, ServerEvent> event;
    private @Nullable String reason;
    private long untold;

    /** Tells {@code events}, each as {@code event} makes it of a reason and the number of failures untold before. */
    Outage(EventSink events, BiFunction<String, Long, ServerEvent> event) {
        this.events = events;
        this.event = event;
    }

    /** It failed. */
    void failed(String newReason) {
        long before;
        synchronized (this) {
            if (newReason.equals(reason)) {
                untold++;
                return;
            }
            reason = newReason;
            before = untold;
            untold = 0;
        }
        events.publish(event.apply(newReason, before));
    }

    /** It failed with {@code failure}, which is told as a fault of ours if it is none of the third party's. */
    void failed(String doing, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RemoteException remote) {
            failed(doing + ": " + remote.reason());
        } else {
            events.publish(ServerEvent.systemError(doing, cause));
        }
    }

    /** It works. */
    synchronized void over() {
        reason = null;
    }
}
