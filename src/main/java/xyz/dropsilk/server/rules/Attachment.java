package xyz.dropsilk.server.rules;

import org.jspecify.annotations.Nullable;

/**
 * A socket attached to a room for one participant on one channel. Immutable.
 *
 * @param socket the socket
 * @param role the role that its page knew of when it attached: after a change of role it is paired only once it has attached again
 * @param told what it was told last of the other side
 * @param partner the id of the socket it is, or was last, paired with; null before the first pairing
 * @param pairing the number of that pairing; 0 before the first
 */
record Attachment(
        Seat socket, Role role, Told told, @Nullable String partner, long pairing) {
    /** What a socket was told last of the other side. */
    enum Told {
        NOTHING,
        PAIRED,
        LEFT
    }

    /** A socket that was told nothing yet. */
    static Attachment of(Seat socket, Role role) {
        return new Attachment(socket, role, Told.NOTHING, null, 0);
    }

    boolean isPairedWith(Attachment other) {
        return told == Told.PAIRED && other.socket.id().equals(partner);
    }

    /** The number of the pairing that it believes in; 0 for none. */
    long pairingNow() {
        return told == Told.PAIRED ? pairing : 0;
    }

    Attachment pairedWith(Attachment other, long number) {
        return new Attachment(socket, role, Told.PAIRED, other.socket.id(), number);
    }

    Attachment toldLeft() {
        return new Attachment(socket, role, Told.LEFT, partner, pairing);
    }

    /** The same socket, whose page knows {@code now} as its role. */
    Attachment as(Seat again, Role now) {
        return new Attachment(again, now, told, partner, pairing);
    }
}
