package xyz.dropsilk.server.testing;

import java.util.List;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.protocol.NetworkView;
import xyz.dropsilk.server.protocol.User;

/** Views of networks from plain lists. */
public final class Views {
    private Views() {}

    /** The view of {@code users}, who came with {@code arrivals}; a list names {@code limit}. */
    public static NetworkView of(long[] arrivals, List<User> users, int limit) {
        Listed[] listed = new Listed[arrivals.length];
        for (int i = 0; i < listed.length; i++) {
            listed[i] = new Listed(arrivals[i], users.get(i));
        }
        return new NetworkView(listed, limit);
    }
}
