package xyz.dropsilk.server.rules;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.ConnectionType;

/** What a decision means to whoever runs the server: counted, and told in the log. Ids of participants are public ones. */
public sealed interface Fact {
    /** A flight was created by the client {@code creatorId}. */
    record FlightCreated(String code, String creatorId) implements Fact {}

    /** A pairing for transfer was made: in a flight, or between the transfer sockets of a room. */
    record FlightJoined(String code, String joinerId, ConnectionType type, boolean inRoom) implements Fact {}

    /** Somebody came into a flight or room for the first time, {@code waited} after it was created. Counted, not told. */
    record PeerCame(boolean inRoom, Duration waited) implements Fact {
        static List<Fact> after(@Nullable Duration waited, boolean inRoom) {
            return waited == null ? List.of() : List.of(new PeerCame(inRoom, waited));
        }
    }

    /** The last member of a flight is gone. */
    record FlightEnded(String code, Story story) implements Fact {}

    /** A room was created. */
    record RoomCreated(String code, String participantId) implements Fact {}

    /** Somebody took the free seat. */
    record RoomJoined(String code, String participantId) implements Fact {}

    /** A participant has left or was replaced. */
    record RoomLeft(String code, String participantId, Ending reason) implements Fact {}

    /** The room is no more. */
    record RoomEnded(String code, Ending reason, Story story) implements Fact {}

    /** A participant was not heard of for so long that its seat looks empty. */
    record RoomSilent(String code, String participantId) implements Fact {}

    /** A silent participant was heard of again. */
    record RoomBack(String code, String participantId) implements Fact {}

    /** Why a room, or somebody's part in it, ended. */
    enum Ending {
        LEFT("left"),
        EXPIRED("expired"),
        EVICTED("evicted");

        private final String word;

        Ending(String word) {
            this.word = word;
        }

        /** The contract's word. */
        public String word() {
            return word;
        }
    }
}
