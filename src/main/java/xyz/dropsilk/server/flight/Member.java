package xyz.dropsilk.server.flight;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.User;

/** A connected client as the registry keeps it. Mutable, guarded by the registry's lock. */
final class Member {
    final Peer peer;

    /** The number of its arrival: greater than that of everybody who came before. */
    final long arrival;

    final Network network;
    User user;

    @Nullable
    Flight flight;

    Member(Peer peer, User user, long arrival, Network network) {
        this.peer = peer;
        this.user = user;
        this.arrival = arrival;
        this.network = network;
    }
}
