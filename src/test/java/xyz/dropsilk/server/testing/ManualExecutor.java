package xyz.dropsilk.server.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Time that stands still until it is moved, with a timer and a clock in it. Runs its tasks on the thread that moves it; for one thread. */
public final class ManualExecutor extends AbstractExecutorService implements ScheduledExecutorService, InstantSource {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** So near the end of the ticker's range that tests pass over it. */
    private static final long START_NANOS = Long.MAX_VALUE - 1_000_000;

    /** More tasks than this at one moment never end. */
    private static final int MOST_AT_ONCE = 100_000;

    /** In the order in which they come due, and of their scheduling where that is the same. */
    private final Queue<Task<?>> waiting = new PriorityQueue<>(
            Comparator.<Task<?>>comparingLong(task -> task.at).thenComparingLong(task -> task.number));

    private long scheduled;
    private long elapsed;
    private boolean stopped;

    /** The ticker: nanoseconds since a moment that means nothing. */
    public long nanos() {
        return START_NANOS + elapsed;
    }

    @Override
    public Instant instant() {
        return START.plusNanos(elapsed);
    }

    /** Moves on by {@code time}, and runs what comes due on the way when it does. */
    public void advance(Duration time) {
        long target = elapsed + time.toNanos();
        int atOnce = 0;
        for (Task<?> next = waiting.peek(); next != null && next.at <= target; next = waiting.peek()) {
            waiting.remove();
            atOnce = next.at > elapsed ? 0 : atOnce + 1;
            if (atOnce > MOST_AT_ONCE) {
                throw new IllegalStateException("tasks make tasks, and no time passes");
            }
            elapsed = Math.max(elapsed, next.at);
            next.run();
        }
        elapsed = target;
    }

    /** Runs what is due now. */
    public void runDue() {
        advance(Duration.ZERO);
    }

    /** How many tasks wait. */
    public int waiting() {
        return waiting.size();
    }

    @Override
    public void execute(Runnable command) {
        schedule(command, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(Executors.callable(command), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        if (stopped) {
            throw new RejectedExecutionException("stopped");
        }
        Task<V> task = new Task<>(callable, elapsed + unit.toNanos(delay));
        waiting.add(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long delay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("no test needs it");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long delay, long pause, TimeUnit unit) {
        throw new UnsupportedOperationException("no test needs it");
    }

    @Override
    public void shutdown() {
        stopped = true;
        waiting.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = List.copyOf(waiting);
        shutdown();
        return left;
    }

    @Override
    public boolean isShutdown() {
        return stopped;
    }

    @Override
    public boolean isTerminated() {
        return stopped;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return stopped;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        final long at;
        final long number = ++scheduled;

        Task(Callable<V> callable, long at) {
            super(callable);
            this.at = at;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - elapsed, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
