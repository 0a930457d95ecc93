package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Gateway;

/**
 * One connection to the engine while it is of use: beats and judges who is alive, probes whether what is sent arrives, and says again what others may
 * have missed. Made anew for each connection, so that nothing of an older one is left. Confined to the cluster's thread.
 */
final class Connected {
    /** Between two calls of {@link #tick}. */
    static final Duration TICK = Duration.ofMillis(100);

    /** Ticks between two beats. */
    private static final int BEAT_TICKS = 10;

    /** What is not answered after so many ticks never will be: the engine is frozen, or the connection half open. */
    private static final int STALLED_TICKS = 20;

    private static final int PROBE_TICKS = 50;

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

    private static final String PROBE = "probe-";

    private final Parts parts;
    private final int hearTicks;
    private final String epoch;

    /** What probes of this connection are called. */
    private final String probe;

    private int ticks;
    private int ticksSinceBeat;

    /** When the others were last asked whom they see: ticker nanoseconds. */
    private long metAt;

    private int ticksSinceMet;

    /** Ticks until all that anybody knows is in the engine again. */
    private int ticksRebuilding;

    private int ticksUnanswered;
    private @Nullable Long oldest;
    private boolean beatUnderWay;
    private boolean probeUnderWay;
    private boolean over;

    /**
     * What it works with.
     *
     * @param self this instance's id
     * @param owner the cluster's thread
     * @param ticker counts nanoseconds
     * @param beat sends a beat that says whether the engine is being rebuilt
     * @param lose is told why the connection is of no use any more
     */
    record Parts(
            String self,
            Engine engine,
            ScheduledExecutorService owner,
            LongSupplier ticker,
            Inbox inbox,
            Sending sending,
            Outgoing outgoing,
            Neighbours neighbours,
            Watch watch,
            Gateway gateway,
            Duration roomLives,
            Beats beat,
            Consumer<String> lose) {}

    /** Sends beats. */
    @FunctionalInterface
    interface Beats {
        /** One that says whether the engine is being rebuilt. */
        CompletionStage<Engine.Beat> send(boolean rebuilding);
    }

    /**
     * Connection {@code number}, whose first beat was {@code first}: all that this instance was told is read, and now it looks at what it believes, and
     * sends what waits.
     *
     * @param wasLost whether the engine has lost its memory since the connection before
     */
    Connected(Parts parts, int number, Engine.Beat first, boolean wasLost) {
        this.parts = parts;
        this.epoch = first.epoch();
        this.probe = PROBE + number;
        this.hearTicks = (int)
                Math.max(1, Math.min(HEAR_TICKS, parts.roomLives().dividedBy(4).dividedBy(TICK)));
        this.ticksRebuilding = ticksRebuilding(first, wasLost);
        parts.gateway().rebuilding(isRebuilding());
        parts.gateway().back();
        parts.sending().open();
        parts.neighbours().open();
        met();
        learn(first);
    }

    /** For a moment after the engine has lost its memory what is not in it may be known to somebody who has not put it back yet. */
    private static int ticksRebuilding(Engine.Beat first, boolean wasLost) {
        boolean othersSaySo = first.instances().values().stream().anyMatch(Connected::saysRebuilding);
        boolean isRecent = first.age().compareTo(REBUILDING) < 0;
        return isRecent && (wasLost || othersSaySo)
                ? (int) REBUILDING.minus(first.age()).dividedBy(TICK) + 1
                : 0;
    }

    private static boolean saysRebuilding(String state) {
        try {
            return LetterJson.json(state).path("rebuilding").asBoolean();
        } catch (IllegalArgumentException e) {
            return false; // not written by an instance
        }
    }

    /** Whether what is not in the engine may be known to somebody who has not put it back yet. */
    boolean isRebuilding() {
        return ticksRebuilding > 0;
    }

    /** The engine's memory, which has another name once it was lost. */
    String epoch() {
        return epoch;
    }

    /** The connection is of no use any more. */
    void end() {
        over = true;
    }

    /** Another {@link #TICK} has passed, by {@code now}; {@code stoodStill} if this process did for longer than others may take it for alive. */
    void tick(long now, boolean stoodStill) {
        ticks++;
        if (ticks == CAREFUL_TICKS) {
            parts.sending().trust();
        }
        if (stoodStill) {
            parts.neighbours().meet(); // this instance may have been thought dead, and be in no list
            met();
        }
        if (++ticksSinceMet == CONFIRMED_TICKS) {
            parts.gateway().forgetToldBefore(metAt);
        }
        if (ticksSinceMet % AGAIN_TICKS == 0) {
            parts.neighbours().sayAll();
            parts.gateway().forgetToldBefore(now - Neighbours.OLD_NANOS);
        }
        if (isStalled()) {
            parts.lose().accept("the engine does not answer");
            return;
        }
        if (++ticksSinceBeat >= BEAT_TICKS && !beatUnderWay) {
            beat();
        }
        if (ticks % PROBE_TICKS == 0) {
            probe();
        }
        if (ticks % hearTicks == 0) {
            parts.gateway().hearAttached();
        }
        if (ticksRebuilding > 0 && --ticksRebuilding == 0) {
            parts.gateway().rebuilding(false);
        }
        if (ticks % RENEW_TICKS == 0) {
            parts.gateway().checkAll();
        }
    }

    /** All others were asked whom they see, and told who is here. */
    private void met() {
        metAt = parts.ticker().getAsLong();
        ticksSinceMet = 0;
    }

    /** Counted in ticks, so that a pause of this process is not taken for one of the engine. */
    private boolean isStalled() {
        Long now = parts.sending().queue().oldest();
        boolean isSame = now != null && now.equals(oldest);
        oldest = now;
        ticksUnanswered = isSame || beatUnderWay ? ticksUnanswered + 1 : 0;
        return ticksUnanswered >= STALLED_TICKS;
    }

    // --- beats ---

    private void beat() {
        ticksSinceBeat = 0;
        beatUnderWay = true;
        parts.inbox().discard();
        parts.beat()
                .send(isRebuilding())
                .whenCompleteAsync(
                        (beat, failure) -> {
                            if (over) {
                                return;
                            }
                            if (failure != null) {
                                parts.lose().accept(reason(failure));
                            } else {
                                learn(beat);
                            }
                        },
                        parts.owner());
    }

    /** What a failed stage says of itself. */
    static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    private void learn(Engine.Beat beat) {
        beatUnderWay = false;
        if (!beat.hasInbox() || !epoch.equals(beat.epoch())) {
            parts.lose().accept("the engine has lost its memory");
            return;
        }
        parts.watch()
                .look(
                        beat.instances(),
                        parts.gateway().partners(),
                        parts.ticker().getAsLong());
    }

    // --- probes ---

    /** Looks whether what is sent arrives, by the inbox and by a channel: connections that look well and deliver nothing are the commonest fault. */
    private void probe() {
        if (probeUnderWay) {
            parts.lose().accept("what is sent does not arrive");
            return;
        }
        probeUnderWay = true;
        parts.gateway().checkThoseAlone();
        parts.engine()
                .listen(channelOf(parts.self()))
                .thenRunAsync(() -> parts.outgoing().mark(probe), parts.owner());
    }

    /** The channel on which the instance {@code self} hears its own probes. */
    static String channelOf(String self) {
        return PROBE + self;
    }

    /** The mark {@code id} came back through the inbox. */
    void markCame(String id) {
        if (id.equals(probe)) {
            parts.engine().publish(channelOf(parts.self()), id);
        }
    }

    /** The probe {@code id} came back by its channel. */
    void probeCame(String id) {
        if (id.equals(probe)) {
            probeUnderWay = false;
        }
    }
}
