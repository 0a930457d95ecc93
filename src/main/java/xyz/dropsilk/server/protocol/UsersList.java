package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/**
 * {@code users-on-network-update} for one receiver: a {@link NetworkView} without one of its users. Immutable. Only the newest of these
 * matters to a client, so an older one that waits may be left out.
 *
 * @param view what its network looks like
 * @param omitted the index in the view of the user to leave out, or {@link #NOBODY}
 */
public record UsersList(NetworkView view, int omitted) {
    /** Leaves nobody out. */
    static final int NOBODY = -1;

    /** The list of a client in a full flight. */
    public static final UsersList EMPTY = new UsersList(NetworkView.EMPTY, NOBODY);

    private static final byte[] HEAD = "{\"type\":\"users-on-network-update\",\"users\":[".getBytes(US_ASCII);
    private static final byte[] TAIL = "]}".getBytes(US_ASCII);

    /** Equal for lists that name the same users by the same names, different (but for a chance of 2^-64) for others. */
    public long fingerprint() {
        return omitted == NOBODY ? view.fingerprint() : view.fingerprint() - view.mark(omitted);
    }

    /** Bytes of the JSON text. */
    public int length() {
        return HEAD.length + view.encodedLength(omitted) + TAIL.length;
    }

    /** Appends the JSON text to {@code out}, which is borrowed. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(HEAD);
        view.writeUsers(out, omitted);
        out.writeBytes(TAIL);
    }
}
