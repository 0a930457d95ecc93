package xyz.dropsilk.server.ws;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.limit.Rate;

/**
 * How many messages and control frames a connection may send. Over it a message is not handled; the client is told at most once a second, and
 * closed once it has kept on for {@link #PATIENCE_NANOS}. Confined to the connection's loop.
 */
final class MessageLimit {
    /** What to do with a message. */
    enum Verdict {
        HANDLE,
        IGNORE,
        IGNORE_AND_TELL,
        CLOSE
    }

    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final @Nullable Rate rate;
    private long fullAt;
    private boolean over;
    private long overSince;
    private long lastOver;
    private long told;

    /** A limit of {@code rate}, none if that is null. */
    MessageLimit(@Nullable Rate rate, long now) {
        this.rate = rate;
        this.fullAt = now;
    }

    Verdict count(long now) {
        if (rate == null) {
            return Verdict.HANDLE;
        }
        if (rate.nanosUntilPermit(fullAt, now) <= 0) {
            fullAt = rate.take(fullAt, now);
            return Verdict.HANDLE;
        }
        boolean kept = over && now - lastOver < TELL_NANOS;
        overSince = kept ? overSince : now;
        lastOver = now;
        if (now - overSince >= PATIENCE_NANOS) {
            return Verdict.CLOSE;
        }
        boolean tell = !over || now - told >= TELL_NANOS;
        over = true;
        told = tell ? now : told;
        return tell ? Verdict.IGNORE_AND_TELL : Verdict.IGNORE;
    }
}
