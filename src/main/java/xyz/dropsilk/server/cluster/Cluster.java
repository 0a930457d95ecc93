package xyz.dropsilk.server.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    private static final Duration TICK = Duration.ofMillis(100);

    /** Ticks between two beats. */
    private static final int BEAT_TICKS = 10;

    /** What is not answered after so many ticks never will be: the engine is frozen, or the connection half open. */
    private static final int STALLED_TICKS = 20;

    private static final int PROBE_TICKS = 50;

    /** By then a connection is of use, or another one is made. */
    private static final int CONNECTING_TICKS = 80;

    /** As long as other instances may take to make their inboxes again. */
    private static final int CAREFUL_TICKS = 50;

    /** 20 minutes: a record that is not looked at lives for an hour. */
    private static final int RENEW_TICKS = 12_000;

    /** Ten seconds: so often it is said who has a socket in a room, which lives by that. */
    private static final int HEAR_TICKS = 100;

    /** So long after the engine lost its memory what is not in it yet may be put back. */
    private static final Duration REBUILDING = Duration.ofSeconds(5);

    /** By then whoever was asked whom it sees has said so. */
    private static final int CONFIRMED_TICKS = 20;

    /** Ten seconds: so often everybody says again whom it sees. */
    private static final int AGAIN_TICKS = 100;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final String PROBE = "probe-";

    private final Random random;
    private final String self;
    private final ScheduledExecutorService owner;
    private final LongSupplier ticker;
    private final EventSink events;
    private final Engine engine;
    private final Tally tally = new Tally();
    private final Neighbours neighbours;
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

    private final int hearTicks;
    private String epoch = "";

    /** Ticks until all that anybody knows is in the engine again. */
    private int ticksRebuilding;

    private long beats;
    private int ticksSinceBeat;
    private int ticksUp;

    /** When the others were last asked whom they see: ticker nanoseconds. */
    private long metAt;

    private int ticksSinceMet;
    private long tickedAt;
    private int ticksConnecting;
    private int ticksUnanswered;
    private @Nullable Long oldest;
    private boolean beatUnderWay;
    private boolean probeUnderWay;
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
        this.hearTicks =
                (int) Math.max(1, Math.min(HEAR_TICKS, roomLives.dividedBy(4).dividedBy(TICK)));
        this.random = random;
        this.self = randomId(random);
        this.owner = owner;
        this.ticker = ticker;
        this.tickedAt = ticker.getAsLong();
        this.events = events;
        this.engine = engine.make(self, this);
        this.outage = new Outage(events, ticker, tally);
        this.neighbours = new Neighbours(self, this.engine, owner, tally, this::heardOf);
        this.outgoing = new Outgoing(
                self,
                this.engine,
                owner,
                ticker,
                tally,
                neighbours,
                roomLives,
                () -> lose("the engine has forgotten this instance"));
        this.inbox = new Inbox(this.engine, owner, tally, this::probed, this::heardOf, this::notRead);
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
        outgoing.answerTo(door);
        inbox.tell(door);
        neighbours.tell(door, joins);
    }

    /** Connects, and stays connected, until {@link #stop}. */
    public void start() {
        owner.execute(this::connect);
        new Periodic("cluster", owner, events).every(TICK, this::tick);
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
                    engine.beat(says(), INBOX_LIVES).whenComplete((beat, failure) -> told.complete(null));
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
        up = false;
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
                                lose(reason(failure));
                            } else {
                                next.accept(answer);
                            }
                        },
                        owner);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    /** All that this instance was told is read: now it looks at what it believes, and sends what waits. */
    private void comeBack(int mine) {
        if (mine == connection) {
            beats++;
            step(mine, () -> engine.beat(says(), INBOX_LIVES), this::comeBack);
        }
    }

    private void comeBack(Engine.Beat first) {
        if (!first.hasInbox()) {
            lose("the engine has forgotten this instance");
            return;
        }
        up = true;
        ticksUp = 0;
        ticksUnanswered = 0;
        beatUnderWay = false;
        probeUnderWay = false;
        ticksSinceBeat = 0;
        backoff.reset();
        outage.over();
        rebuildAfter(first);
        epoch = first.epoch();
        gateway().back();
        outgoing.open();
        neighbours.open();
        met();
        learn(first);
    }

    /** All others were asked whom they see, and told who is here. */
    private void met() {
        metAt = ticker.getAsLong();
        ticksSinceMet = 0;
    }

    /** For a moment after the engine has lost its memory what is not in it may be known to somebody who has not put it back yet. */
    private void rebuildAfter(Engine.Beat first) {
        boolean isLost = !epoch.isEmpty() && !epoch.equals(first.epoch());
        boolean othersSaySo = first.instances().values().stream().anyMatch(Cluster::isRebuilding);
        boolean isRecent = first.age().compareTo(REBUILDING) < 0;
        ticksRebuilding = isRecent && (isLost || othersSaySo)
                ? (int) REBUILDING.minus(first.age()).dividedBy(TICK) + 1
                : 0;
        gateway().rebuilding(ticksRebuilding > 0);
    }

    private static boolean isRebuilding(String state) {
        try {
            return LetterJson.json(state).path("rebuilding").asBoolean();
        } catch (IllegalArgumentException e) {
            return false; // not written by an instance
        }
    }

    /** There is no connection any more, or none that works, because of {@code reason}. */
    private void lose(String reason) {
        if (closed || pausing) {
            return; // one loss may be noticed in several ways
        }
        pausing = true;
        connection++;
        up = false;
        engine.disconnect();
        inbox.stop();
        outgoing.queue().close();
        neighbours.close();
        outage.began(reason);
        gateway().away();
        long pause = backoff.next().toMillis();
        owner.schedule(this::connect, pause / 2 + random.nextInt((int) pause / 2 + 1), TimeUnit.MILLISECONDS);
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
            if (channel.equals(PROBE + self)) {
                channelProbed(text);
            } else {
                neighbours.heard(channel, text);
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
            lose(reason(failure));
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
        if (!up) {
            if (++ticksConnecting == CONNECTING_TICKS) {
                lose("the engine does not answer");
            }
            return;
        }
        ticksUp++;
        if (ticksUp == CAREFUL_TICKS) {
            outgoing.trust();
        }
        if (stoodStill) {
            neighbours.meet(); // this instance may have been thought dead, and be in no list
            met();
        }
        if (++ticksSinceMet == CONFIRMED_TICKS) {
            gateway().forgetToldBefore(metAt);
        }
        if (ticksSinceMet % AGAIN_TICKS == 0) {
            neighbours.sayAll();
            gateway().forgetToldBefore(now - Neighbours.OLD_NANOS);
        }
        if (isStalled()) {
            lose("the engine does not answer");
            return;
        }
        if (++ticksSinceBeat >= BEAT_TICKS && !beatUnderWay) {
            beat();
        }
        if (ticksUp % PROBE_TICKS == 0) {
            probe();
        }
        if (ticksUp % hearTicks == 0) {
            gateway().hearAttached();
        }
        if (ticksRebuilding > 0 && --ticksRebuilding == 0) {
            gateway().rebuilding(false);
        }
        if (ticksUp % RENEW_TICKS == 0) {
            gateway().checkAll();
        }
    }

    /** Counted in ticks, so that a pause of this process is not taken for one of the engine. */
    private boolean isStalled() {
        Long now = outgoing.queue().oldest();
        boolean isSame = now != null && now.equals(oldest);
        oldest = now;
        ticksUnanswered = isSame || beatUnderWay ? ticksUnanswered + 1 : 0;
        return ticksUnanswered >= STALLED_TICKS;
    }

    private void beat() {
        ticksSinceBeat = 0;
        beatUnderWay = true;
        beats++;
        inbox.discard();
        step(connection, () -> engine.beat(says(), INBOX_LIVES), this::learn);
    }

    private String says() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("v", LetterJson.VERSION)
                .put("n", beats)
                .put("state", state)
                .put("rebuilding", ticksRebuilding > 0);
        json.putArray("bus").add(LetterJson.VERSION);
        FlightRegistry.Stats now = figures.get();
        if (now != null) {
            json.put("connections", now.connections()).put("flights", now.flights());
        }
        return LetterJson.text(json);
    }

    private void learn(Engine.Beat beat) {
        beatUnderWay = false;
        if (!beat.hasInbox() || !epoch.equals(beat.epoch())) {
            lose("the engine has lost its memory");
            return;
        }
        watch.look(beat.instances(), gateway().partners(), ticker.getAsLong());
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

    /** Looks whether what is sent arrives, by the inbox and by a channel: connections that look well and deliver nothing are the commonest fault. */
    private void probe() {
        if (probeUnderWay) {
            lose("what is sent does not arrive");
            return;
        }
        probeUnderWay = true;
        gateway().checkThoseAlone();
        int mine = connection;
        engine.listen(PROBE + self).thenRunAsync(() -> outgoing.mark(PROBE + mine), owner);
    }

    private void probed(String id) {
        if (id.equals(PROBE + connection)) {
            engine.publish(PROBE + self, id);
        }
    }

    private void channelProbed(String id) {
        if (id.equals(PROBE + connection)) {
            probeUnderWay = false;
        }
    }
}
