package xyz.dropsilk.server.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Whether all event loops run: each is given a task to do nothing, and must have done it in a moment. Those who ask meanwhile share the answer, and
 * a loop that is stuck is given no further task: however often it is asked, nothing piles up. Safe on any thread.
 */
final class LoopWatch {
    /** Longer than any turn of a loop that is only busy, and shorter than health checks wait. */
    static final Duration LIMIT = Duration.ofSeconds(3);

    private final Iterable<EventExecutor> loops;
    private final Duration limit;

    /** Done once all loops have done the last task that they were given, or one refused it. */
    @GuardedBy("this")
    private CompletableFuture<?> round = CompletableFuture.completedFuture(null);

    @GuardedBy("this")
    private CompletableFuture<Boolean> verdict = CompletableFuture.completedFuture(true);

    /** Watches {@code loops}, each of which counts as stuck after {@code limit}. */
    LoopWatch(Iterable<EventExecutor> loops, Duration limit) {
        this.loops = loops;
        this.limit = limit;
    }

    /** Whether all run; the stage completes within the limit, never with a failure. */
    synchronized CompletionStage<Boolean> allRun() {
        if (round.isDone()) {
            List<CompletableFuture<?>> turns = new ArrayList<>();
            loops.forEach(loop -> turns.add(turnOf(loop)));
            round = CompletableFuture.allOf(turns.toArray(CompletableFuture[]::new));
            verdict = round.handle((done, refused) -> refused == null)
                    .completeOnTimeout(false, limit.toNanos(), TimeUnit.NANOSECONDS);
        }
        return verdict;
    }

    private static CompletableFuture<?> turnOf(EventExecutor loop) {
        if (loop.inEventLoop()) {
            return CompletableFuture.completedFuture(null); // it runs this
        }
        try {
            return CompletableFuture.runAsync(() -> {}, loop);
        } catch (RejectedExecutionException ended) {
            return CompletableFuture.failedFuture(ended);
        }
    }
}
