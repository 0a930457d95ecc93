package xyz.dropsilk.server.net;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Meters;

/** How late event loops are: a task twice a second on each of them sees how long after its time it runs. */
final class LoopDelay {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Histogram delay = Histogram.ofSeconds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5);

    /** Looks at each of {@code loops} until they end, and adds what it sees to {@code meters}. */
    static void watch(Iterable<EventExecutor> loops, Meters meters) {
        LoopDelay watch = new LoopDelay();
        loops.forEach(watch::look);
        meters.histogram(
                "dropsilk_event_loop_delay_seconds", "How late a timed task of an event loop runs.", watch.delay);
    }

    private void look(EventExecutor loop) {
        long due = System.nanoTime() + INTERVAL_NANOS;
        Future<?> unused = loop.schedule(
                () -> {
                    delay.record(System.nanoTime() - due);
                    if (!loop.isShuttingDown()) {
                        look(loop);
                    }
                },
                INTERVAL_NANOS,
                TimeUnit.NANOSECONDS);
    }
}
