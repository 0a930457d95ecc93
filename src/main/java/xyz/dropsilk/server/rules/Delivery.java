package xyz.dropsilk.server.rules;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.ConnectionType;

/** What one socket is told, or what becomes of it, because of a decision. */
public sealed interface Delivery {
    /** The id of the socket. */
    String to();

    /** It is the only member of a new flight. */
    record Created(String to, String code) implements Delivery {}

    /**
     * It is paired.
     *
     * @param peer the other one
     * @param type how the two are connected
     * @param channel what for
     * @param pairing the pairing's number; the same again where nothing but the announcement is new
     */
    record Paired(String to, String code, Seat peer, ConnectionType type, RoomChannel channel, long pairing)
            implements Delivery {}

    /**
     * Its pairing is over, and it is told so; or whom it waited for will not come.
     *
     * @param renewed whether the next pairing follows at once, so that it is not shown on its network in between
     */
    record PeerLeft(String to, boolean renewed) implements Delivery {}

    /** The other socket is gone, but whoever had it may come back: signals have nowhere to go, and nobody is told. */
    record PeerLost(String to) implements Delivery {}

    /**
     * It is attached to a room.
     *
     * @param code the room's code
     * @param participant the public id of the participant that it is attached for
     * @param name what its user is called from now on
     * @param peer the other participant as a summary shows it; null where the seat is empty
     */
    record Attached(
            String to,
            String code,
            String participant,
            String name,
            RoomChannel channel,
            Role role,
            @Nullable PeerView peer)
            implements Delivery {}

    /** It is attached no more, since another socket took its place: it is closed. */
    record Replaced(String to) implements Delivery {}

    /** It is attached no more, since its participant has left. */
    record Unseated(String to) implements Delivery {}

    /**
     * It was thought dead, or somebody else decided otherwise meanwhile: it takes part in nothing any more. It is told that its peer left, if it
     * had one.
     */
    record Expelled(String to) implements Delivery {}
}
