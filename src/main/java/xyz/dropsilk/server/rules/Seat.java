package xyz.dropsilk.server.rules;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.ConnectionType;
import xyz.dropsilk.server.protocol.User;

/**
 * A client where it takes part in a pairing, as the other one needs to know it.
 *
 * @param user its socket's id, and the name that the other is told
 * @param network its network
 * @param address where it is, for the story; null where that is not known
 */
public record Seat(User user, NetworkKey network, @Nullable InetAddress address) {
    /** The socket's id. */
    public String id() {
        return user.id();
    }

    /** The same client by the name of {@code now}. */
    public Seat named(User now) {
        return new Seat(now, network, address);
    }

    /** How the two are connected: by one network or over the internet. */
    static ConnectionType between(Seat one, Seat other) {
        return one.network.equals(other.network) ? ConnectionType.LAN : ConnectionType.WAN;
    }
}
