package xyz.dropsilk.server.base;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** The only place that makes threads: all named, all daemons, so that none keeps a stopped server alive. */
public final class Threads {
    /** How long a worker without work is kept: seconds, so that an idle instance holds no stacks. */
    private static final long KEEP_ALIVE_SECONDS = 30;

    private Threads() {}

    private static final String LOOP = "loop";

    /** A factory of the threads of event loops, which never block; Netty's own, whose pools of buffers need no atomic operations on them. */
    public static ThreadFactory loops() {
        return named(LOOP, FastThreadLocalThread::new);
    }

    /** Whether this is an event loop's thread. */
    public static boolean isLoop() {
        return Thread.currentThread().getName().startsWith(LOOP + "-");
    }

    /** A factory of daemon threads called {@code name-1}, {@code name-2} and so on. */
    public static ThreadFactory named(String name) {
        return named(name, Thread::new);
    }

    private static ThreadFactory named(String name, BiFunction<Runnable, String, Thread> maker) {
        AtomicInteger made = new AtomicInteger();
        return task -> {
            Thread thread = maker.apply(task, name + "-" + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * At most {@code threads} workers behind a queue of at most {@code queued} tasks. Over that {@code execute} throws
     * {@link java.util.concurrent.RejectedExecutionException}: never caller-runs, which would put blocking work on an event loop.
     */
    public static ThreadPoolExecutor bounded(String name, int threads, int queued) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queued), named(name));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** One thread for timed work. Tasks that wait are dropped at {@code shutdown}; cancelled ones leave the queue at once. */
    public static ScheduledExecutorService scheduled(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, named(name));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
