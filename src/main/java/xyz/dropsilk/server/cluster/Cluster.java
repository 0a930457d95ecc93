package xyz.dropsilk.server.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Backoff;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Gateway;
import xyz.dropsilk.server.limit.JoinLimit;

/**
 * This instance as one of several: connects to the engine, comes back after a loss in always the same steps, beats, and judges who is alive. All of it
 * happens on one thread; nothing waits.
 */
public final class Cluster implements Engine.Listener, Watch.Listener {
    static final Duration INBOX_LIVES = Duration.ofSeconds(60);

    /** By then a connection is of use, or another one is made. */
    private static final int CONNECTING_TICKS = 80;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final Random random;
    private final String self;
    private final ScheduledExecutorService owner;
    private final LongSupplier ticker;
    private final EventSink events;
    private final Engine engine;
    private final Tally tally = new Tally();
    private final Neighbours neighbours;
    private final Sending sending;
    private final Outgoing outgoing;
    private final Inbox inbox;
    private final Watch watch;
    private final Outage outage;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private @Nullable Gateway gateway;
    private Supplier<FlightRegistry.@Nullable Stats> figures = () -> null;
    private volatile boolean up;
    private volatile String state = "serving";

    /** Which connection, or attempt at one, is the newest: what an older one still answers is left alone. */
    private int connection;

    private final Duration roomLives;

    /** The connection that is of use; null while there is none. */
    private @Nullable Connected connected;

    /** The name of the memory that the engine had when it was last seen. */
    private String epoch = "";

    /** Whether the last connection ended while the engine was being rebuilt. */
    private boolean wasRebuilding;

    private long beats;
    private long tickedAt;
    private int ticksConnecting;
    private boolean warned;
    private boolean closed;

    /** Whether another connection will be made in a moment. */
    private boolean pausing;

    /**
     * An instance that is connected to nothing yet.
     *
     * @param engine makes the engine for an instance's id and a listener
     * @param roomLives how long a room lives of which nobody is heard
     * @param owner the one thread of all this; not shut down here
     * @param ticker counts nanoseconds
     */
    public Cluster(
            EngineMaker engine,
            Duration roomLives,
            ScheduledExecutorService owner,
            LongSupplier ticker,
            EventSink events) {
        this(engine, roomLives, owner, ticker, events, new SecureRandom());
    }

    /** The same whose id and pauses come from {@code random}. */
    Cluster(
            EngineMaker engine,
            Duration roomLives,
            ScheduledExecutorService owner,
            LongSupplier ticker,
            EventSink events,
            Random random) {
        this.roomLives = roomLives;
        this.random = random;
        this.self = randomId(random);
        this.owner = owner;
        this.ticker = ticker;
        this.tickedAt = ticker.getAsLong();
        this.events = events;
        this.engine = engine.make(self, this);
        this.outage = new Outage(events, ticker, tally);
        this.neighbours = new Neighbours(self, this.engine, owner, tally, this::heardOf);
        this.sending = new Sending(
                this.engine,
                owner,
                ticker,
                tally,
                new Commits(self, roomLives),
                () -> lose("the engine has forgotten this instance"));
        this.outgoing = new Outgoing(
                self, sending.queue(), new Hearings(this.engine, owner, sending), neighbours, tally, roomLives);
        this.inbox = new Inbox(this.engine, owner, tally, this::markCame, this::heardOf, this::notRead);
        this.watch = new Watch(self, this, tally);
    }

    /** Makes the engine. */
    @FunctionalInterface
    public interface EngineMaker {
        /** The engine for the instance {@code id}. */
        Engine make(String id, Engine.Listener listener);
    }

    private static String randomId(Random random) {
        byte[] bytes = new byte[Bus.HOME_LENGTH];
        random.nextBytes(bytes);
        StringBuilder id = new StringBuilder(Bus.HOME_LENGTH);
        for (byte b : bytes) {
            id.append(Character.forDigit(b & 31, 32));
        }
        return id.toString();
    }

    /** The way to other instances, for the registry. */
    public Bus bus() {
        return outgoing;
    }

    /** What others say goes to {@code registry} and {@code joins}. Called once, before {@link #start}. */
    public void join(FlightRegistry registry, JoinLimit joins) {
        Gateway door = registry.gateway();
        gateway = door;
        figures = registry::stats;
        sending.answerTo(door);
        inbox.tell(door);
        neighbours.tell(door, joins);
    }

    /** Connects, and stays connected, until {@link #stop}. */
    public void start() {
        owner.execute(this::connect);
        new Periodic("cluster", owner, events).every(Connected.TICK, this::tick);
    }

    /** Whether the others can be reached. Any thread. */
    public boolean isUp() {
        return up;
    }

    /** What can't be delivered to other instances, since the start. Any thread. */
    public long undelivered() {
        return tally.undelivered();
    }

    /** What was read that no instance has written, since the start. Any thread. */
    public long garbage() {
        return tally.garbageRead();
    }

    /** The instance drains: others need not know, operators may. Any thread. */
    public void draining() {
        state = "draining";
    }

    /** Tells the others that this instance is no more; completes when they can know. Any thread. */
    public CompletionStage<Void> stop() {
        state = "stopped";
        CompletableFuture<Void> told = new CompletableFuture<>();
        try {
            owner.execute(() -> {
                if (up) {
                    beat(isRebuilding()).whenComplete((beat, failure) -> told.complete(null));
                } else {
                    told.complete(null);
                }
            });
        } catch (RejectedExecutionException e) {
            told.complete(null);
        }
        return told;
    }

    /** Lets go of the engine, and answers when that is done. Any thread. */
    public CompletionStage<Void> close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            owner.execute(() -> {
                letGo();
                engine.close().whenComplete((closed, failure) -> done.complete(null));
            });
        } catch (RejectedExecutionException e) {
            done.complete(null); // its thread is gone, and with it all connections
        }
        return done;
    }

    private void letGo() {
        closed = true;
        connection++;
        end();
        Gateway door = gateway;
        if (door != null) {
            door.close();
        }
    }

    private Gateway gateway() {
        Gateway door = gateway;
        if (door == null) {
            throw new IllegalStateException("started before it was joined");
        }
        return door;
    }

    // --- coming and going ---

    private void connect() {
        if (closed) {
            return;
        }
        int mine = ++connection;
        pausing = false;
        ticksConnecting = 0;
        step(mine, engine::connect, connected -> {
            step(mine, () -> engine.makeInbox(INBOX_LIVES), made -> {
                if (made) {
                    inbox.startAnew();
                }
                inbox.start(() -> comeBack(mine));
            });
        });
    }

    /** Does {@code next} with what {@code question} gives; a failure makes for another connection. */
    private <T> void step(int mine, Supplier<CompletionStage<T>> question, java.util.function.Consumer<T> next) {
        question.get()
                .whenCompleteAsync(
                        (answer, failure) -> {
                            if (mine != connection) {
                                return;
                            }
                            if (failure != null) {
                                lose(Connected.reason(failure));
                            } else {
                                next.accept(answer);
                            }
                        },
                        owner);
    }

    /** All that this instance was told is read: now it looks at what it believes, and sends what waits. */
    private void comeBack(int mine) {
        if (mine == connection) {
            step(mine, () -> beat(wasRebuilding), this::comeBack);
        }
    }

    private void comeBack(Engine.Beat first) {
        if (!first.hasInbox()) {
            lose("the engine has forgotten this instance");
            return;
        }
        up = true;
        backoff.reset();
        outage.over();
        boolean wasLost = wasRebuilding || (!epoch.isEmpty() && !epoch.equals(first.epoch()));
        epoch = first.epoch();
        connected = new Connected(
                new Connected.Parts(
                        self,
                        engine,
                        owner,
                        ticker,
                        inbox,
                        sending,
                        outgoing,
                        neighbours,
                        watch,
                        gateway(),
                        roomLives,
                        this::beat,
                        this::lose),
                connection,
                first,
                wasLost);
    }

    /** There is no connection any more, or none that works, because of {@code reason}. */
    private void lose(String reason) {
        if (closed || pausing) {
            return; // one loss may be noticed in several ways
        }
        pausing = true;
        connection++;
        end();
        engine.disconnect();
        inbox.stop();
        sending.queue().close();
        neighbours.close();
        outage.began(reason);
        gateway().away();
        long pause = backoff.next().toMillis();
        owner.schedule(this::connect, pause / 2 + random.nextInt((int) pause / 2 + 1), TimeUnit.MILLISECONDS);
    }

    private void end() {
        up = false;
        if (connected != null) {
            wasRebuilding = connected.isRebuilding();
            connected.end();
            connected = null;
        }
    }

    @Override
    public void lost(String reason) {
        onOwner(() -> {
            if (up || !closed) {
                lose(reason);
            }
        });
    }

    @Override
    public void heard(String channel, String text) {
        onOwner(() -> {
            if (!channel.equals(Connected.channelOf(self))) {
                neighbours.heard(channel, text);
            } else if (connected != null) {
                connected.probeCame(text);
            }
        });
    }

    @Override
    public void warned(String what) {
        onOwner(() -> {
            if (!warned) {
                warned = true;
                events.publish(new SystemEvent.ConfigWarning("REDIS_URL: " + what));
            }
        });
    }

    private void notRead(Throwable failure) {
        if (failure instanceof EngineException) {
            lose(Connected.reason(failure));
        } else {
            events.publish(new SystemEvent.Fault("letter", failure));
        }
    }

    private void onOwner(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // the server stops
        }
    }

    // --- time ---

    private void tick() {
        if (closed) {
            return;
        }
        long now = ticker.getAsLong();
        boolean stoodStill = now - tickedAt > Watch.GAP_NANOS;
        tickedAt = now;
        gateway().hurry();
        tally.look(events, now);
        if (connected != null) {
            connected.tick(now, stoodStill);
        } else if (++ticksConnecting == CONNECTING_TICKS) {
            lose("the engine does not answer");
        }
    }

    // --- what it says of itself ---

    private CompletionStage<Engine.Beat> beat(boolean rebuilding) {
        beats++;
        return engine.beat(says(rebuilding), INBOX_LIVES);
    }

    private boolean isRebuilding() {
        return connected != null && connected.isRebuilding();
    }

    private String says(boolean rebuilding) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("v", LetterJson.VERSION)
                .put("n", beats)
                .put("state", state)
                .put("rebuilding", rebuilding);
        json.putArray("bus").add(LetterJson.VERSION);
        FlightRegistry.Stats now = figures.get();
        if (now != null) {
            json.put("connections", now.connections()).put("flights", now.flights());
        }
        return LetterJson.text(json);
    }

    @Override
    public void died(String home, boolean stopped) {
        gateway().died(home, stopped);
    }

    @Override
    public void lives(String home) {
        gateway().lives(home);
    }

    private void heardOf(String home) {
        watch.heardOf(home, ticker.getAsLong());
    }

    @Override
    public void isForgotten(String home) {
        engine.forget(home);
    }

    private void markCame(String id) {
        if (connected != null) {
            connected.markCame(id);
        }
    }
}
