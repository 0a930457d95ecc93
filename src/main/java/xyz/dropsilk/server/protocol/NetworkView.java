package xyz.dropsilk.server.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Who can be seen on a network at one moment, in order of arrival: the newest {@code limit + 1}, so that each of them still sees {@code
 * limit} others. Immutable, shared by all receivers of an update. Made under the registry's lock, so making it only keeps the array; what it
 * costs to name all these users is paid by the first who needs it, without the lock.
 */
public final class NetworkView {
    static final NetworkView EMPTY = new NetworkView(new Listed[0], 0);

    private final Listed[] listed;
    private final int limit;

    /** Made by the first who needs it; a racing second making is harmless and equal. */
    private volatile @Nullable Text text;

    /**
     * The users' JSON.
     *
     * @param joined all users' JSON, each followed by a comma
     * @param marks the sum of the users' marks
     */
    private record Text(byte[] joined, long marks) {}

    /**
     * The view of a network.
     *
     * @param listed those who can be seen, by ascending arrival, {@code limit + 1} at most; not copied, so never to be written to again
     * @param limit how many a list may name
     */
    public NetworkView(Listed[] listed, int limit) {
        this.listed = listed;
        this.limit = limit;
    }

    /** The list for the member who came with {@code arrival}: all others here, or the newest ones for somebody who came before them all. */
    public UsersList listFor(long arrival) {
        return new UsersList(this, arrival);
    }

    /** Equal for views that show the same users. */
    public long fingerprint() {
        return text().marks;
    }

    /** How many users stand in the view. */
    public int size() {
        return listed.length;
    }

    /** Bytes of a list that leaves nobody out, the yardstick for what an update costs. */
    public int encodedLength() {
        return encodedLength(UsersList.NOBODY);
    }

    /**
     * The index of the user whom the list for {@code arrival} leaves out: itself; or the oldest, for somebody who came before all of a full view.
     */
    int omittedFor(long arrival) {
        int low = 0;
        int high = listed.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = listed[middle].arrival();
            if (there == arrival) {
                return middle;
            } else if (there < arrival) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return listed.length > limit ? 0 : UsersList.NOBODY;
    }

    long mark(int index) {
        return listed[index].user().mark();
    }

    int encodedLength(int omitted) {
        int named = omitted == UsersList.NOBODY ? listed.length : listed.length - 1;
        if (named == 0) {
            return 0;
        }
        int all = text().joined.length;
        return (omitted == UsersList.NOBODY ? all : all - bytesOf(omitted)) - 1; // no comma behind the last
    }

    private int bytesOf(int index) {
        return listed[index].user().jsonBytes().length + 1;
    }

    void writeUsers(ByteBuf out, int omitted) {
        int length = encodedLength(omitted);
        if (length == 0) {
            return;
        }
        byte[] all = text().joined;
        if (omitted == UsersList.NOBODY) {
            out.writeBytes(all, 0, length);
            return;
        }
        int gap = 0;
        for (int i = 0; i < omitted; i++) {
            gap += bytesOf(i);
        }
        int behind = gap + bytesOf(omitted);
        if (behind == all.length) {
            out.writeBytes(all, 0, length);
        } else {
            out.writeBytes(all, 0, gap);
            out.writeBytes(all, behind, all.length - behind - 1);
        }
    }

    private Text text() {
        Text made = text;
        if (made == null) {
            made = made();
            text = made;
        }
        return made;
    }

    private Text made() {
        int bytes = 0;
        long marks = 0;
        for (int i = 0; i < listed.length; i++) {
            bytes += bytesOf(i);
            marks += mark(i);
        }
        byte[] joined = new byte[bytes];
        int at = 0;
        for (Listed each : listed) {
            byte[] json = each.user().jsonBytes();
            System.arraycopy(json, 0, joined, at, json.length);
            at += json.length;
            joined[at++] = ',';
        }
        return new Text(joined, marks);
    }
}
