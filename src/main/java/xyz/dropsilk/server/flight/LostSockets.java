package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomSockets;

/** Sockets that shared rooms name and that are no more: of instances that ended, and of this one. Guarded by the registry's lock. */
final class LostSockets {
    private final SharedRooms rooms;
    private final RoomDeliveries deliveries;
    private final Proposals proposals;

    /** Instances that are no more as far as this one can tell, and how they ended. */
    private final Map<String, RoomSockets.End> gone = new HashMap<>();

    LostSockets(SharedRooms rooms, RoomDeliveries deliveries, Proposals proposals) {
        this.rooms = rooms;
        this.deliveries = deliveries;
        this.proposals = proposals;
    }

    /** The instance {@code home} is no more; what a stop closed is nobody's fault. */
    void died(String home, boolean stopped) {
        gone.put(home, stopped ? RoomSockets.End.STOPPED : RoomSockets.End.LOST);
    }

    /** It lives after all. */
    void lives(String home) {
        gone.remove(home);
    }

    /** Takes sockets of instances that are no more out of the room, if it names any. */
    void loseGone(RoomCopy copy) {
        Room room = copy.room;
        if (gone.isEmpty() || room == null || copy.losing) {
            return;
        }
        Set<String> homes = new HashSet<>();
        RoomCopies.addHomes(room, homes);
        for (String home : homes) {
            RoomSockets.End end = gone.get(home);
            if (end != null) {
                lose(copy, id -> Bus.homeOf(id).equals(home), end);
            }
        }
    }

    /** A record that this instance had forgotten may name sockets of it that are gone. */
    void loseOwn(RoomCopy copy) {
        Room room = copy.room;
        Predicate<String> isGone = id -> deliveries.isHereNoMore(id, copy.code);
        if (room != null && !copy.losing && names(room, isGone) && !proposals.isBusyWith(copy.code)) {
            lose(copy, isGone, RoomSockets.End.LOST);
        }
    }

    private static boolean names(Room room, Predicate<String> isGone) {
        return room.participants().stream()
                .anyMatch(participant -> participant.socketIds().stream().anyMatch(isGone));
    }

    private void lose(RoomCopy copy, Predicate<String> isGone, RoomSockets.End end) {
        copy.losing = true;
        Instant at = rooms.at();
        rooms.commit(
                copy.code,
                Records.JUDGE,
                entry -> RoomSockets.lose(entry, isGone, end, at),
                decision -> copy.losing = false);
    }
}
