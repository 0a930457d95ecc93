package xyz.dropsilk.server.room;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When one participant was last heard of, and from when on it counts as silent unless it is heard of again (rooms contract, 2). Times are those
 * of a {@link xyz.dropsilk.server.base.SteadyTicker}. Safe on any thread: polls write here without a lock.
 */
final class Hearing {
    /** Into a full room a join replaces whoever has no socket and was not heard of for so long. */
    static final long GIVES_WAY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A page that lost its transfer socket calls at once. */
    private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A page that was told to connect attaches at once, or polls on. */
    private static final long TOLD_TO_CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Pages poll once a second: what differs by less is how long an answer took. */
    private static final long JITTER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long silenceNanos;

    private volatile long heardAt;
    private volatile long silentFrom;
    private volatile boolean toldToConnect;

    /** Whether its transfer socket was lost and it has not been heard of since. */
    private volatile boolean lost;

    /** The participant's secret, once somebody has shown it: so that not every poll costs a hash. */
    private volatile @Nullable String secret;

    /** Somebody heard of at {@code now}; silent after {@code silenceNanos} in the ordinary case. */
    Hearing(long silenceNanos, long now) {
        this.silenceNanos = silenceNanos;
        restart(now);
    }

    /** It was heard of. */
    void heard(long now) {
        lost = false;
        restart(now);
    }

    /**
     * Another instance heard of it at {@code at}, give or take what answers need; {@code isReady} if it will have been told {@code shouldConnect} then.
     * Nothing where as much is known here.
     */
    void heardElsewhere(long at, boolean isReady) {
        if (at - heardAt > JITTER_NANOS) {
            toldToConnect = isReady;
            heard(at);
        }
    }

    /** It was heard of at {@code at}, before this instance knew of it. */
    void startAt(long at) {
        restart(at);
    }

    /** Somebody came, or came back, who is to see it: its clocks begin anew. */
    void restart(long now) {
        heardAt = now;
        silentFrom = now + (lost ? LOST_NANOS : toldToConnect ? TOLD_TO_CONNECT_NANOS : silenceNanos);
    }

    /** Its last answer said {@code shouldConnect}, or not; {@code now} is when it was heard of. */
    void told(boolean shouldConnect, long now) {
        if (toldToConnect != shouldConnect) {
            toldToConnect = shouldConnect;
            heard(now);
        }
    }

    /** Its last socket ended; until then it was heard of. */
    void detached(boolean lostTransfer, long now) {
        lost = lostTransfer;
        restart(now);
    }

    long heardAt() {
        return heardAt;
    }

    /** Whether it was not heard of for so long that, without a socket, it counts as silent. */
    boolean isSilent(long now) {
        return now - silentFrom >= 0;
    }

    /** Whether, without a socket, it gives way to somebody who joins. */
    boolean givesWay(long now) {
        return now - heardAt >= GIVES_WAY_NANOS;
    }

    /** Whether {@code shown} is the secret behind {@code publicId}. */
    boolean isSecret(String shown, String publicId) {
        String known = secret;
        if (known != null) {
            return ParticipantId.areEqual(known, shown);
        }
        if (!ParticipantId.areEqual(ParticipantId.publicOf(shown), publicId)) {
            return false;
        }
        secret = shown;
        return true;
    }
}
