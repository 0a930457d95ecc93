package xyz.dropsilk.server.event;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import xyz.dropsilk.server.base.OutOfMemory;

/**
 * Work that is done again and again: whatever a run throws is told, and the next run comes all the same. An executor's own repetition ends with
 * the first failure, in silence. Runs one at a time on the executor that it is given.
 */
public final class Periodic {
    private final String name;
    private final ScheduledExecutorService executor;
    private final EventSink events;

    /** Work called {@code name} in events, on {@code executor}, which is not shut down here. */
    public Periodic(String name, ScheduledExecutorService executor, EventSink events) {
        this.name = name;
        this.executor = executor;
        this.events = events;
    }

    /** Does {@code work} after {@code pause}, and again that long after each run, until the executor is shut down; never if it is zero. */
    public void every(Duration pause, Runnable work) {
        if (!pause.isZero()) {
            after(
                    pause,
                    () -> {
                        work.run();
                        return pause;
                    },
                    pause);
        }
    }

    /**
     * Does {@code work} after {@code pause}, and again after the pause that each run returns; zero ends it. A run that fails is repeated after
     * {@code afterFailure}.
     */
    public void after(Duration pause, Supplier<Duration> work, Duration afterFailure) {
        try {
            executor.schedule(() -> run(work, afterFailure), pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // shut down: this was the last run
        }
    }

    private void run(Supplier<Duration> work, Duration afterFailure) {
        Duration next = afterFailure;
        try {
            next = work.get();
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(new SystemEvent.Fault(name, e));
        }
        if (!next.isZero()) {
            after(next, work, afterFailure);
        }
    }
}
