package xyz.dropsilk.server.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.channel.EventLoopGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.cluster.Engine;
import xyz.dropsilk.server.cluster.EngineException;
import xyz.dropsilk.server.config.RedisUrl;

/**
 * The engine in Redis (6.2 or later) or Valkey: three connections, one for commands, one that waits for the inbox, one for channels. If one of them
 * is lost, all are given up. Called on its owner's thread; answers on event loops.
 */
public final class RedisEngine implements Engine {
    private static final String NO_CONNECTION = "no connection";

    /** A channel that shows whether channels may be used: a right that is missing is told when connecting. */
    private static final String RIGHTS = "rights";

    private final RedisClient client;
    private final RedisURI uri;
    private final Keys keys;
    private final Listener listener;
    private volatile @Nullable Connections connections;

    /** Which attempt at a connection is the newest: what becomes of an older one is closed. */
    private final AtomicInteger attempts = new AtomicInteger();

    /** The names of scripts, by which the engine knows them; the same on every engine. */
    private record Shas(String commit, String makeInbox, String discard, String beat, String hear) {}

    private record Connections(
            StatefulRedisConnection<String, String> commands,
            StatefulRedisConnection<String, String> reading,
            StatefulRedisPubSubConnection<String, String> channels,
            Shas scripts,
            AtomicBoolean over) {
        void close() {
            over.set(true);
            List.of(commands, reading, channels).forEach(StatefulConnection::closeAsync);
        }
    }

    /** The engine at {@code url} for the instance {@code id}, its keys and channels all called {@code prefix} and more; not connected yet. */
    public RedisEngine(RedisUrl url, String prefix, String id, EventLoopGroup loops, Listener listener) {
        this.uri = Lettuce.uri(url, id);
        this.client = Lettuce.client(loops);
        this.keys = new Keys(prefix, id);
        this.listener = listener;
    }

    // --- connections ---

    @Override
    public CompletionStage<Void> connect() {
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
                .thenCombine(async.scriptLoad(Scripts.DISCARD), RedisEngine::more)
                .thenCombine(async.scriptLoad(Scripts.BEAT), RedisEngine::more)
                .thenCombine(async.scriptLoad(Scripts.HEAR), RedisEngine::more)
                .thenCombine(async.publish(keys.channel(RIGHTS), ""), (shas, heard) -> shas)
                .thenCombine(channels.async().subscribe(keys.channel(RIGHTS)), (shas, subscribed) -> shas)
                .thenCombine(inspect(async), (shas, problem) -> {
                    if (!problem.isEmpty()) {
                        throw EngineException.refused(problem);
                    }
                    use(
                            mine,
                            new Connections(
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

    private void use(int mine, Connections made) {
        synchronized (this) {
            if (mine != attempts.get()) {
                throw EngineException.lost(NO_CONNECTION); // given up meanwhile
            }
            connections = made;
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

    private void lost(Connections which, String reason) {
        if (which.over.compareAndSet(false, true)) {
            synchronized (this) {
                if (which.equals(connections)) {
                    connections = null;
                }
            }
            which.close();
            listener.lost(reason);
        }
    }

    @Override
    public void disconnect() {
        Connections now;
        synchronized (this) {
            attempts.incrementAndGet();
            now = connections;
            connections = null;
        }
        if (now != null) {
            now.close();
        }
    }

    @Override
    public CompletionStage<Void> close() {
        disconnect();
        return client.shutdownAsync(0, 1, TimeUnit.SECONDS)
                .<Void>handle((done, failure) -> null)
                .thenRun(() -> client.getResources().shutdown());
    }

    // --- commands ---

    @Override
    public CompletionStage<Answer> commit(Commit commit) {
        Change change = commit.change();
        List<String> names = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        if (change != null) {
            names.add(keys.record(change.code()));
        }
        arguments.addAll(change == null ? List.of("", "", "", "0", "0", "0") : arguments(change));
        arguments.add(String.valueOf(commit.mostUnread()));
        List<String> clocks = change == null ? List.of() : change.clocks();
        arguments.add(String.valueOf(clocks.size()));
        for (String clock : clocks) {
            arguments.add(clock);
            arguments.add(change != null && change.heard().contains(clock) ? "1" : "0");
        }
        for (Append append : commit.appends()) {
            names.add(keys.inbox(append.to()));
            names.add(keys.meter(append.to()));
            arguments.add(append.entry());
            arguments.add(append.payload());
            arguments.add(append.required() ? "1" : "0");
        }
        return script(Shas::commit, names, arguments).thenApply(RedisEngine::answer);
    }

    private static List<String> arguments(Change change) {
        return List.of(
                change.expected(),
                change.version(),
                change.value(),
                String.valueOf(change.timeToLive().length().toMillis()),
                change.timeToLive().renewed() ? "1" : "0",
                String.valueOf(change.remembered().toMillis()));
    }

    private static Answer answer(List<Object> reply) {
        return new Answer(
                Status.valueOf((String) reply.get(0)),
                new Kept((String) reply.get(1), (String) reply.get(2), Map.of()),
                ((Long) reply.get(3)).intValue());
    }

    @Override
    public CompletionStage<Kept> read(String code) {
        return hear(List.of(new Hearing(code, List.of(), "", Duration.ZERO))).thenApply(kept -> kept.get(0));
    }

    @Override
    public CompletionStage<List<Kept>> hear(List<Hearing> hearings) {
        List<String> names = new ArrayList<>(hearings.size());
        List<String> arguments = new ArrayList<>(4 * hearings.size());
        for (Hearing hearing : hearings) {
            names.add(keys.record(hearing.code()));
            arguments.add(String.valueOf(hearing.timeToLive().toMillis()));
            arguments.add(hearing.known());
            arguments.add(String.valueOf(hearing.clocks().size()));
            arguments.addAll(hearing.clocks());
        }
        return script(Shas::hear, names, arguments)
                .thenApply(reply -> reply.stream().map(RedisEngine::kept).toList());
    }

    private static Kept kept(Object reply) {
        List<?> answer = (List<?>) reply;
        List<?> clocks = (List<?>) answer.get(2);
        Map<String, Duration> ages = new HashMap<>();
        for (int i = 0; i + 1 < clocks.size(); i += 2) {
            ages.put((String) clocks.get(i), Duration.ofMillis(number((String) clocks.get(i + 1))));
        }
        return new Kept((String) answer.get(0), (String) answer.get(1), ages);
    }

    @Override
    public CompletionStage<Boolean> makeInbox(Duration timeToLive) {
        return ask((commands, scripts) -> commands.<Long>evalsha(
                        scripts.makeInbox,
                        ScriptOutputType.INTEGER,
                        new String[] {keys.inbox, keys.meter},
                        String.valueOf(timeToLive.toMillis())))
                .thenApply(made -> made == 1);
    }

    @Override
    public CompletionStage<List<Delivered>> receive(String after, int most, Duration patience) {
        Connections now = connections;
        if (now == null) {
            return CompletableFuture.failedFuture(EngineException.lost(NO_CONNECTION));
        }
        XReadArgs arguments = XReadArgs.Builder.count(most);
        if (!patience.isZero()) {
            arguments.block(patience);
        }
        return answered(
                now,
                entries(now, arguments, after)
                        .thenApply(messages ->
                                messages.stream().map(RedisEngine::delivered).toList()));
    }

    @SuppressWarnings("unchecked") // an array of one, for the variable arguments of the library
    private CompletionStage<List<StreamMessage<String, String>>> entries(
            Connections now, XReadArgs arguments, String after) {
        return now.reading.async().xread(arguments, XReadArgs.StreamOffset.from(keys.inbox, after));
    }

    private static Delivered delivered(StreamMessage<String, String> message) {
        Map<String, String> body = message.getBody();
        return new Delivered(
                message.getId(),
                body.getOrDefault("e", "no entry"), // which its reader finds unreadable
                body.getOrDefault("p", ""),
                number(body.getOrDefault("n", "0")));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0; // not written by an instance
        }
    }

    @Override
    public CompletionStage<Void> discard(String through, long bytes) {
        return ask((commands, scripts) -> commands.<Long>evalsha(
                        scripts.discard,
                        ScriptOutputType.INTEGER,
                        new String[] {keys.inbox, keys.meter},
                        through,
                        String.valueOf(bytes)))
                .thenApply(done -> null);
    }

    @Override
    public CompletionStage<Beat> beat(String state, Duration timeToLive) {
        return script(
                        Shas::beat,
                        List.of(keys.instances, keys.inbox, keys.meter, keys.epoch),
                        List.of(
                                keys.self(),
                                state,
                                String.valueOf(timeToLive.toMillis()),
                                Long.toHexString(new SecureRandom().nextLong())))
                .thenApply(RedisEngine::heartbeat);
    }

    private static Beat heartbeat(List<Object> reply) {
        List<?> fields = (List<?>) reply.get(2);
        Map<String, String> instances = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            instances.put((String) fields.get(i), (String) fields.get(i + 1));
        }
        Duration age = Duration.ofMillis(number((String) reply.get(3)));
        return new Beat("1".equals(reply.get(0)), (String) reply.get(1), age, instances);
    }

    @Override
    public void renew(String code, Duration timeToLive) {
        ask((commands, scripts) -> commands.pexpire(keys.record(code), timeToLive.toMillis()));
    }

    @Override
    public void forget(String id) {
        ask((commands, scripts) -> commands.hdel(keys.instances, id));
    }

    @Override
    public CompletionStage<Void> removeInbox() {
        return ask((commands, scripts) -> commands.del(keys.inbox, keys.meter)).thenApply(done -> null);
    }

    private CompletionStage<List<Object>> script(
            Function<Shas, String> which, List<String> names, List<String> arguments) {
        return ask((commands, scripts) -> commands.evalsha(
                which.apply(scripts),
                ScriptOutputType.MULTI,
                names.toArray(new String[0]),
                arguments.toArray(new String[0])));
    }

    private <T> CompletionStage<T> ask(
            BiFunction<RedisAsyncCommands<String, String>, Shas, CompletionStage<T>> command) {
        Connections now = connections;
        return now == null
                ? CompletableFuture.failedFuture(EngineException.lost(NO_CONNECTION))
                : answered(now, command.apply(now.commands.async(), now.scripts));
    }

    /** An engine that is not what it was when it was connected to, and forgot the scripts or became a replica, is connected to again. */
    private <T> CompletionStage<T> answered(Connections asked, CompletionStage<T> answer) {
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

    // --- channels ---

    @Override
    public CompletionStage<Void> publish(String channel, String text) {
        return ask((commands, scripts) -> commands.publish(keys.channel(channel), text))
                .thenApply(heard -> null);
    }

    @Override
    public CompletionStage<Void> listen(String channel) {
        Connections now = connections;
        return now == null
                ? CompletableFuture.failedFuture(EngineException.lost(NO_CONNECTION))
                : answered(now, now.channels.async().subscribe(keys.channel(channel)));
    }

    @Override
    public void unlisten(String channel) {
        Connections now = connections;
        if (now != null) {
            now.channels.async().unsubscribe(keys.channel(channel));
        }
    }
}
