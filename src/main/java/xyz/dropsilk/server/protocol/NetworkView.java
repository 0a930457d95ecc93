package xyz.dropsilk.server.protocol;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * Who can be seen on a network at one moment, in order of arrival: the newest {@code limit + 1}, so that each of them still sees {@code
 * limit} others. Immutable, shared by all receivers of an update; the users' JSON is joined once, by the first who needs it.
 */
public final class NetworkView {
    static final NetworkView EMPTY = new NetworkView(new long[0], new User[0], 0);

    private final long[] arrivals;
    private final User[] users;
    private final int limit;
    private final long fingerprint;

    /** Bytes of all users' JSON, each followed by a comma. */
    private final int joinedLength;

    /** All users' JSON, made by the first who needs it, outside the registry's lock; a racing second making is harmless and equal. */
    private volatile byte[] joined = {};

    private NetworkView(long[] arrivals, User[] users, int limit) {
        this.arrivals = arrivals;
        this.users = users;
        this.limit = limit;
        long marks = 0;
        int bytes = 0;
        for (User user : users) {
            marks += user.mark();
            bytes += user.jsonBytes().length + 1;
        }
        this.fingerprint = marks;
        this.joinedLength = bytes;
    }

    /**
     * The view of a network.
     *
     * @param arrivals the numbers of the members' arrivals, ascending
     * @param users the members, in the same order, {@code limit + 1} at most
     * @param limit how many a list may name
     */
    public static NetworkView of(long[] arrivals, List<User> users, int limit) {
        return new NetworkView(arrivals, users.toArray(new User[0]), limit);
    }

    /** The list for the member who came with {@code arrival}: all others here, or the newest ones for somebody who came before them all. */
    public UsersList listFor(long arrival) {
        int own = Arrays.binarySearch(arrivals, arrival);
        if (own >= 0) {
            return new UsersList(this, own);
        }
        return new UsersList(this, users.length > limit ? 0 : UsersList.NOBODY);
    }

    /** Equal for views that show the same users. */
    public long fingerprint() {
        return fingerprint;
    }

    /** How many users stand in the view. */
    public int size() {
        return users.length;
    }

    /** Bytes of a list that leaves nobody out, the yardstick for what an update costs. */
    public int encodedLength() {
        return encodedLength(UsersList.NOBODY);
    }

    long mark(int index) {
        return users[index].mark();
    }

    int encodedLength(int omitted) {
        int named = omitted == UsersList.NOBODY ? users.length : users.length - 1;
        if (named == 0) {
            return 0;
        }
        return (omitted == UsersList.NOBODY ? joinedLength : joinedLength - users[omitted].jsonBytes().length - 1)
                - 1; // no comma behind the last
    }

    void writeUsers(ByteBuf out, int omitted) {
        int length = encodedLength(omitted);
        if (length == 0) {
            return;
        }
        byte[] all = joined();
        if (omitted == UsersList.NOBODY) {
            out.writeBytes(all, 0, length);
            return;
        }
        int gap = 0;
        for (int i = 0; i < omitted; i++) {
            gap += users[i].jsonBytes().length + 1;
        }
        int behind = gap + users[omitted].jsonBytes().length + 1;
        if (behind == all.length) {
            out.writeBytes(all, 0, length);
        } else {
            out.writeBytes(all, 0, gap);
            out.writeBytes(all, behind, all.length - behind - 1);
        }
    }

    private byte[] joined() {
        byte[] all = joined;
        if (all.length == 0 && users.length != 0) {
            all = new byte
                    [Arrays.stream(users)
                            .mapToInt(user -> user.jsonBytes().length + 1)
                            .sum()];
            int at = 0;
            for (User user : users) {
                byte[] json = user.jsonBytes();
                System.arraycopy(json, 0, all, at, json.length);
                at += json.length;
                all[at++] = ',';
            }
            joined = all;
        }
        return all;
    }
}
