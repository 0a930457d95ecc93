package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import xyz.dropsilk.server.testing.ManualExecutor;

/** The engine of the simulation does what the real one does. */
class MemoryEngineTest extends EngineContract {
    private final ManualExecutor time = new ManualExecutor();
    private final MemoryHub hub = new MemoryHub(time, new Random(1), Duration.ofMillis(2));

    @Override
    protected Engine engine(String id, Engine.Listener listener) {
        return new MemoryEngine(hub, id, listener);
    }

    @Override
    protected <T> T await(CompletionStage<T> answer) {
        awaitUntil("an answer", answer.toCompletableFuture()::isDone);
        return answer.toCompletableFuture().join();
    }

    @Override
    protected void awaitUntil(String what, BooleanSupplier holds) {
        for (int i = 0; i < 10_000 && !holds.getAsBoolean(); i++) {
            time.advance(Duration.ofMillis(1));
        }
        assertTrue(holds.getAsBoolean(), what);
    }
}
