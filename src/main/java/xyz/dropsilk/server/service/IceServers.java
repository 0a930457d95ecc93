package xyz.dropsilk.server.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Backoff;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Result;

/**
 * TURN credentials of a provider that has to be asked, answered from memory: a page loses candidates, and sometimes its connection, while it waits
 * for them. Safe on any thread, never blocks.
 *
 * <p>A connection over the relay ends with its credentials. So what is handed out has three quarters of an hour left: they are renewed while people
 * connect, who ask for them a moment later, and whoever finds older ones waits for fresh ones for up to {@link #PATIENCE}. Only where the provider
 * does not answer by then are older ones handed out, down to a quarter of an hour; below that it is waited for, as it is without any. One fetch at a
 * time. After a failed one there is a pause that grows, in which nobody waits.
 */
public final class IceServers implements IceProvider {
    /** Those with no more left are renewed when somebody connects. */
    static final Duration RENEWED_AT = Duration.ofMinutes(50);

    /** Those with no more left are handed out only where fresh ones do not come. */
    static final Duration FRESH = Duration.ofMinutes(45);

    /** Those with no more left are handed out to nobody. */
    static final Duration SERVED = Duration.ofMinutes(15);

    /** How long whoever asks waits for fresh ones where there are older ones. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final double MILLIS_PER_SECOND = 1_000;

    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final String provider;
    private final IceProvider source;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Outage outage;
    private final TurnMeters calls = new TurnMeters();

    private volatile @Nullable IceCredentials last;
    private @Nullable CompletableFuture<IceCredentials> fetching;
    private Instant pausedUntil = Instant.MIN;
    private final Backoff pause = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

    /**
     * Credentials of {@code provider}, from {@code source}, which is asked once at a time; {@code ticker} counts nanoseconds, {@code timer} ends
     * waiting, and is not shut down here.
     */
    public IceServers(
            String provider,
            IceProvider source,
            InstantSource clock,
            LongSupplier ticker,
            ScheduledExecutorService timer,
            EventSink events) {
        this.provider = provider;
        this.source = source;
        this.clock = clock;
        this.timer = timer;
        this.outage = new Outage(events, TurnEvent.Failed::new, TurnEvent.Over::new, ticker);
    }

    @Override
    public void addTo(Meters meters) {
        calls.addTo(meters, provider.toLowerCase(Locale.ROOT), this::ageSeconds);
    }

    private double ageSeconds() {
        IceCredentials there = last;
        return there == null
                ? Double.NaN
                : Duration.between(there.madeAt(), clock.instant()).toMillis() / MILLIS_PER_SECOND;
    }

    /** Somebody is here who may ask in a moment: fetches ahead where what there is will not do. */
    public void prepare() {
        Instant now = clock.instant();
        if (!hasMore(last, RENEWED_AT, now)) {
            CompletableFuture<IceCredentials> unused = fetched(now);
        }
    }

    @Override
    public CompletionStage<IceCredentials> credentials() {
        Instant now = clock.instant();
        IceCredentials there = last;
        if (there != null && hasMore(there, FRESH, now)) {
            return CompletableFuture.completedFuture(there);
        }
        CompletableFuture<IceCredentials> fresh = fetched(now).copy();
        return there != null && hasMore(there, SERVED, now) ? orOlder(fresh, there) : fresh;
    }

    private static boolean hasMore(@Nullable IceCredentials there, Duration limit, Instant now) {
        return there != null && there.left(now).compareTo(limit) > 0;
    }

    private CompletableFuture<IceCredentials> orOlder(CompletableFuture<IceCredentials> fresh, IceCredentials older) {
        if (fresh.isCompletedExceptionally()) {
            return CompletableFuture.completedFuture(older);
        }
        CompletableFuture<IceCredentials> answer = fresh.exceptionally(failure -> older);
        if (!answer.isDone()) {
            Future<?> end = timer.schedule(() -> answer.complete(older), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<?> unused = answer.whenComplete((credentials, failure) -> end.cancel(false));
        }
        return answer;
    }

    /** The fetch that is under way, or a new one; a failed one in the pause after a failure. */
    private CompletableFuture<IceCredentials> fetched(Instant now) {
        CompletableFuture<IceCredentials> fetch;
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
        fetch(fetch);
        return fetch;
    }

    /** Not when the pause seems longer than any is: then the clock was put back. */
    private synchronized boolean isPaused(Instant now) {
        return now.isBefore(pausedUntil) && Duration.between(now, pausedUntil).compareTo(LONGEST_PAUSE) <= 0;
    }

    private void fetch(CompletableFuture<IceCredentials> fetch) {
        CompletionStage<?> unused = ask().whenComplete((credentials, failure) -> {
            if (failure == null) {
                fetched(credentials);
                fetch.complete(credentials);
            } else {
                failed(failure);
                fetch.completeExceptionally(failure);
            }
        });
    }

    private CompletionStage<IceCredentials> ask() {
        try {
            return source.credentials();
        } catch (RuntimeException e) { // or nobody would ever ask again
            return CompletableFuture.failedFuture(e);
        }
    }

    private void fetched(IceCredentials fresh) {
        calls.count(Result.OK);
        synchronized (this) {
            fetching = null;
            last = fresh;
            pausedUntil = Instant.MIN;
            pause.reset();
        }
        outage.over();
    }

    private void failed(Throwable failure) {
        calls.count(Result.FAILED);
        synchronized (this) {
            fetching = null;
            pausedUntil = clock.instant().plus(pause.next());
        }
        outage.failed(provider, failure);
    }
}
