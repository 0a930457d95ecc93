package xyz.dropsilk.server.room;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/** How the participants of one room see it, each summary made when it is first asked for: a room that nobody polls has none. Safe on any thread. */
final class Summaries {
    private volatile @Nullable Summary ofHost;
    private volatile @Nullable Summary ofGuest;

    /** How {@code self}, whose page acts with {@code secret}, sees {@code room}, which is always the same one here. */
    Summary of(Room room, Participant self, String secret) {
        boolean isHost = self.id().equals(room.host().id());
        Summary known = isHost ? ofHost : ofGuest;
        if (known != null) {
            return known;
        }
        Summary made = Summary.of(room, self, secret);
        if (isHost) {
            ofHost = made;
        } else {
            ofGuest = made;
        }
        return made;
    }
}
