package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/**
 * {@code users-on-network-update} for one receiver: a {@link NetworkView} without the receiver. Immutable. Only the newest of these
 * matters to a client, so an older one that waits may be left out.
 *
 * @param view what its network looks like
 * @param arrival the number of the receiver's arrival
 */
public record UsersList(NetworkView view, long arrival) {
    /** Leaves nobody out. */
    static final int NOBODY = -1;

    /** The list of a client in a full flight. */
    public static final UsersList EMPTY = new UsersList(NetworkView.EMPTY, 0);

    private static final byte[] HEAD = "{\"type\":\"users-on-network-update\",\"users\":[".getBytes(US_ASCII);
    private static final byte[] TAIL = "]}".getBytes(US_ASCII);

    private int omitted() {
        return view.omittedFor(arrival);
    }

    /** Equal for lists that name the same users by the same names, different (but for a chance of 2^-64) for others. */
    public long fingerprint() {
        int omitted = omitted();
        return omitted == NOBODY ? view.fingerprint() : view.fingerprint() - view.mark(omitted);
    }

    /** Bytes of the JSON text. */
    public int length() {
        return HEAD.length + view.encodedLength(omitted()) + TAIL.length;
    }

    /** Appends the JSON text to {@code out}, which is borrowed. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(HEAD);
        view.writeUsers(out, omitted());
        out.writeBytes(TAIL);
    }
}
