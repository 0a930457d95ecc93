package xyz.dropsilk.server.http;

import io.netty.util.concurrent.EventExecutor;
import xyz.dropsilk.server.limit.MemoryBudget;

/**
 * What one connection's requests take of the memory for all connections, from their first byte until the last of them is answered. Plain HTTP has
 * no limit of connections, so without this some hundred unfinished requests of the largest size would end a small instance. Confined to the
 * connection's loop but for {@link #held} and {@link #evict}.
 */
final class RequestMemory implements MemoryBudget.Holder {
    private final MemoryBudget budget;
    private final EventExecutor loop;
    private final Runnable evicted;
    private volatile int held;

    /** Of a connection of {@code loop}, on which {@code evicted} is called where it has to go. */
    RequestMemory(MemoryBudget budget, EventExecutor loop, Runnable evicted) {
        this.budget = budget;
        this.loop = loop;
        this.evicted = evicted;
    }

    /** The connection holds {@code bytes} now. */
    void hold(int bytes) {
        assert loop.inEventLoop();
        int change = bytes - held;
        if (change != 0) {
            held = bytes;
            budget.changed(this, change);
        }
    }

    @Override
    public int held() {
        return held;
    }

    @Override
    public void evict() {
        loop.execute(() -> {
            if (held > 0) {
                evicted.run();
            }
        });
    }
}
