package xyz.dropsilk.server.flight;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens in flights. */
public sealed interface FlightEvent extends ServerEvent {
    /** A client created a flight. */
    record Created(String flightCode, String creatorId) implements FlightEvent {
        @Override
        public String eventName() {
            return "flight:created";
        }
    }

    /** A client took the free seat; {@code connectionType} is {@code lan} or {@code wan}. */
    record Joined(String flightCode, String joinerId, String connectionType) implements FlightEvent {
        @Override
        public String eventName() {
            return "flight:joined";
        }
    }

    /** A member invited somebody it sees. */
    record Invitation(String flightCode, String fromId, String toId) implements FlightEvent {
        @Override
        public String eventName() {
            return "flight:invitation";
        }
    }

    /** The last member of a flight is gone. */
    record Ended(String flightCode) implements FlightEvent {
        @Override
        public String eventName() {
            return "flight:ended";
        }
    }

    /** What happened in a flight or room that ended, as the contract spells it (5). */
    record Told(Map<String, @Nullable Object> story) implements FlightEvent {
        @Override
        public String eventName() {
            return "FLIGHT STORY COMPLETE";
        }
    }
}
