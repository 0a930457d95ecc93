package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.http.TestRouting;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.room.RoomBook;
import xyz.dropsilk.server.room.RoomSettings;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;

/**
 * Any request at or below {@code /api/rooms}: lines for the method, for what follows {@code /api/rooms} in the path ({@code CODE} and {@code ID} stand
 * for those of a room that is there) and for the query, then the body. Never a fault; every answer is JSON of the contract's statuses; no answer
 * repeats what was sent but names, cleaned; the room that is there stays, whatever strangers send.
 */
public final class RoomsFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> STATUSES = Set.of(200, 201, 400, 404, 405);
    private static final int LINES = 3;
    private static final OriginPolicy ANYBODY = OriginPolicy.of(
            new Config.Origins(List.of(), Pattern.compile("never"), List.of()), /* production= */ false);

    private RoomsFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String[] lines = new String(input, ISO_8859_1).split("\n", LINES + 1);
        if (lines.length <= LINES || !lines[0].matches("[A-Z]{1,20}")) {
            return;
        }
        CollectedEvents events = new CollectedEvents();
        ManualExecutor time = new ManualExecutor();
        RoomSettings settings = new RoomSettings(Duration.ofMinutes(30), Duration.ofSeconds(150), 100, 100);
        RoomBook book = new RoomBook(settings, time::nanos);
        FlightRegistry registry = new FlightRegistry(
                new FlightRegistry.Lists(10, Duration.ZERO),
                events,
                new FlightRegistry.Time(time, time::nanos, time),
                book);
        Rooms rooms = new Rooms(registry, book, settings, new Rooms.Time(time, time::nanos), network -> true);
        Router router = new Router(events);
        new RoomsEndpoints(
                        rooms, new JoinLimit(Unlimited.COUNT, time::nanos, events), network -> 0, () -> false, events)
                .addTo(router, new Pages(router, ANYBODY, events));
        JsonNode room = json(answer(router, "POST", "", "", "{\"name\":\"Ann\"}".getBytes(ISO_8859_1)));
        String code = room.path("roomCode").asText();
        String id = room.path("self").path("participantId").asText();

        String path = lines[1].replace("CODE", code).replace("ID", id);
        String query = lines[2].replace("CODE", code).replace("ID", id);
        Response response = answer(router, lines[0], path, query, lines[LINES].getBytes(ISO_8859_1));

        assertTrue(STATUSES.contains(response.status()), "status " + response.status());
        assertEquals("no-store", response.fields().get("Cache-Control"));
        JsonNode body = json(response);
        if (response.status() >= 400) {
            assertTrue(body.path("error").isTextual(), body::toString);
            assertFalse(body.toString().contains("<"), body::toString);
        } else {
            assertFalse(body.toString().matches(".*[<>&'`].*"), body::toString);
        }
        assertEquals(0, events.named("system:error").size());
        assertFalse(events.toString().contains(id), "a secret in an event");
        boolean isNamed = path.contains(id) || query.contains(id);
        JsonNode after = json(answer(router, "GET", "/" + code, "participantId=" + id, new byte[0]));
        assertEquals(code, after.path("roomCode").asText());
        if (!isNamed) {
            assertFalse(after.path("self").path("ready").asBoolean());
            assertFalse(after.path("chat").path("requestedBySelf").asBoolean());
        }
    }

    private static Response answer(Router router, String method, String path, String query, byte[] body) {
        InetAddress client = InetAddress.getLoopbackAddress();
        return TestRouting.answer(
                router,
                new Request(
                        HttpMethod.valueOf(method),
                        "/api/rooms" + (path.startsWith("/") || path.isEmpty() ? path : "/" + path),
                        query,
                        TestFields.of(),
                        body,
                        client,
                        NetworkKey.of(client)));
    }

    private static JsonNode json(Response response) {
        try {
            return JSON.readTree(new String(response.body(), UTF_8));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
