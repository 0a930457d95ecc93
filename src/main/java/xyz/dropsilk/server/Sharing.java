package xyz.dropsilk.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.cluster.Cluster;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.RedisUrl;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;
import xyz.dropsilk.server.redis.RedisEngine;

/**
 * What makes this process one of several instances, where an engine is configured. The one class of the root that knows of it, so that nothing of it
 * is loaded otherwise. Used by one thread that may block.
 */
final class Sharing {
    private final Cluster cluster;

    private Sharing(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The engine of {@code config}, in which a room of which nobody is heard lives for {@code roomLives}, on {@code loop} and its siblings; null where none is configured. */
    static @Nullable Sharing of(
            Config.Sharing config, Duration roomLives, EventLoop loop, LongSupplier ticker, EventSink events) {
        RedisUrl url = config.engine();
        return url == null ? null : new Sharing(cluster(url, config.prefix(), roomLives, loop, ticker, events));
    }

    private static Cluster cluster(
            RedisUrl url, String prefix, Duration roomLives, EventLoop loop, LongSupplier ticker, EventSink events) {
        EventLoopGroup loops = Objects.requireNonNull(loop.parent());
        return new Cluster(
                (id, listener) -> new RedisEngine(url, prefix, id, loops, listener), roomLives, loop, ticker, events);
    }

    /** The way to other instances. */
    Bus bus() {
        return cluster.bus();
    }

    /** What other instances say goes to {@code registry} and {@code joins}. Once, before {@link #start}. */
    void join(FlightRegistry registry, JoinLimit joins) {
        cluster.join(registry, joins);
    }

    void start() {
        cluster.start();
    }

    /** How the engine is, for {@code /readyz}. */
    Dependency dependency() {
        return () -> cluster.isUp() ? Dependency.State.UP : Dependency.State.AWAY;
    }

    /** Whether other instances can be reached. */
    boolean isUp() {
        return cluster.isUp();
    }

    /** Adds what is known of other instances, and of what was lost on the way to them. */
    void addTo(Meters meters) {
        meters.gauge(
                "dropsilk_bus_up",
                "Whether other instances can be reached, as /readyz says.",
                () -> cluster.isUp() ? 1 : 0);
        meters.counter(
                Names.BUS_UNDELIVERED,
                "Signals and other letters that other instances did not get.",
                cluster::undelivered);
        meters.counter(
                Names.BUS_GARBAGE, "What was read in the engine that no instance has written.", cluster::garbage);
    }

    /** The instance drains. */
    void draining() {
        cluster.draining();
    }

    /** Tells the others that this instance stops; waits for that as long as {@code limit}. */
    void stop(Duration limit) throws InterruptedException {
        await(cluster.stop(), limit); // else they will notice by themselves
    }

    /** Lets go of the engine, while the event loops still run; waits for that as long as {@code limit}. */
    void close(Duration limit) throws InterruptedException {
        await(cluster.close(), limit); // else its connections end with the loops
    }

    private static void await(CompletionStage<Void> done, Duration limit) throws InterruptedException {
        try {
            done.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // whoever called goes on
        }
    }
}
