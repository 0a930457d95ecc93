package xyz.dropsilk.server.flight;

import xyz.dropsilk.server.event.ServerEvent;

/** What happens in rooms. Ids of participants are public ones. */
public sealed interface RoomEvent extends ServerEvent {
    /** A room was created. */
    record Created(String roomCode, String participantId) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:created";
        }
    }

    /** Somebody took a seat. */
    record Joined(String roomCode, String participantId) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:joined";
        }
    }

    /** A participant has left, or was replaced. */
    record Left(String roomCode, String participantId, String reason) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:left";
        }
    }

    /** A room is no more. */
    record Ended(String roomCode, String reason) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:ended";
        }
    }

    /** A participant was not heard of for so long that its seat looks empty. */
    record Silent(String roomCode, String participantId) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:silent";
        }
    }

    /** A silent participant was heard of again. */
    record Back(String roomCode, String participantId) implements RoomEvent {
        @Override
        public String eventName() {
            return "room:back";
        }
    }
}
