package xyz.dropsilk.server.room;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Room;

/**
 * A room as it is now, and when its participants were last heard of. Written under the registry's lock, but for the times; read on any thread
 * without it.
 */
final class KeptRoom {
    /**
     * The room with exactly its participants: one value, so that no reader sees half a change.
     *
     * @param room the room
     * @param host its host
     * @param guest its guest, if there is one
     * @param leftAt when somebody who has left was last heard of in it
     * @param readySince since when files are there to be sent; no matter what where there are none
     */
    record State(Room room, Occupant host, @Nullable Occupant guest, long leftAt, long readySince) {
        /** The participant with this public id; null for nobody. */
        @Nullable
        Occupant find(String id) {
            if (host.participant().id().equals(id)) {
                return host;
            }
            return guest != null && guest.participant().id().equals(id) ? guest : null;
        }

        /** Who sits opposite {@code occupant}, silent or not; null for nobody. */
        @Nullable
        Occupant other(Occupant occupant) {
            return occupant == host ? guest : host;
        }

        List<Occupant> occupants() {
            return guest == null ? List.of(host) : List.of(host, guest);
        }

        /** The participant whose secret is {@code secret}; null for nobody. */
        @Nullable
        Occupant withSecret(String secret) {
            if (host.isSecret(secret)) {
                return host;
            }
            return guest != null && guest.isSecret(secret) ? guest : null;
        }

        /**
         * Whether everybody was heard of so lately that nobody can have fallen silent, nor the room have expired. Of thousands of rooms that are swept
         * nearly all are, so this looks at the times alone.
         */
        boolean isLively(long now, long timeToLiveNanos) {
            return !host.hearing().isSilent(now)
                    && (guest == null || !guest.hearing().isSilent(now))
                    && now - host.hearing().heardAt() < timeToLiveNanos;
        }

        /** When anybody was last heard of in here. */
        long heardAt(long now) {
            if (room.isAttached()) {
                return now;
            }
            long last = later(host.hearing().heardAt(), leftAt);
            return guest == null ? last : later(guest.hearing().heardAt(), last);
        }

        private static long later(long one, long other) {
            return one - other > 0 ? one : other;
        }
    }

    private volatile State state;

    KeptRoom(State state) {
        this.state = state;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }
}
