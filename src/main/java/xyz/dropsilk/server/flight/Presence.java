package xyz.dropsilk.server.flight;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;

/**
 * When the members of a changed network are shown its new view: at once if the network was quiet, else after a pause that gathers further
 * changes and grows with what a round costs. A round goes over the members in steps, so that a network of thousands delays nobody's signals.
 * All rounds run on the timer's one thread.
 */
final class Presence {
    /** What one network may cost in lists: bytes a second. A hundred users are shown each change within 70 ms, two thousand within 3 s. */
    static final long BYTES_PER_SECOND = 8_000_000;

    /** The shortest pause between two rounds of one network: nanoseconds. */
    static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    /** Members shown in one step: at some 10 KB and 10 us a list, a step takes its event loop below a millisecond. */
    static final int STEP_MEMBERS = 64;

    /** Between two steps of a round the event loops get to serve others: nanoseconds. */
    static final long STEP_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    /** After this long at most a pause is measured anew, as the network may have shrunk: nanoseconds. */
    static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);

    /** Does the work that needs the registry's lock. */
    interface Rounds {
        /**
         * Shows the view as it is now to up to {@code most} members who came after {@code arrival}; the arrival of the last one, or {@link
         * #ALL_SHOWN}.
         */
        long showNext(Network network, long arrival, int most);

        /** The bytes that showing the network to all its members costs now. */
        long costOfRound(Network network);

        /** The moment before which a round would show nothing new, if that is later than {@code now}: ticker nanoseconds. */
        long nextArrival(Network network, long now);

        /** Whether the network changed while the round went on, so that it stays due. */
        boolean endRound(Network network);
    }

    static final long ALL_SHOWN = Long.MAX_VALUE;

    static final long FROM_THE_FIRST = Long.MIN_VALUE;

    private final ScheduledExecutorService timer;
    private final LongSupplier ticker;
    private final Rounds rounds;
    private final EventSink events;

    /** Rounds on {@code timer}, which has one thread; {@code ticker} counts nanoseconds. */
    Presence(ScheduledExecutorService timer, LongSupplier ticker, Rounds rounds, EventSink events) {
        this.timer = timer;
        this.ticker = ticker;
        this.rounds = rounds;
        this.events = events;
    }

    /** What {@link Network#shownAt} is, at {@code now}, for a network that may be shown at once. */
    static long longBefore(long now) {
        return now - MIN_PAUSE;
    }

    /** A round for {@code network}, which became due. Any thread, without the registry's lock. */
    void due(Network network) {
        long now = ticker.getAsLong();
        long pauseEnds = network.shownAt + pauseAfter(network);
        long wait = Math.max(pauseEnds - now, rounds.nextArrival(network, now) - now);
        if (wait > 0) {
            schedule(() -> due(network), Math.min(wait, LONGEST_WAIT));
        } else {
            schedule(() -> step(network, FROM_THE_FIRST), 0);
        }
    }

    private long pauseAfter(Network network) {
        return Math.max(MIN_PAUSE, rounds.costOfRound(network) * (TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND));
    }

    private void schedule(Runnable task, long delay) {
        try {
            timer.schedule(() -> run(task), delay, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The server stops: there is nobody left to show anything to.
        }
    }

    /** A fault in a timer's task would be lost with the task. */
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(new SystemEvent.Fault("presence", e));
        }
    }

    private void step(Network network, long arrival) {
        try {
            long last = rounds.showNext(network, arrival, STEP_MEMBERS);
            if (last != ALL_SHOWN) {
                schedule(() -> step(network, last), STEP_PAUSE);
                return;
            }
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(new SystemEvent.Fault("presence", e));
        }
        network.shownAt = ticker.getAsLong();
        if (rounds.endRound(network)) {
            due(network);
        }
    }
}
