package xyz.dropsilk.server.redis;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.netty.channel.EventLoopGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import xyz.dropsilk.server.cluster.Engine;
import xyz.dropsilk.server.config.RedisUrl;

/** The engine in Redis (6.2 or later) or Valkey. Called on its owner's thread; answers on event loops. */
public final class RedisEngine implements Engine {
    private final Keys keys;
    private final Connections connections;

    /** The engine at {@code url} for the instance {@code id}, its keys and channels all called {@code prefix} and more; not connected yet. */
    public RedisEngine(RedisUrl url, String prefix, String id, EventLoopGroup loops, Listener listener) {
        this.keys = new Keys(prefix, id);
        this.connections = new Connections(Lettuce.uri(url, id), loops, keys, listener);
    }

    @Override
    public CompletionStage<Void> connect() {
        return connections.connect();
    }

    @Override
    public void disconnect() {
        connections.disconnect();
    }

    @Override
    public CompletionStage<Void> close() {
        return connections.close();
    }

    // --- records and letters ---

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
        return script(Connections.Shas::commit, names, arguments).thenApply(RedisEngine::answer);
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
        return script(Connections.Shas::hear, names, arguments)
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
        return connections
                .ask(open -> open.commands()
                        .async()
                        .<Long>evalsha(
                                open.scripts().makeInbox(),
                                ScriptOutputType.INTEGER,
                                new String[] {keys.inbox, keys.meter},
                                String.valueOf(timeToLive.toMillis())))
                .thenApply(made -> made == 1);
    }

    @Override
    public CompletionStage<List<Delivered>> receive(String after, int most, Duration patience) {
        XReadArgs arguments = XReadArgs.Builder.count(most);
        if (!patience.isZero()) {
            arguments.block(patience);
        }
        return connections.ask(open -> entries(open, arguments, after)
                .thenApply(messages ->
                        messages.stream().map(RedisEngine::delivered).toList()));
    }

    @SuppressWarnings("unchecked") // an array of one, for the variable arguments of the library
    private CompletionStage<List<StreamMessage<String, String>>> entries(
            Connections.Open open, XReadArgs arguments, String after) {
        return open.reading().async().xread(arguments, XReadArgs.StreamOffset.from(keys.inbox, after));
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
        return connections
                .ask(open -> open.commands()
                        .async()
                        .<Long>evalsha(
                                open.scripts().discard(),
                                ScriptOutputType.INTEGER,
                                new String[] {keys.inbox, keys.meter},
                                through,
                                String.valueOf(bytes)))
                .thenApply(done -> null);
    }

    @Override
    public CompletionStage<Beat> beat(String state, Duration timeToLive) {
        return script(
                        Connections.Shas::beat,
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
        connections.ask(open -> open.commands().async().pexpire(keys.record(code), timeToLive.toMillis()));
    }

    @Override
    public void forget(String id) {
        connections.ask(open -> open.commands().async().hdel(keys.instances, id));
    }

    @Override
    public CompletionStage<Void> removeInbox() {
        return connections
                .ask(open -> open.commands().async().del(keys.inbox, keys.meter))
                .thenApply(done -> null);
    }

    private CompletionStage<List<Object>> script(
            Function<Connections.Shas, String> which, List<String> names, List<String> arguments) {
        return connections.ask(open -> open.commands()
                .async()
                .evalsha(
                        which.apply(open.scripts()),
                        ScriptOutputType.MULTI,
                        names.toArray(new String[0]),
                        arguments.toArray(new String[0])));
    }

    // --- channels ---

    @Override
    public CompletionStage<Void> publish(String channel, String text) {
        return connections
                .ask(open -> open.commands().async().publish(keys.channel(channel), text))
                .thenApply(heard -> null);
    }

    @Override
    public CompletionStage<Void> listen(String channel) {
        return connections.ask(open -> open.channels().async().subscribe(keys.channel(channel)));
    }

    @Override
    public void unlisten(String channel) {
        connections.ask(open -> open.channels().async().unsubscribe(keys.channel(channel)));
    }
}
