package xyz.dropsilk.server.room;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/**
 * A participant of a room that does not change any more: when it was heard of, and how it sees the room, made when it is first asked for: a room that
 * nobody polls has no summary. Safe on any thread.
 */
final class Occupant {
    private final Participant participant;
    private final Hearing hearing;
    private volatile @Nullable Summary summary;

    Occupant(Participant participant, Hearing hearing) {
        this.participant = participant;
        this.hearing = hearing;
    }

    Participant participant() {
        return participant;
    }

    /** Its times, which it keeps while the room changes. */
    Hearing hearing() {
        return hearing;
    }

    /** Whether its page acts with {@code secret}. */
    boolean isSecret(String secret) {
        return hearing.isSecret(secret, participant.id());
    }

    /** How it, whose page acts with {@code secret}, sees {@code room}, which is always the same one here. */
    Summary summary(Room room, String secret) {
        Summary known = summary;
        if (known == null) {
            known = Summary.of(room, participant, secret);
            summary = known;
        }
        return known;
    }
}
