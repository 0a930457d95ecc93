package xyz.dropsilk.server.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import xyz.dropsilk.server.address.NetworkKey;

/** How many WebSockets there may be, in all and from one network. A network is remembered while it has one. Safe on any thread. */
public final class ConnectionLimit {
    /** What became of a request for a place. */
    public enum Outcome {
        /** There was one; it is given back with {@link #leave}. */
        ENTERED,
        SERVER_FULL,
        NETWORK_FULL,
        /** Nobody is let in any more. */
        CLOSED
    }

    private final int max;
    private final int maxPerNetwork;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private int connections;

    @GuardedBy("this")
    private final Map<NetworkKey, Integer> byNetwork = new HashMap<>();

    /** Limits in connections; {@link Integer#MAX_VALUE} for none. */
    public ConnectionLimit(int max, int maxPerNetwork) {
        this.max = max;
        this.maxPerNetwork = maxPerNetwork;
    }

    /** Takes a place if there is one. */
    public synchronized Outcome enter(NetworkKey network) {
        if (closed) {
            return Outcome.CLOSED;
        }
        if (connections >= max) {
            return Outcome.SERVER_FULL;
        }
        int there = byNetwork.getOrDefault(network, 0);
        if (there >= maxPerNetwork) {
            return Outcome.NETWORK_FULL;
        }
        connections++;
        byNetwork.put(network, there + 1);
        return Outcome.ENTERED;
    }

    /** Lets nobody in any more; who is in stays. */
    public synchronized void close() {
        closed = true;
    }

    /** Whether a request from {@code network} would get a place now. */
    public synchronized boolean admits(NetworkKey network) {
        return !closed && connections < max && byNetwork.getOrDefault(network, 0) < maxPerNetwork;
    }

    /** Whether no place is left for anybody. */
    public synchronized boolean isFull() {
        return connections >= max;
    }

    /** Gives back a place that was entered. */
    public synchronized void leave(NetworkKey network) {
        connections--;
        byNetwork.computeIfPresent(network, (key, there) -> there == 1 ? null : there - 1);
    }
}
