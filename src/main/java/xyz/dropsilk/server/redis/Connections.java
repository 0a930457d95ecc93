package xyz.dropsilk.server.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.cluster.Engine;
import xyz.dropsilk.server.cluster.EngineException;

/**
 * The connections to the engine: one for commands, one that waits for the inbox, one for channels. If one of them is lost, all are given up. Called on
 * the engine's owner's thread; answers on event loops.
 */
final class Connections {
    private static final String NO_CONNECTION = "no connection";

    /** A channel that shows whether channels may be used: a right that is missing is told when connecting. */
    private static final String RIGHTS = "rights";

    private final RedisClient client;
    private final RedisURI uri;
    private final Keys keys;
    private final Engine.Listener listener;
    private volatile @Nullable Open open;

    /** Which attempt at a connection is the newest: what becomes of an older one is closed. */
    private final AtomicInteger attempts = new AtomicInteger();

    /** The names of scripts, by which the engine knows them; the same on every engine. */
    record Shas(String commit, String makeInbox, String discard, String beat, String hear) {}

    /** The three of them. */
    record Open(
            StatefulRedisConnection<String, String> commands,
            StatefulRedisConnection<String, String> reading,
            StatefulRedisPubSubConnection<String, String> channels,
            Shas scripts,
            AtomicBoolean over) {
        private void close() {
            over.set(true);
            List.of(commands, reading, channels).forEach(StatefulConnection::closeAsync);
        }
    }

    /** None yet, to the engine at {@code uri}, on {@code loops}; {@code listener} hears of channels and losses. */
    Connections(RedisURI uri, EventLoopGroup loops, Keys keys, Engine.Listener listener) {
        this.uri = uri;
        this.client = Lettuce.client(loops);
        this.keys = keys;
        this.listener = listener;
    }

    /** Connects, and loads what is to be run there. */
    CompletionStage<Void> connect() {
        int mine = attempts.incrementAndGet();
        List<StatefulConnection<?, ?>> opened = new ArrayList<>(3);
        CompletableFuture<Void> done = new CompletableFuture<>();
        open(() -> client.connectAsync(StringCodec.UTF8, uri), opened)
                .thenCombine(open(() -> client.connectAsync(StringCodec.UTF8, uri), opened), Pair::new)
                .thenCombine(
                        open(() -> client.connectPubSubAsync(StringCodec.UTF8, uri), opened),
                        (pair, channels) -> ready(mine, pair.first, pair.second, channels))
                .thenCompose(Function.identity())
                .whenComplete((ready, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        synchronized (opened) {
                            opened.forEach(StatefulConnection::closeAsync);
                        }
                        done.completeExceptionally(Failures.of(failure));
                    }
                });
        return done;
    }

    private record Pair(
            StatefulRedisConnection<String, String> first, StatefulRedisConnection<String, String> second) {}

    /** What is opened is noted, so that it can be closed where another one can't. */
    private static <C extends StatefulConnection<?, ?>> CompletionStage<C> open(
            Supplier<CompletionStage<C>> connecting, List<StatefulConnection<?, ?>> opened) {
        return connecting.get().thenApply(connection -> {
            synchronized (opened) {
                opened.add(connection);
            }
            return connection;
        });
    }

    private CompletionStage<Void> ready(
            int mine,
            StatefulRedisConnection<String, String> commands,
            StatefulRedisConnection<String, String> reading,
            StatefulRedisPubSubConnection<String, String> channels) {
        RedisAsyncCommands<String, String> async = commands.async();
        return async.scriptLoad(Scripts.COMMIT)
                .thenCombine(async.scriptLoad(Scripts.MAKE_INBOX), List::of)
                .thenCombine(async.scriptLoad(Scripts.DISCARD), Connections::more)
                .thenCombine(async.scriptLoad(Scripts.BEAT), Connections::more)
                .thenCombine(async.scriptLoad(Scripts.HEAR), Connections::more)
                .thenCombine(async.publish(keys.channel(RIGHTS), ""), (shas, heard) -> shas)
                .thenCombine(channels.async().subscribe(keys.channel(RIGHTS)), (shas, subscribed) -> shas)
                .thenCombine(inspect(async), (shas, problem) -> {
                    if (!problem.isEmpty()) {
                        throw EngineException.refused(problem);
                    }
                    use(
                            mine,
                            new Open(
                                    commands,
                                    reading,
                                    channels,
                                    new Shas(shas.get(0), shas.get(1), shas.get(2), shas.get(3), shas.get(4)),
                                    new AtomicBoolean()));
                    return null;
                });
    }

    private static List<String> more(List<String> some, String one) {
        List<String> all = new ArrayList<>(some);
        all.add(one);
        return all;
    }

    /** What speaks against this engine, or nothing. */
    private CompletionStage<String> inspect(RedisAsyncCommands<String, String> async) {
        return async.info().handle((info, failure) -> {
            if (failure != null) {
                return ""; // not everybody may ask
            }
            if (info.contains("cluster_enabled:1")) {
                return "it is a Redis Cluster, which is not supported: name a single Redis or Valkey";
            }
            for (String line : info.split("\r?\n", -1)) {
                if (line.startsWith("maxmemory_policy:") && !line.endsWith(":noeviction")) {
                    listener.warned("its maxmemory-policy is " + line.substring(line.indexOf(':') + 1)
                            + ": it may throw away what is in use; set noeviction");
                }
            }
            return "";
        });
    }

    private void use(int mine, Open made) {
        synchronized (this) {
            if (mine != attempts.get()) {
                throw EngineException.lost(NO_CONNECTION); // given up meanwhile
            }
            open = made;
        }
        made.channels.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String text) {
                String name = keys.nameOf(channel);
                if (!name.equals(RIGHTS)) {
                    listener.heard(name, text);
                }
            }
        });
        RedisConnectionStateListener end = new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                lost(made, "the connection was closed");
            }
        };
        made.commands.addListener(end);
        made.reading.addListener(end);
        made.channels.addListener(end);
        if (!made.commands.isOpen() || !made.reading.isOpen() || !made.channels.isOpen()) {
            lost(made, "the connection was closed");
        }
    }

    private void lost(Open which, String reason) {
        if (which.over.compareAndSet(false, true)) {
            synchronized (this) {
                if (which.equals(open)) {
                    open = null;
                }
            }
            which.close();
            listener.lost(reason);
        }
    }

    /** Gives up what is there, and what is being made. */
    void disconnect() {
        Open now;
        synchronized (this) {
            attempts.incrementAndGet();
            now = open;
            open = null;
        }
        if (now != null) {
            now.close();
        }
    }

    /** The same for good; completes when all is gone. */
    CompletionStage<Void> close() {
        disconnect();
        return client.shutdownAsync(0, 1, TimeUnit.SECONDS)
                .<Void>handle((done, failure) -> null)
                .thenRun(() -> client.getResources().shutdown());
    }

    // --- what is asked ---

    /** The answer to {@code question}, or why there is none: nobody is connected, the engine refuses, or what it said is lost. */
    <T> CompletionStage<T> ask(Function<Open, CompletionStage<T>> question) {
        Open now = open;
        return now == null
                ? CompletableFuture.failedFuture(EngineException.lost(NO_CONNECTION))
                : answered(now, question.apply(now));
    }

    /** An engine that is not what it was when it was connected to, and forgot the scripts or became a replica, is connected to again. */
    private <T> CompletionStage<T> answered(Open asked, CompletionStage<T> answer) {
        CompletableFuture<T> done = new CompletableFuture<>();
        answer.whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(value);
                return;
            }
            EngineException cause = Failures.of(failure);
            done.completeExceptionally(cause);
            if (cause.isLost()) {
                lost(asked, String.valueOf(cause.getMessage()));
            }
        });
        return done;
    }
}
