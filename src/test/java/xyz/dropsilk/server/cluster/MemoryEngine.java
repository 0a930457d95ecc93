package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.ManualExecutor;

/** One instance's way to a {@link MemoryHub}: takes its time, and can be cut, with what is under way done or not. For one thread. */
final class MemoryEngine implements Engine {
    private final MemoryHub hub;
    private final ManualExecutor time;
    private final String id;
    private final Listener listener;

    /** What is asked and not answered yet, oldest first. */
    private final Deque<Call<?>> underWay = new ArrayDeque<>();

    private final Set<String> channels = new HashSet<>();
    private boolean connected;
    private boolean cut;

    /** As an engine's client has them: commands, and channels with all that is heard on them. Each is in order, and none waits for the other. */
    private final Wire commands;

    private final Wire channelled;
    private @Nullable Waiting waiting;

    /** A connection: what is sent arrives in order, and so does what comes back. */
    private final class Wire {
        private long lastThere = time.nanos();
        private long lastBack = time.nanos();

        void there(Runnable arriving) {
            lastThere = later(lastThere);
            time.schedule(arriving, lastThere - time.nanos(), TimeUnit.NANOSECONDS);
        }

        void back(Runnable arriving) {
            lastBack = later(lastBack);
            time.schedule(arriving, lastBack - time.nanos(), TimeUnit.NANOSECONDS);
        }

        private long later(long last) {
            long next = time.nanos() + hub.delay();
            return next - last > 0 ? next : last;
        }
    }

    /** A question on its way: it reaches the hub, and later its answer comes back. */
    private final class Call<T> {
        final Wire wire;
        final Supplier<T> work;
        final CompletableFuture<T> answer = new CompletableFuture<>();
        boolean done;

        Call(Wire wire, Supplier<T> work) {
            this.wire = wire;
            this.work = work;
        }

        /** At the hub. */
        void arrive() {
            if (!underWay.contains(this) || done) {
                return;
            }
            if (hub.isFrozen()) {
                hub.whenThawed(this::arrive);
                return;
            }
            done = true;
            T result;
            try {
                result = work.get();
            } catch (EngineException refused) {
                answerLater(() -> answer.completeExceptionally(refused));
                return;
            }
            answerLater(() -> answer.complete(result));
        }

        private void answerLater(Runnable answering) {
            wire.back(() -> {
                if (underWay.remove(this)) {
                    answering.run();
                }
            });
        }
    }

    /** Who waits for entries. */
    private static final class Waiting {
        final String after;
        final int most;
        final CompletableFuture<List<Delivered>> answer = new CompletableFuture<>();

        Waiting(String after, int most) {
            this.after = after;
            this.most = most;
        }
    }

    MemoryEngine(MemoryHub hub, String id, Listener listener) {
        this.hub = hub;
        this.time = hub.time();
        this.id = id;
        this.listener = listener;
        this.commands = new Wire();
        this.channelled = new Wire();
        hub.add(this);
    }

    // --- faults ---

    /** Breaks the connection, and lets none be made until {@link #mend}; what was under way is done up to a place chosen by chance. */
    void cut() {
        cut = true;
        drop("cut");
    }

    void mend() {
        cut = false;
    }

    void drop(String reason) {
        drop(reason, hub.chance(underWay.size() + 1));
    }

    /** Breaks the connection once all that is under way is done, so that no answer arrives. */
    void loseAnswers() {
        drop("broken", underWay.size());
    }

    private void drop(String reason, int most) {
        if (!connected) {
            return;
        }
        connected = false;
        channels.clear();
        int done = most;
        List<Call<?>> all = new ArrayList<>(underWay);
        for (Call<?> call : all) {
            if (done-- > 0 && !hub.isAway() && !hub.isFrozen()) {
                call.arrive();
            }
        }
        underWay.clear();
        Waiting reader = waiting;
        waiting = null;
        time.execute(() -> {
            all.forEach(call -> call.answer.completeExceptionally(EngineException.lost(reason)));
            if (reader != null) {
                reader.answer.completeExceptionally(EngineException.lost(reason));
            }
            listener.lost(reason);
        });
    }

    // --- the engine ---

    @Override
    public CompletionStage<Void> connect() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        time.schedule(
                () -> {
                    if (cut || hub.isAway() || hub.isFrozen()) {
                        done.completeExceptionally(EngineException.lost("away"));
                    } else {
                        connected = true;
                        done.complete(null);
                    }
                },
                hub.delay(),
                TimeUnit.NANOSECONDS);
        return done;
    }

    @Override
    public void disconnect() {
        if (connected) {
            connected = false;
            channels.clear();
            List<Call<?>> all = new ArrayList<>(underWay);
            underWay.clear();
            Waiting reader = waiting;
            waiting = null;
            time.execute(() -> {
                all.forEach(call -> call.answer.completeExceptionally(EngineException.lost("disconnected")));
                if (reader != null) {
                    reader.answer.completeExceptionally(EngineException.lost("disconnected"));
                }
            });
        }
    }

    @Override
    public CompletionStage<Void> close() {
        disconnect();
        hub.remove(this);
        return CompletableFuture.completedFuture(null);
    }

    private <T> CompletionStage<T> ask(Supplier<T> work) {
        return ask(commands, work);
    }

    private <T> CompletionStage<T> ask(Wire wire, Supplier<T> work) {
        if (!connected) {
            return CompletableFuture.failedFuture(EngineException.lost("no connection"));
        }
        Call<T> call = new Call<>(wire, work);
        underWay.add(call);
        wire.there(call::arrive);
        return call.answer;
    }

    @Override
    public CompletionStage<Answer> commit(Commit commit) {
        return ask(() -> hub.commit(commit));
    }

    @Override
    public CompletionStage<Kept> read(String code) {
        return ask(() -> hub.read(code));
    }

    @Override
    public CompletionStage<List<Kept>> hear(List<Hearing> hearings) {
        return ask(() -> hub.hear(hearings));
    }

    @Override
    public CompletionStage<Boolean> makeInbox(Duration timeToLive) {
        return ask(() -> hub.makeInbox(id, timeToLive));
    }

    @Override
    public CompletionStage<List<Delivered>> receive(String after, int most, Duration patience) {
        if (!connected) {
            return CompletableFuture.failedFuture(EngineException.lost("no connection"));
        }
        Waiting reader = new Waiting(after, most);
        waiting = reader;
        time.schedule(() -> look(reader, /* last= */ patience.isZero()), hub.delay(), TimeUnit.NANOSECONDS);
        if (!patience.isZero()) {
            time.schedule(() -> look(reader, /* last= */ true), patience.toNanos(), TimeUnit.NANOSECONDS);
        }
        return reader.answer;
    }

    private void look(Waiting reader, boolean last) {
        if (waiting != reader) {
            return;
        }
        if (hub.isFrozen()) {
            hub.whenThawed(() -> look(reader, last));
            return;
        }
        List<Delivered> entries = hub.entries(id, reader.after, reader.most);
        if (last || !entries.isEmpty()) {
            waiting = null;
            time.schedule(() -> reader.answer.complete(entries), hub.delay(), TimeUnit.NANOSECONDS);
        }
    }

    /** Something was appended to the inbox of {@code whose}. */
    void appended(String whose) {
        Waiting reader = waiting;
        if (whose.equals(id) && reader != null) {
            time.execute(() -> look(reader, /* last= */ false));
        }
    }

    @Override
    public CompletionStage<Void> discard(String through, long bytes) {
        return ask(() -> {
            hub.discard(id, through, bytes);
            return null;
        });
    }

    @Override
    public CompletionStage<Beat> beat(String state, Duration timeToLive) {
        return ask(() -> hub.beat(id, state, timeToLive));
    }

    @Override
    public void forget(String whom) {
        ask(() -> {
            hub.forget(whom);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> removeInbox() {
        return ask(() -> {
            hub.removeInbox(id);
            return null;
        });
    }

    @Override
    public void renew(String code, Duration timeToLive) {
        ask(() -> {
            hub.renew(code, timeToLive);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> publish(String channel, String text) {
        return ask(() -> {
            hub.publish(channel, text);
            return null;
        });
    }

    void heard(String channel, String text) {
        if (channels.contains(channel)) {
            channelled.back(() -> {
                if (connected) {
                    listener.heard(channel, text);
                }
            });
        }
    }

    @Override
    public CompletionStage<Void> listen(String channel) {
        return ask(channelled, () -> {
            channels.add(channel);
            return null;
        });
    }

    @Override
    public void unlisten(String channel) {
        ask(channelled, () -> channels.remove(channel));
    }
}
