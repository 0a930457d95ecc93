package xyz.dropsilk.server.room;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/**
 * A room as it is now, and when its participants were last heard of. Written under the registry's lock, but for the times; read on any thread
 * without it.
 */
final class KeptRoom {
    /**
     * The room with the times of exactly its participants: one value, so that no reader sees half a change.
     *
     * @param room the room
     * @param host when its host was heard of
     * @param guest the same of its guest, if there is one
     * @param leftAt when somebody who has left was last heard of in it
     * @param readySince since when files are there to be sent; no matter what where there are none
     * @param summaries how its participants see it
     */
    record State(Room room, Hearing host, @Nullable Hearing guest, long leftAt, long readySince, Summaries summaries) {
        /** The times of {@code participant}, which is in the room. */
        Hearing of(Participant participant) {
            Hearing ofGuest = guest;
            if (room.host().id().equals(participant.id())) {
                return host;
            } else if (ofGuest != null) {
                return ofGuest;
            }
            throw new IllegalArgumentException("no participant of this room");
        }

        /** The participant whose secret is {@code secret}; null for nobody. */
        @Nullable
        Participant withSecret(String secret) {
            Participant guestOfRoom = room.guest();
            if (host.isSecret(secret, room.host().id())) {
                return room.host();
            }
            return guestOfRoom != null && guest != null && guest.isSecret(secret, guestOfRoom.id())
                    ? guestOfRoom
                    : null;
        }

        /** The room as {@code self}, whose page acts with {@code secret}, sees it. */
        Summary summaryFor(Participant self, String secret) {
            return summaries.of(room, self, secret);
        }

        /**
         * Whether everybody was heard of so lately that nobody can have fallen silent, nor the room have expired. Of thousands of rooms that are swept
         * nearly all are, so this looks at the times alone.
         */
        boolean isLively(long now, long timeToLiveNanos) {
            return !host.isSilent(now)
                    && (guest == null || !guest.isSilent(now))
                    && now - host.heardAt() < timeToLiveNanos;
        }

        /** When anybody was last heard of in here. */
        long heardAt(long now) {
            if (room.isAttached()) {
                return now;
            }
            long last = host.heardAt() - leftAt > 0 ? host.heardAt() : leftAt;
            return guest == null || guest.heardAt() - last < 0 ? last : guest.heardAt();
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
