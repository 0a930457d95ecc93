package xyz.dropsilk.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.testing.Await;

@Timeout(60)
class LoopWatchTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(20);

    private final DefaultEventLoop healthy = new DefaultEventLoop(Threads.loops());
    private final DefaultEventLoop other = new DefaultEventLoop(Threads.loops());
    private final List<EventExecutor> both = List.of(healthy, other);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void end() {
        released.countDown();
        healthy.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        other.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void loopsThatRunAreAlive() {
        assertTrue(verdict(new LoopWatch(both, PATIENT)));
    }

    /** A loop that asks is not given a task that it could not do before it has the answer. */
    @Test
    void theOnlyLoopKnowsAtOnceThatItRuns() throws Exception {
        LoopWatch watch = new LoopWatch(List.of(healthy), PATIENT);
        assertTrue(healthy.submit(() -> watch.allRun().toCompletableFuture().isDone())
                .get());
    }

    @Test
    void aStuckLoopIsNoticedAndSoIsItsReturn() throws InterruptedException {
        LoopWatch watch = new LoopWatch(both, IMPATIENT);
        block(other);
        assertFalse(verdict(watch));
        assertFalse(verdict(watch));
        released.countDown();
        Await.until("the loop's return", () -> verdict(watch));
    }

    @Test
    void howeverOftenAStuckLoopIsAskedNothingPilesUp() throws InterruptedException {
        LoopWatch watch = new LoopWatch(both, IMPATIENT);
        block(other);
        for (int i = 0; i < 1_000; i++) {
            assertFalse(verdict(watch));
        }
        assertEquals(1, other.pendingTasks());
    }

    @Test
    void aLoopThatHasEndedIsNoticed() throws InterruptedException {
        LoopWatch watch = new LoopWatch(both, PATIENT);
        other.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        assertFalse(verdict(watch));
        assertFalse(verdict(watch));
    }

    private void block(EventExecutor loop) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<?> unused = CompletableFuture.runAsync(
                () -> {
                    begun.countDown();
                    awaitRelease();
                },
                loop);
        begun.await();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean verdict(LoopWatch watch) {
        return watch.allRun().toCompletableFuture().join();
    }
}
