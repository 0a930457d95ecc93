package xyz.dropsilk.server.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.EventSink;

/**
 * How many wrong flight codes a network, and a connection, may name: over the allowance nothing is tried any more, right codes neither, until
 * the whole allowance has grown back. Safe on any thread.
 *
 * <p>A state is the moment at which the allowance is whole again, with {@link #LOCKED} in its lowest bit from when it ran out.
 */
public final class JoinLimit {
    private static final long LOCKED = 1;
    private static final double MINUTE_SECONDS = 60;

    /** A connection's share of its network's allowance. */
    private static final int CONNECTION_SHARE = 3;

    /** So many times a network's allowance of wrong codes a minute, from all networks together, is an attack. */
    private static final int ALARM_NETWORKS = 10;

    private final boolean unlimited;
    private final Rate perNetwork;
    private final Rate perConnection;
    private final Rate perServer;
    private final LongSupplier ticker;
    private final EventSink events;
    private final NetworkCells networks;

    /** Other instances, which count what is named here. */
    private volatile Consumer<NetworkKey> elsewhere = network -> {};

    private long serverFullAt;
    private boolean alarmed;
    private long wrongCodes;

    /** {@code perMinute} wrong codes a network, {@link Unlimited} for no limit; {@code ticker} counts nanoseconds; {@code events} hears the alarm. */
    public JoinLimit(int perMinute, LongSupplier ticker, EventSink events) {
        this.unlimited = Unlimited.is(perMinute);
        int allowance = perMinute;
        int share = Math.max(1, allowance / CONNECTION_SHARE);
        this.perNetwork = Rate.of(allowance, MINUTE_SECONDS, allowance);
        this.perConnection = Rate.of(share, MINUTE_SECONDS, share);
        this.perServer =
                Rate.of(allowance * (double) ALARM_NETWORKS, MINUTE_SECONDS, allowance * (double) ALARM_NETWORKS);
        this.ticker = ticker;
        this.events = events;
        long now = ticker.getAsLong() & ~LOCKED;
        this.networks = new NetworkCells(now);
        this.serverFullAt = now;
    }

    /** The tries of one connection. */
    public Tries tries(NetworkKey network) {
        return new Tries(network, ticker.getAsLong() & ~LOCKED);
    }

    /** The tries of whoever asks over HTTP, for which its network's allowance counts alone. Safe on any thread. */
    public CodeTries triesOf(NetworkKey network) {
        return new CodeTries() {
            @Override
            public boolean mayTry() {
                return unlimited || networkMayTry(network, ticker.getAsLong());
            }

            @Override
            public void failed() {
                if (!unlimited) {
                    networkFailed(network, ticker.getAsLong());
                }
            }
        };
    }

    private boolean networkMayTry(NetworkKey network, long now) {
        for (int row = 0; row < NetworkCells.ROWS; row++) {
            if (!isLocked(networks.get(network, row), now)) {
                return true;
            }
        }
        return false;
    }

    private void networkFailed(NetworkKey network, long now) {
        networks.update(network, cell -> afterFailure(perNetwork, cell, now));
        elsewhere.accept(network);
        countForAll(now);
    }

    /** A wrong code was named from {@code network} on another instance. */
    public void failedElsewhere(NetworkKey network) {
        if (!unlimited) {
            long now = ticker.getAsLong();
            networks.update(network, cell -> afterFailure(perNetwork, cell, now));
        }
    }

    /** From now on {@code listener} hears of each wrong code that is named here, so that other instances count it too. Called before any is. */
    public void tell(Consumer<NetworkKey> listener) {
        elsewhere = listener;
    }

    /** The wrong codes of one connection. */
    public final class Tries implements CodeTries {
        private final NetworkKey network;

        @GuardedBy("this")
        private long state;

        private Tries(NetworkKey network, long state) {
            this.network = network;
            this.state = state;
        }

        @Override
        public boolean mayTry() {
            if (unlimited) {
                return true;
            }
            long now = ticker.getAsLong();
            return !isLockedItself(now) && networkMayTry(network, now);
        }

        @Override
        public void failed() {
            if (unlimited) {
                return;
            }
            long now = ticker.getAsLong();
            synchronized (this) {
                state = afterFailure(perConnection, state, now);
            }
            networkFailed(network, now);
        }

        private synchronized boolean isLockedItself(long now) {
            return isLocked(state, now);
        }
    }

    private static boolean isLocked(long state, long now) {
        return (state & LOCKED) != 0 && state - now > 0;
    }

    private static long afterFailure(Rate rate, long state, long now) {
        if (isLocked(state, now)) {
            return state;
        }
        long fullAt = rate.take(state, now) & ~LOCKED;
        return rate.nanosUntilPermit(fullAt, now) > 0 ? fullAt | LOCKED : fullAt;
    }

    /** Many networks that each stay below their allowance may still be one attacker: operators hear of it, once until it has calmed down. */
    private void countForAll(long now) {
        long count;
        synchronized (this) {
            wrongCodes++;
            boolean spent = perServer.nanosUntilPermit(serverFullAt, now) > 0;
            if (!spent) {
                serverFullAt = perServer.take(serverFullAt, now);
                alarmed &= serverFullAt - now > perServer.burstNanos() / 2;
                return;
            }
            if (alarmed) {
                return;
            }
            alarmed = true;
            count = wrongCodes;
        }
        events.publish(new GuessingAlarm(count));
    }
}
