package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Flights and rooms as they are kept where instances share them. Each carries the version of its form; fields that this release does not know are
 * ignored, and a form of which it knows nothing is refused. Stateless.
 */
public final class EntryJson {
    /** What this release writes, and the newest that it reads. Raised only where an older release would do harm with it. */
    static final int VERSION = 1;

    private EntryJson() {}

    /** {@code entry} as a JSON object, without clients' addresses. */
    public static ObjectNode write(Entry entry) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("v", VERSION);
        json.put("kind", entry instanceof Flight ? "flight" : "room").put("code", entry.code());
        if (entry instanceof Flight flight) {
            json.set("host", SeatJson.write(flight.host()));
            Seat guest = flight.guest();
            if (guest != null) {
                json.set("guest", SeatJson.write(guest));
                json.put("pairing", flight.pairing());
            }
        } else if (entry instanceof Room room) {
            json.put("creator", SeatJson.network(room.creator()));
            json.set("host", ParticipantJson.write(room.host()));
            Participant guest = room.guest();
            if (guest != null) {
                json.set("guest", ParticipantJson.write(guest));
            }
        }
        return json.set("story", StoryJson.write(entry.story()));
    }

    /**
     * What {@link #write} has written for {@code code}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Entry read(String code, JsonNode json) {
        Json.require(json.isObject() && Json.whole(json, "v") <= VERSION, "v");
        Json.require(code.equals(Json.text(json, "code")), "code");
        Story story = StoryJson.read(code, Json.object(json, "story"));
        return switch (Json.text(json, "kind")) {
            case "flight" -> flight(code, json, story);
            case "room" -> room(code, json, story);
            default -> throw new IllegalArgumentException("kind");
        };
    }

    private static Flight flight(String code, JsonNode json, Story story) {
        Seat host = SeatJson.read(Json.object(json, "host"));
        if (!json.has("guest")) {
            return new Flight(code, host, null, 0, story);
        }
        Seat guest = SeatJson.read(Json.object(json, "guest"));
        long pairing = Json.whole(json, "pairing");
        Json.require(pairing > 0 && !guest.id().equals(host.id()), "guest");
        return new Flight(code, host, guest, pairing, story);
    }

    private static Room room(String code, JsonNode json, Story story) {
        Participant host = ParticipantJson.read(Json.object(json, "host"));
        @Nullable Participant guest = json.has("guest") ? ParticipantJson.read(Json.object(json, "guest")) : null;
        Json.require(guest == null || !guest.id().equals(host.id()), "guest");
        return new Room(code, SeatJson.network(Json.text(json, "creator")), host, guest, story);
    }

    /** {@code entry}, with the addresses that {@code known}, what this instance had in its place, still has. */
    public static Entry recognizing(Entry entry, @Nullable Entry known) {
        if (entry instanceof Flight flight && known instanceof Flight before) {
            return new Flight(
                    flight.code(),
                    seat(flight.host(), before),
                    flight.guest() == null ? null : seat(flight.guest(), before),
                    flight.pairing(),
                    flight.story().recognizing(before.story()));
        }
        return entry instanceof Room room && known instanceof Room before
                ? room.with(room.story().recognizing(before.story()))
                : entry;
    }

    private static Seat seat(Seat seat, Flight before) {
        Seat guest = before.guest();
        Seat same = before.host().id().equals(seat.id())
                ? before.host()
                : guest != null && guest.id().equals(seat.id()) ? guest : seat;
        return new Seat(seat.user(), seat.network(), same.address());
    }
}
