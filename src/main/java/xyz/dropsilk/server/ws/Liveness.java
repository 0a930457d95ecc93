package xyz.dropsilk.server.ws;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the other end of one socket is still there, and ends the messages that it begins. Whoever sent nothing between two pings is dead; a message
 * that has begun must be whole in time, whether there are pings or not. Confined to the socket's event loop.
 */
final class Liveness {
    /** How long a frame, or a message of several, may take to arrive: a megabyte at 35 KB a second. */
    private static final long MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How often a connection without pings is looked at for what has stalled. */
    private static final Duration STALL_LOOKS = Duration.ofSeconds(5);

    private static final long NOT_PINGED = 0;

    private final EventExecutor loop;
    private final LongSupplier ticker;
    private final Watched socket;
    private @Nullable Future<?> timer;

    /** Whether anything came since the last ping. */
    private boolean heard = true;

    private boolean unfinished;

    /** Since when a message has been {@link #unfinished}. */
    private long unfinishedSince;

    /** The messages that had ended when it began. */
    private int endedBefore;

    /** When the last ping left that was not answered yet, in ticker nanoseconds; {@link #NOT_PINGED} for none. */
    private long pingedAt = NOT_PINGED;

    /** The socket that is watched. Called on its loop. */
    interface Watched {
        /** Sends a ping; whether it did. */
        boolean ping();

        /** Nothing came for a whole interval. */
        void dead();

        /** A message has begun and does not end. */
        void stalled();

        /** Something failed here. */
        void failed(Throwable fault);
    }

    /** Watches {@code socket} of {@code loop} once it is started; {@code ticker} counts nanoseconds. */
    Liveness(EventExecutor loop, LongSupplier ticker, Watched socket) {
        this.loop = loop;
        this.ticker = ticker;
        this.socket = socket;
    }

    /** Pings every {@code interval}; never if it is zero. */
    void start(Duration interval) {
        Runnable look = interval.isZero() ? this::endWhatStalls : this::beat;
        long nanos = (interval.isZero() ? STALL_LOOKS : interval).toNanos();
        // Not at a fixed rate: after a pause of the whole process the beats it missed would come all at once, and leave
        // nobody the time to answer.
        timer = loop.scheduleWithFixedDelay(() -> guarded(look), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** A timer that waits holds on to the session: many that end quickly would add up. */
    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** A fault in a timer's task would be lost with the task, and the connection never be looked after again. */
    private void guarded(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException | Error fault) {
            socket.failed(fault);
        }
    }

    /** One interval: who sent nothing since the last ping is gone; all others are pinged. */
    private void beat() {
        assert loop.inEventLoop() : loop;
        if (!heard) {
            socket.dead();
            return;
        }
        heard = false;
        endWhatStalls();
        if (socket.ping()) {
            pingedAt = ticker.getAsLong();
        }
    }

    private void endWhatStalls() {
        if (unfinished && ticker.getAsLong() - unfinishedSince > MESSAGE_NANOS) {
            socket.stalled();
        }
    }

    /** Something came. */
    void heard() {
        heard = true;
    }

    /** What came at {@code now} is read, and left a message unfinished or not; {@code ended} have been whole so far. */
    void read(boolean leftUnfinished, int ended, long now) {
        if (!leftUnfinished) {
            unfinished = false;
        } else if (!unfinished || ended != endedBefore) {
            unfinished = true;
            unfinishedSince = now;
            endedBefore = ended;
        } else if (now - unfinishedSince > MESSAGE_NANOS) {
            socket.stalled();
        }
    }

    /** A pong came at {@code now}: nanoseconds since the ping that it answers, or -1 if it answers none. */
    long answered(long now) {
        long since = pingedAt == NOT_PINGED ? -1 : now - pingedAt;
        pingedAt = NOT_PINGED;
        return since;
    }
}
