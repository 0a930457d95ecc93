package xyz.dropsilk.server.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Backoff;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.remote.CloudflareTurn;

/**
 * TURN credentials, answered from memory: a page loses candidates, and sometimes its connection, while it waits for them. Safe on any
 * thread, never blocks.
 *
 * <p>Credentials are good for an hour, and a connection over the relay ends with them. So what is handed out has three quarters of an hour left:
 * they are renewed while people connect, who ask for them a moment later, and whoever finds older ones waits for fresh ones for up to
 * {@link #PATIENCE}. Only where the provider does not answer by then are older ones handed out, down to a quarter of an hour; below that it is
 * waited for, as it is without any. One fetch at a time. After a failed one there is a pause that grows, in which nobody waits.
 */
public final class IceServers {
    /** Older ones are renewed when somebody connects. */
    static final Duration RENEWED_AFTER = Duration.ofMinutes(10);

    /** Older ones are handed out only where fresh ones do not come. */
    static final Duration FRESH_FOR = CloudflareTurn.LIFETIME.minusMinutes(45);

    /** Older ones are handed out to nobody. */
    static final Duration SERVED_FOR = CloudflareTurn.LIFETIME.minusMinutes(15);

    /** How long whoever asks waits for fresh ones where there are older ones. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Supplier<CompletableFuture<String>> source;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Outage outage;

    private volatile @Nullable Credentials last;
    private @Nullable CompletableFuture<String> fetching;
    private Instant pausedUntil = Instant.MIN;
    private final Backoff pause = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

    private record Credentials(String iceServers, Instant askedAt) {
        /** Whether they are younger than {@code limit} at {@code now}; never by a clock that was put back. */
        boolean isYounger(Duration limit, Instant now) {
            Duration age = Duration.between(askedAt, now);
            return !age.isNegative() && age.compareTo(limit) < 0;
        }
    }

    /** Credentials from {@code source}, which is asked once at a time; {@code timer} ends waiting, and is not shut down here. */
    public IceServers(
            Supplier<CompletableFuture<String>> source,
            InstantSource clock,
            ScheduledExecutorService timer,
            EventSink events) {
        this.source = source;
        this.clock = clock;
        this.timer = timer;
        this.outage = new Outage(events, ServerEvent::turnError);
    }

    /** Somebody is here who may ask in a moment: fetches ahead where what there is will not do. */
    public void prepare() {
        Instant now = clock.instant();
        Credentials there = last;
        if (there == null || !there.isYounger(RENEWED_AFTER, now)) {
            CompletableFuture<String> unused = fetched(now);
        }
    }

    /** The JSON array {@code iceServers}; fails if there are no credentials to give, which has been told then. */
    public CompletionStage<String> current() {
        Instant now = clock.instant();
        Credentials there = last;
        if (there != null && there.isYounger(FRESH_FOR, now)) {
            return CompletableFuture.completedFuture(there.iceServers);
        }
        CompletableFuture<String> fresh = fetched(now).copy();
        return there != null && there.isYounger(SERVED_FOR, now) ? orOlder(fresh, there) : fresh;
    }

    private CompletableFuture<String> orOlder(CompletableFuture<String> fresh, Credentials older) {
        if (fresh.isCompletedExceptionally()) {
            return CompletableFuture.completedFuture(older.iceServers);
        }
        CompletableFuture<String> answer = fresh.exceptionally(failure -> older.iceServers);
        if (!answer.isDone()) {
            Future<?> end =
                    timer.schedule(() -> answer.complete(older.iceServers), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<?> unused = answer.whenComplete((iceServers, failure) -> end.cancel(false));
        }
        return answer;
    }

    /** The fetch that is under way, or a new one; a failed one in the pause after a failure. */
    private CompletableFuture<String> fetched(Instant now) {
        CompletableFuture<String> fetch;
        synchronized (this) {
            if (fetching != null) {
                return fetching;
            }
            if (isPaused(now)) {
                return CompletableFuture.failedFuture(new IllegalStateException("no TURN credentials"));
            }
            fetch = new CompletableFuture<>();
            fetching = fetch;
        }
        fetch(fetch, now);
        return fetch;
    }

    /** Not when the pause seems longer than any is: then the clock was put back. */
    private synchronized boolean isPaused(Instant now) {
        return now.isBefore(pausedUntil) && Duration.between(now, pausedUntil).compareTo(LONGEST_PAUSE) <= 0;
    }

    private void fetch(CompletableFuture<String> fetch, Instant askedAt) {
        CompletableFuture<?> unused = ask().whenComplete((iceServers, failure) -> {
            if (failure == null) {
                fetched(new Credentials(iceServers, askedAt));
                fetch.complete(iceServers);
            } else {
                failed(failure);
                fetch.completeExceptionally(failure);
            }
        });
    }

    private CompletableFuture<String> ask() {
        try {
            return source.get();
        } catch (RuntimeException e) { // or nobody would ever ask again
            return CompletableFuture.failedFuture(e);
        }
    }

    private void fetched(Credentials fresh) {
        synchronized (this) {
            fetching = null;
            last = fresh;
            pausedUntil = Instant.MIN;
            pause.reset();
        }
        outage.over();
    }

    private void failed(Throwable failure) {
        synchronized (this) {
            fetching = null;
            pausedUntil = clock.instant().plus(pause.next());
        }
        outage.failed("Cloudflare", failure);
    }
}
