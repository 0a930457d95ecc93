package xyz.dropsilk.server.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;

/**
 * TURN credentials, answered from memory: a page loses candidates, and sometimes its connection, while it waits for them. Safe on any
 * thread, never blocks.
 *
 * <p>Credentials are good for an hour. Whoever asks for some that are over ten minutes old gets them, and new ones are fetched behind
 * their back; those with less than a quarter of an hour left are given to nobody. One fetch at a time: who needs it waits for it. After a
 * failed one there is a pause that grows, in which nobody waits.
 */
public final class IceServers {
    static final Duration RENEWED_AFTER = Duration.ofMinutes(10);
    static final Duration SERVED_FOR = Duration.ofMinutes(45);
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Supplier<CompletableFuture<String>> source;
    private final InstantSource clock;
    private final Outage outage;

    private @Nullable Credentials last;
    private @Nullable CompletableFuture<String> fetching;
    private Instant pausedUntil = Instant.MIN;
    private Duration pause = FIRST_PAUSE;

    private record Credentials(String iceServers, Instant askedAt) {}

    /** Credentials from {@code source}, which is asked once at a time. */
    public IceServers(Supplier<CompletableFuture<String>> source, InstantSource clock, EventSink events) {
        this.source = source;
        this.clock = clock;
        this.outage = new Outage(events, ServerEvent::turnError);
    }

    /** Fetches ahead, so that the first to ask need not wait. */
    public void prepare() {
        CompletionStage<String> unused = current();
    }

    /** The JSON array {@code iceServers}; fails if there are no credentials to give, which has been told then. */
    public CompletionStage<String> current() {
        CompletableFuture<String> fetch;
        Instant now = clock.instant();
        Credentials usable;
        synchronized (this) {
            Duration age = last == null ? SERVED_FOR : Duration.between(last.askedAt, now);
            usable = age.isNegative() || age.compareTo(SERVED_FOR) >= 0 ? null : last;
            if (usable != null && age.compareTo(RENEWED_AFTER) < 0) {
                return CompletableFuture.completedFuture(usable.iceServers);
            }
            if (fetching != null) {
                return answer(usable, fetching);
            }
            if (isPaused(now)) {
                return answer(usable, CompletableFuture.failedFuture(new IllegalStateException("no TURN credentials")));
            }
            fetch = new CompletableFuture<>();
            fetching = fetch;
        }
        fetch(fetch, now);
        return answer(usable, fetch);
    }

    /** Not when the pause seems longer than any is: then the clock was put back. */
    private synchronized boolean isPaused(Instant now) {
        return now.isBefore(pausedUntil) && Duration.between(now, pausedUntil).compareTo(LONGEST_PAUSE) <= 0;
    }

    private static CompletionStage<String> answer(@Nullable Credentials usable, CompletableFuture<String> fetch) {
        return usable == null ? fetch.copy() : CompletableFuture.completedFuture(usable.iceServers);
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
            pause = FIRST_PAUSE;
        }
        outage.over();
    }

    private void failed(Throwable failure) {
        synchronized (this) {
            fetching = null;
            pausedUntil = clock.instant().plus(pause);
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
        outage.failed("Cloudflare", failure);
    }
}
