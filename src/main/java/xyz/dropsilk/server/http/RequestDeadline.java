package xyz.dropsilk.server.http;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When the state that an HTTP connection is in must be over, as an absolute time, so that a client that sends one byte a second gains nothing.
 * Confined to the connection's loop.
 */
final class RequestDeadline {
    /** From the connection, or a request's first byte, to the request's end: the contract's 10 s. */
    static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** From an answer's beginning until the client has taken it. */
    static final long RESPONSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Between two requests: longer than load balancers keep a connection, so that they and not we are the ones to close it. */
    static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** How long the rest of what a client sends is thrown away before a connection is cut: without this a client may miss the answer. */
    static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** No state but the shortest is over before the timer looks again. */
    private static final long LONGEST_LOOK_NANOS = REQUEST_NANOS;

    private final EventExecutor loop;
    private final Runnable passed;
    private @Nullable Future<?> timer;
    private boolean isSet;

    /** When the state is over: the executor's nanoseconds. */
    private long deadline;

    /** When {@link #timer} looks at the deadline, or one that was moved since. */
    private long looksAt;

    /** None yet; {@code passed} is called on the {@code loop} when one has passed. */
    RequestDeadline(EventExecutor loop, Runnable passed) {
        this.loop = loop;
        this.passed = passed;
    }

    /**
     * The state must be over in {@code nanos}. The timer that is there may stay where it looks before that, and then looks again: a page that polls
     * moves its deadline once a second, and thousands of timers set and cancelled as often cost more than the polls.
     */
    void in(long nanos) {
        assert loop.inEventLoop();
        long now = loop.ticker().nanoTime();
        deadline = now + nanos;
        isSet = true;
        if (timer == null || looksAt - deadline > 0) {
            lookAgain(now);
        }
    }

    /** The state may last: whoever ends it keeps a time of its own. */
    void none() {
        isSet = false;
    }

    /** The connection is no longer HTTP's, or closed. A timer that waits would hold on to it. */
    void cancel() {
        isSet = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void lookAgain(long now) {
        if (timer != null) {
            timer.cancel(false);
        }
        long wait = Math.min(deadline - now, LONGEST_LOOK_NANOS);
        looksAt = now + wait;
        timer = loop.schedule(this::look, wait, TimeUnit.NANOSECONDS);
    }

    private void look() {
        timer = null;
        if (!isSet) {
            return; // whoever sets the next one makes a timer
        }
        long now = loop.ticker().nanoTime();
        if (deadline - now > 0) {
            lookAgain(now);
        } else {
            isSet = false;
            passed.run();
        }
    }
}
