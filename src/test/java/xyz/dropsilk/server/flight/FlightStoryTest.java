package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 5: {@code FLIGHT STORY COMPLETE}. */
class FlightStoryTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";

    private final Airfield field = new Airfield();
    private final FlightRegistry registry = field.registry;

    @Test
    void tellsWhoWasThereAndWhatHappened() {
        RecordingPeer creator = field.connect(HOME);
        registry.rename(creator, "Ada");
        String code = field.flightOf(creator);
        field.passMillis(1_000);
        RecordingPeer guest = field.connect("192.168.1.3");
        registry.joinFlight(guest, code, guest);
        creator.signal("1");
        guest.signal("2");
        field.passMillis(500);
        registry.disconnect(creator, RoomSockets.End.CLOSED);
        RecordingPeer next = field.connect(ELSEWHERE);
        registry.joinFlight(next, code, next);
        next.signal("3");
        registry.disconnect(next, RoomSockets.End.CLOSED);
        registry.disconnect(guest, RoomSockets.End.CLOSED);

        Map<String, @Nullable Object> story = onlyStory();
        assertEquals(List.of("meta", "participants", "timeline", "stats"), List.copyOf(story.keySet()));
        assertEquals(
                Map.of(
                        "flightCode",
                        code,
                        "startTime",
                        "2026-01-01T00:00:00Z",
                        "endTime",
                        "2026-01-01T00:00:01.500Z",
                        "creatorId",
                        creator.id()),
                story.get("meta"));
        assertEquals(
                List.of(
                        participant(creator, "Ada", "lan", "2026-01-01T00:00:00Z"),
                        participant(guest, "Anonymous", "lan", "2026-01-01T00:00:01Z"),
                        participant(next, "Anonymous", "wan", "2026-01-01T00:00:01.500Z")),
                story.get("participants"));
        assertEquals(
                List.of(
                        line("created", "2026-01-01T00:00:00Z", creator),
                        line("peer_joined", "2026-01-01T00:00:01Z", guest),
                        line("participant_disconnected", "2026-01-01T00:00:01.500Z", creator),
                        line("peer_joined", "2026-01-01T00:00:01.500Z", next),
                        line("participant_disconnected", "2026-01-01T00:00:01.500Z", next),
                        line("participant_disconnected", "2026-01-01T00:00:01.500Z", guest)),
                story.get("timeline"));
        assertEquals(Map.of("signalsExchanged", 3L, "durationSeconds", 1.5), story.get("stats"));
    }

    @Test
    void hasNoConnectionTypeWithoutAPairing() {
        RecordingPeer creator = field.connect(HOME);
        field.flightOf(creator);
        registry.disconnect(creator, RoomSockets.End.CLOSED);

        Map<?, ?> told = (Map<?, ?>) list(onlyStory(), "participants").get(0);
        assertEquals(true, told.containsKey("connectionType"));
        assertNull(told.get("connectionType"));
    }

    @Test
    void givesTheCreatorTheTypeOfTheFirstPairing() {
        RecordingPeer creator = field.connect(HOME);
        String code = field.flightOf(creator);
        for (String address : List.of(ELSEWHERE, HOME)) {
            RecordingPeer guest = field.connect(address);
            registry.joinFlight(guest, code, guest);
            registry.disconnect(guest, RoomSockets.End.CLOSED);
        }
        registry.disconnect(creator, RoomSockets.End.CLOSED);

        List<?> types = list(onlyStory(), "participants").stream()
                .map(told -> ((Map<?, ?>) told).get("connectionType"))
                .toList();
        assertEquals(List.of("wan", "wan", "lan"), types);
    }

    @Test
    void isToldOnceAndBehindTheEndOfTheFlight() {
        RecordingPeer creator = field.connect(HOME);
        RecordingPeer guest = field.connect(HOME);
        field.flightOf(creator, guest);
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        assertEquals(List.of("flight:created", "flight:joined"), field.flightEvents());

        registry.disconnect(creator, RoomSockets.End.CLOSED);
        registry.disconnect(creator, RoomSockets.End.CLOSED);
        assertEquals(List.of("flight:ended", "FLIGHT STORY COMPLETE"), field.flightEvents());
    }

    @Test
    void isBoundedHoweverManyComeAndGo() {
        RecordingPeer creator = field.connect(HOME);
        String code = field.flightOf(creator);
        for (int i = 0; i < 300; i++) {
            RecordingPeer guest = field.connect(ELSEWHERE);
            registry.joinFlight(guest, code, guest);
            guest.signal("0");
            registry.disconnect(guest, RoomSockets.End.CLOSED);
        }
        registry.disconnect(creator, RoomSockets.End.CLOSED);

        Map<String, @Nullable Object> story = onlyStory();
        assertEquals(20, list(story, "participants").size());
        assertEquals(60, list(story, "timeline").size());
        assertEquals(300L, ((Map<?, ?>) Objects.requireNonNull(story.get("stats"))).get("signalsExchanged"));
    }

    /** Docker cuts lines at 16 KiB; 330 flights of 99 guests each once took 100 KB of memory apiece. */
    @Test
    void fitsALineWhateverItsPeopleAreCalled() throws Exception {
        RecordingPeer creator = field.connect(HOME);
        registry.rename(creator, "\u4e2d".repeat(50));
        String code = field.flightOf(creator);
        for (int i = 0; i < 99; i++) {
            RecordingPeer guest = field.connect("2001:db8:1111:2222:3333:4444:5555:6666");
            registry.rename(guest, "\u4e2d".repeat(50));
            registry.joinFlight(guest, code, guest);
            registry.disconnect(guest, RoomSockets.End.CLOSED);
        }
        registry.disconnect(creator, RoomSockets.End.CLOSED);

        Map<String, @Nullable Object> story = onlyStory();
        assertTrue(new ObjectMapper().writeValueAsBytes(story).length < 15_800);
        Map<?, ?> stats = (Map<?, ?>) Objects.requireNonNull(story.get("stats"));
        assertEquals(80, stats.get("participantsLeftOut"));
        assertEquals(140, stats.get("timelineLeftOut"));
    }

    @Test
    void doesNotDependOnHowLongTheFlightLives() {
        RecordingPeer creator = field.connect(HOME);
        field.flightOf(creator);
        field.passMillis(3 * 3_600_000);
        registry.disconnect(creator, RoomSockets.End.CLOSED);

        assertEquals(
                3 * 3_600.0, ((Map<?, ?>) Objects.requireNonNull(onlyStory().get("stats"))).get("durationSeconds"));
    }

    @SuppressWarnings("unchecked") // a story is a map of strings and values
    private Map<String, @Nullable Object> onlyStory() {
        List<?> stories = field.events.named("FLIGHT STORY COMPLETE").stream()
                .map(event -> event.fields().get("story"))
                .toList();
        assertEquals(1, stories.size());
        return (Map<String, @Nullable Object>) Objects.requireNonNull(stories.get(0));
    }

    private static List<?> list(Map<String, @Nullable Object> story, String key) {
        return (List<?>) Objects.requireNonNull(story.get(key));
    }

    private static Map<String, Object> participant(RecordingPeer peer, String name, String type, String joinedAt) {
        return Map.of(
                "id", peer.id(),
                "name", name,
                "ip", peer.address(),
                "connectionType", type,
                "joinedAt", joinedAt);
    }

    private static Map<String, Object> line(String event, String timestamp, RecordingPeer peer) {
        return Map.of("event", event, "timestamp", timestamp, "id", peer.id());
    }
}
