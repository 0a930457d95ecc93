package xyz.dropsilk.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of an HTTP connection: how long each of its phases may take, as absolute deadlines, so that a client that sends one byte a
 * second gains nothing. Confined to the connection's loop.
 */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
    /** From the connection, or a request's first byte, to the request's end: the contract's 10 s. */
    static final long REQUEST_SECONDS = 10;

    /** From an answer's beginning until the client has taken it. */
    static final long RESPONSE_SECONDS = 30;

    /** Between two requests: longer than load balancers keep a connection, so that they and not we are the ones to close it. */
    static final long KEEP_ALIVE_SECONDS = 120;

    /** How long the rest of what a client sends is thrown away before a connection is cut: without this a client may miss the answer. */
    static final long LINGER_SECONDS = 2;

    /** No phase but the shortest is over before the timer looks again. */
    private static final long LONGEST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(REQUEST_SECONDS);

    private enum Phase {
        REQUEST,
        ANSWER,
        RESPONSE,
        KEEP_ALIVE,
        LINGER
    }

    private final BooleanSupplier keepsBytes;
    private Phase phase = Phase.REQUEST;

    /** Whether bytes are being decoded: until they are, nobody knows what is left of them. */
    private boolean reading;

    private boolean sawBytes;
    private @Nullable Future<?> timer;

    /** When the phase at hand is over: the executor's nanoseconds. */
    private long deadline;

    /** When {@link #timer} looks at the deadline, or one that was moved since. */
    private long looksAt;

    /** Fired through the pipeline when a request did not end in time. */
    static final Object REQUEST_EXPIRED = new Object();

    /** Deadlines of one connection; {@code keepsBytes} says whether the beginning of a request has been read and not decoded. */
    RequestDeadline(BooleanSupplier keepsBytes) {
        this.keepsBytes = keepsBytes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        enter(context, Phase.REQUEST, REQUEST_SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        cancel();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        requestBegun(context);
        reading = true;
        context.fireChannelRead(bytes);
        reading = false;
        noteRest(context);
    }

    /** What is left behind an answered request is the next one's beginning. */
    private void noteRest(ChannelHandlerContext context) {
        if (!reading && phase == Phase.KEEP_ALIVE && keepsBytes.getAsBoolean()) {
            requestBegun(context);
        }
    }

    /** Bytes of a request arrived, or stand behind the one before it. */
    void requestBegun(ChannelHandlerContext context) {
        if (phase == Phase.KEEP_ALIVE) {
            enter(context, Phase.REQUEST, REQUEST_SECONDS);
        }
        sawBytes = true;
    }

    /** The request is there whole: its endpoint keeps a time of its own. */
    void requestEnded() {
        phase = Phase.ANSWER;
        sawBytes = false;
    }

    /** The answer is being written. */
    void responseBegun(ChannelHandlerContext context) {
        enter(context, Phase.RESPONSE, RESPONSE_SECONDS);
    }

    /** The client has the answer, and may send another request. */
    void responseEnded(ChannelHandlerContext context) {
        if (sawBytes) {
            enter(context, Phase.REQUEST, REQUEST_SECONDS); // the next request has begun meanwhile
        } else {
            enter(context, Phase.KEEP_ALIVE, KEEP_ALIVE_SECONDS);
            noteRest(context);
        }
    }

    /** The last answer is out; what still comes is thrown away. */
    void lingers(ChannelHandlerContext context) {
        enter(context, Phase.LINGER, LINGER_SECONDS);
    }

    /**
     * The server stops: what has begun of a request gets a {@code moment} to end.
     *
     * @return false where nothing has begun and nobody waits for an answer
     */
    boolean hurry(ChannelHandlerContext context, Duration moment) {
        if (phase == Phase.KEEP_ALIVE || (phase == Phase.REQUEST && !sawBytes)) {
            return false;
        }
        if (phase == Phase.REQUEST) {
            expireIn(context, moment.toNanos());
        }
        return true;
    }

    /** Whether nothing that arrived waits for an answer. */
    boolean isIdle() {
        return !reading && (phase == Phase.KEEP_ALIVE || phase == Phase.LINGER);
    }

    private void enter(ChannelHandlerContext context, Phase next, long seconds) {
        phase = next;
        expireIn(context, TimeUnit.SECONDS.toNanos(seconds));
    }

    /**
     * Moves the deadline. The timer that is there may stay where it looks before that, and then looks again: a page that polls goes through three
     * phases a second, and thousands of timers set and cancelled as often cost more than the polls.
     */
    private void expireIn(ChannelHandlerContext context, long nanos) {
        long now = context.executor().ticker().nanoTime();
        deadline = now + nanos;
        if (timer == null || looksAt - deadline > 0) {
            lookAgain(context, now);
        }
    }

    private void lookAgain(ChannelHandlerContext context, long now) {
        cancel();
        long wait = Math.min(deadline - now, LONGEST_LOOK_NANOS);
        looksAt = now + wait;
        timer = context.executor().schedule(() -> look(context), wait, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        timer = null;
        long now = context.executor().ticker().nanoTime();
        if (phase == Phase.ANSWER) {
            return; // its endpoint keeps a time of its own; the next phase sets a timer again
        } else if (deadline - now > 0) {
            lookAgain(context, now);
        } else if (phase == Phase.REQUEST && sawBytes) {
            context.pipeline().fireUserEventTriggered(REQUEST_EXPIRED);
        } else {
            context.close();
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
