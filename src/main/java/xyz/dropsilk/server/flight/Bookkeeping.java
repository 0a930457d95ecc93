package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.rules.Fact;

/** What decisions mean to whoever runs the server: totals since the start, and events. Safe on any thread. */
final class Bookkeeping {
    private final EventSink events;
    private final LongAdder flightsCreated = new LongAdder();
    private final LongAdder flightsJoined = new LongAdder();
    private final LongAdder roomsCreated = new LongAdder();
    private final LongAdder roomsJoined = new LongAdder();

    /** Nothing has happened yet; {@code events} hears what does. */
    Bookkeeping(EventSink events) {
        this.events = events;
    }

    /** Counts {@code fact}; called before anybody can ask for the figures that go with it. */
    void count(Fact fact) {
        if (fact instanceof Fact.FlightCreated) {
            flightsCreated.increment();
        } else if (fact instanceof Fact.FlightJoined joined && !joined.inRoom()) {
            flightsJoined.increment();
        } else if (fact instanceof Fact.RoomCreated) {
            roomsCreated.increment();
        } else if (fact instanceof Fact.RoomJoined) {
            roomsJoined.increment();
        }
    }

    /** Tells {@code fact}, which happened at {@code at}. */
    void tell(Fact fact, Instant at) {
        eventsOf(fact, at).forEach(events::publish);
    }

    private static List<ServerEvent> eventsOf(Fact fact, Instant at) {
        if (fact instanceof Fact.FlightCreated created) {
            return List.of(new FlightEvent.Created(created.code(), created.creatorId()));
        } else if (fact instanceof Fact.FlightJoined joined) {
            return List.of(new FlightEvent.Joined(
                    joined.code(), joined.joinerId(), joined.type().word()));
        } else if (fact instanceof Fact.FlightEnded ended) {
            return List.of(
                    new FlightEvent.Ended(ended.code()),
                    new FlightEvent.Told(ended.story().tell(at)));
        } else if (fact instanceof Fact.RoomCreated created) {
            return List.of(new RoomEvent.Created(created.code(), created.participantId()));
        } else if (fact instanceof Fact.RoomJoined joined) {
            return List.of(new RoomEvent.Joined(joined.code(), joined.participantId()));
        } else if (fact instanceof Fact.RoomLeft left) {
            return List.of(new RoomEvent.Left(
                    left.code(), left.participantId(), left.reason().word()));
        } else if (fact instanceof Fact.RoomEnded ended) {
            return List.of(
                    new RoomEvent.Ended(ended.code(), ended.reason().word()),
                    new FlightEvent.Told(ended.story().tell(at)));
        } else if (fact instanceof Fact.RoomSilent silent) {
            return List.of(new RoomEvent.Silent(silent.code(), silent.participantId()));
        } else if (fact instanceof Fact.RoomBack back) {
            return List.of(new RoomEvent.Back(back.code(), back.participantId()));
        }
        throw new IllegalArgumentException("a fact without an event: " + fact);
    }

    long flightsCreated() {
        return flightsCreated.sum();
    }

    long flightsJoined() {
        return flightsJoined.sum();
    }

    long roomsCreated() {
        return roomsCreated.sum();
    }

    long roomsJoined() {
        return roomsJoined.sum();
    }
}
