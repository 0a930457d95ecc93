package xyz.dropsilk.server.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.meter.Meters;

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

    /** How many networks have so many connections, so that the largest is known without a look at all. */
    @GuardedBy("this")
    private final Map<Integer, Integer> networksOfSize = new HashMap<>();

    @GuardedBy("this")
    private int largest;

    /** Limits in connections; {@link Unlimited} for none. */
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
        resized(there, there + 1);
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
        Integer there = byNetwork.get(network);
        if (there != null) {
            byNetwork.computeIfPresent(network, (key, same) -> same == 1 ? null : same - 1);
            resized(there, there - 1);
        }
    }

    @GuardedBy("this")
    private void resized(int before, int after) {
        networksOfSize.computeIfPresent(before, (size, networks) -> networks == 1 ? null : networks - 1);
        if (after > 0) {
            networksOfSize.merge(after, 1, Integer::sum);
        }
        if (after > largest || (before == largest && !networksOfSize.containsKey(before))) {
            largest = after; // sizes change by one
        }
    }

    private synchronized int networks() {
        return byNetwork.size();
    }

    private synchronized int largest() {
        return largest;
    }

    /** Adds what is known of networks to {@code meters}. */
    public void addTo(Meters meters) {
        meters.gauge("dropsilk_networks", "Networks that have a WebSocket.", this::networks);
        meters.gauge("dropsilk_largest_network_connections", "WebSockets of the network that has most.", this::largest);
        meters.gauge(
                "dropsilk_connections_limit",
                "WebSockets that there may be at a time; infinite for any number.",
                () -> Unlimited.is(max) ? Double.POSITIVE_INFINITY : max);
    }
}
