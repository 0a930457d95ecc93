package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.meter.Counts;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;
import xyz.dropsilk.server.protocol.ConnectionType;
import xyz.dropsilk.server.rules.Fact;
import xyz.dropsilk.server.rules.Outcome;
import xyz.dropsilk.server.rules.Story;

/** What decisions mean to whoever runs the server: totals since the start, and events. Safe on any thread. */
final class Bookkeeping {
    private final EventSink events;
    private final Books flights = new Books();
    private final Books rooms = new Books();
    private final LongAdder seatsTaken = new LongAdder();

    /** What is counted of flights, and of rooms. */
    private static final class Books {
        final LongAdder created = new LongAdder();
        final Counts<ConnectionType> paired = Counts.of(ConnectionType.class, ConnectionType::word);
        final Counts<Outcome> ended = Counts.of(Outcome.class, Outcome::word);
        final Histogram firstPeer = Histogram.ofSeconds(1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800);
        final Histogram pairedTime = Histogram.ofSeconds(1, 10, 60, 300, 900, 1_800, 3_600, 7_200, 21_600);

        void end(Story story) {
            ended.increment(story.outcome());
            if (story.outcome() != Outcome.LONELY) {
                pairedTime.record(story.paired().toNanos());
            }
        }
    }

    /** Nothing has happened yet; {@code events} hears what does. */
    Bookkeeping(EventSink events) {
        this.events = events;
    }

    /** Counts {@code fact}; called before anybody can ask for the figures that go with it. */
    void count(Fact fact) {
        if (fact instanceof Fact.FlightCreated) {
            flights.created.increment();
        } else if (fact instanceof Fact.FlightJoined joined) {
            booksOf(joined.inRoom()).paired.increment(joined.type());
        } else if (fact instanceof Fact.RoomCreated) {
            rooms.created.increment();
        } else if (fact instanceof Fact.RoomJoined) {
            seatsTaken.increment();
        } else if (fact instanceof Fact.PeerCame came) {
            booksOf(came.inRoom()).firstPeer.record(came.waited().toNanos());
        } else if (fact instanceof Fact.FlightEnded ended) {
            flights.end(ended.story());
        } else if (fact instanceof Fact.RoomEnded ended) {
            rooms.end(ended.story());
        }
    }

    private Books booksOf(boolean inRoom) {
        return inRoom ? rooms : flights;
    }

    /** Adds the totals to {@code meters}. */
    void addTo(Meters meters) {
        meters.counter(Names.FLIGHTS_CREATED, "Flights ever created.", flights.created::sum);
        meters.counters(
                Names.FLIGHTS_JOINED,
                "Pairings ever made in flights, by whether the two share a network.",
                "type",
                flights.paired::sums);
        meters.counters(
                "dropsilk_flights_ended_total",
                "Flights that ended: met (signals went both ways), silent (somebody came, but they did not), lonely (nobody came).",
                "outcome",
                flights.ended::sums);
        meters.counter(Names.ROOMS_CREATED, "Rooms ever created.", rooms.created::sum);
        meters.counter(Names.ROOMS_JOINED, "Seats ever taken in rooms.", seatsTaken::sum);
        meters.counters(
                "dropsilk_rooms_paired_total",
                "Pairings for transfer ever made in rooms, by whether the two share a network.",
                "type",
                rooms.paired::sums);
        meters.counters(
                "dropsilk_rooms_ended_total",
                "Rooms that ended, by outcome as of flights.",
                "outcome",
                rooms.ended::sums);
        meters.histogram(
                "dropsilk_flight_first_peer_seconds",
                "Time from the creation of a flight until the first other one came.",
                flights.firstPeer);
        meters.histogram(
                "dropsilk_room_first_peer_seconds",
                "Time from the creation of a room until the first other one came.",
                rooms.firstPeer);
        meters.histogram(
                "dropsilk_flight_paired_seconds",
                "Time in which two were paired, of flights that ended and to which somebody came.",
                flights.pairedTime);
        meters.histogram(
                "dropsilk_room_paired_seconds",
                "Time in which two were paired for transfer, of rooms that ended and to which somebody came.",
                rooms.pairedTime);
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
        if (fact instanceof Fact.PeerCame) {
            return List.of(); // counted alone
        }
        throw new IllegalArgumentException("a fact without an event: " + fact);
    }

    long flightsCreated() {
        return flights.created.sum();
    }

    long flightsJoined() {
        return flights.paired.sum();
    }

    long roomsCreated() {
        return rooms.created.sum();
    }

    long roomsJoined() {
        return seatsTaken.sum();
    }
}
