package xyz.dropsilk.server.rules;

import java.util.List;
import xyz.dropsilk.server.protocol.ConnectionType;

/**
 * Two sockets that exchange signals: a flight, or a channel of a room.
 *
 * @param code under which they met
 * @param host whose page makes the offer
 * @param guest the other one
 * @param channel what for
 * @param number of the pairing, above 0; a signal belongs to exactly one, so that a late one never reaches the next guest
 */
record Pair(String code, Seat host, Seat guest, RoomChannel channel, long number) {
    ConnectionType type() {
        return Seat.between(host, guest);
    }

    /** What the two are told: the guest first, since the host's page sends its offer the moment it hears. */
    List<Delivery> announced() {
        return List.of(
                new Delivery.Paired(guest.id(), code, host, type(), channel, number),
                new Delivery.Paired(host.id(), code, guest, type(), channel, number));
    }
}
