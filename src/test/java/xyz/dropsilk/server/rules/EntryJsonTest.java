package xyz.dropsilk.server.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.testing.Mutations;

/** What instances keep together can be read by other releases, and by nobody's fault does harm. */
class EntryJsonTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant AT = Instant.parse("2026-11-26T16:00:00.123456Z");
    private static final String CODE = "K7QX2M";

    private static Seat seat(String id, String name, String address) {
        return new Seat(new User(id, name), NetworkKey.of(at(address)), at(address));
    }

    private static InetAddress at(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Entry next(Decision decision) {
        return Objects.requireNonNull(decision.next());
    }

    private static Entry lonelyFlight() {
        return next(Flight.create(null, CODE, seat("host1", "Ada ’s ‹phone›", "192.168.1.5"), AT));
    }

    private static Entry fullFlight() {
        return next(Flight.join(lonelyFlight(), seat("guest1", "Bob 🛸", "2001:db8::1"), Long.MAX_VALUE, AT));
    }

    /** With a chat, a guest that is ready, and all kinds of sockets. */
    private static Entry room() {
        Entry room = next(
                Room.create(null, CODE, Participant.newcomer("public0host", "SwiftFox123"), at("203.0.113.7"), AT));
        room = next(Room.join(
                room,
                Participant.newcomer("public0guest", "BoldSky456"),
                at("203.0.113.8"),
                (now, participant) -> false,
                AT));
        room = next(Room.ready(room, "public0guest", 2, (1L << 53) - 1));
        room = next(Room.chat(room, "public0host", true));
        room = next(RoomSockets.attach(
                room, "public0host", RoomChannel.TRANSFER, seat("s1", "SwiftFox123", "10.0.0.1"), 7, AT));
        room = next(RoomSockets.attach(
                room, "public0guest", RoomChannel.TRANSFER, seat("s2", "BoldSky456", "10.0.0.2"), 8, AT));
        return next(RoomSockets.attach(
                room, "public0guest", RoomChannel.CHAT, seat("s3", "BoldSky456", "10.0.0.2"), 9, AT));
    }

    private static List<Entry> entries() {
        return List.of(lonelyFlight(), fullFlight(), room());
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        for (Entry entry : entries()) {
            ObjectNode json = EntryJson.write(entry);
            Entry read = EntryJson.read(CODE, json);
            assertEquals(json, EntryJson.write(read));
            assertEquals(
                    entry.story().tell(AT),
                    EntryJson.recognizing(read, entry).story().tell(AT));
        }
    }

    @Test
    void noAddressOfAClientLeavesItsInstance() throws JsonProcessingException {
        for (Entry entry : entries()) {
            String text = MAPPER.writeValueAsString(EntryJson.write(entry));
            assertEquals(-1, text.indexOf("\"ip\""));
            assertEquals(-1, text.indexOf("2001:db8::1"));
            assertEquals(-1, text.indexOf("192.168.1.5"));
        }
        Flight read = (Flight) EntryJson.read(CODE, EntryJson.write(fullFlight()));
        assertNull(read.host().address());
        assertNotNull(
                ((Flight) EntryJson.recognizing(read, fullFlight())).host().address());
    }

    /** Recorded by the release that wrote this form first: later ones must read them for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"flight-lonely", "flight-full", "room"})
    void recordedValuesAreRead(String name) throws IOException {
        Entry entry = switch (name) {
            case "flight-lonely" -> lonelyFlight();
            case "flight-full" -> fullFlight();
            default -> room();
        };
        JsonNode recorded = recorded(name);
        assertEquals(EntryJson.write(entry), EntryJson.write(EntryJson.read(CODE, recorded)));
        ObjectNode newer = recorded.deepCopy();
        newer.put("added", "by a later release");
        ((ObjectNode) newer.path("host")).putArray("alsoAdded");
        assertEquals(EntryJson.write(entry), EntryJson.write(EntryJson.read(CODE, newer)));
    }

    private static JsonNode recorded(String name) throws IOException {
        try (InputStream in = EntryJsonTest.class.getResourceAsStream("/recorded/1/" + name + ".json")) {
            return MAPPER.readTree(in);
        }
    }

    @Test
    void aNewerFormIsRefusedAndSoIsAnotherCode() {
        ObjectNode json = EntryJson.write(fullFlight());
        assertThrows(IllegalArgumentException.class, () -> EntryJson.read("AAAAAA", json));
        json.put("v", EntryJson.VERSION + 1);
        assertThrows(IllegalArgumentException.class, () -> EntryJson.read(CODE, json));
    }

    @Test
    void aNameThatAPageWouldTakeHarmOfIsRefused() {
        ObjectNode json = EntryJson.write(fullFlight());
        ((ObjectNode) json.path("guest")).put("name", "<script>");
        assertThrows(IllegalArgumentException.class, () -> EntryJson.read(CODE, json));
    }

    @Test
    void deliveriesAreReadAsTheyWereWritten() throws JsonProcessingException {
        List<Delivery> deliveries = new ArrayList<>(List.of(
                new Delivery.Created("a", CODE),
                new Delivery.PeerLeft("a", /* renewed= */ true),
                new Delivery.PeerLost("a"),
                new Delivery.Replaced("a"),
                new Delivery.Unseated("a"),
                new Delivery.Expelled("a")));
        deliveries.addAll(Flight.join(lonelyFlight(), seat("guest1", "Bob", "10.0.0.1"), 5, AT)
                .deliveries());
        deliveries.addAll(RoomSockets.attach(
                        room(), "public0host", RoomChannel.CHAT, seat("s4", "SwiftFox123", "10.0.0.1"), 9, AT)
                .deliveries());
        JsonNode json = MAPPER.readTree(MAPPER.writeValueAsString(DeliveryJson.write(deliveries)));
        assertEquals(
                json.toString(),
                DeliveryJson.write(DeliveryJson.read(CODE, json)).toString());
        ((ObjectNode) json.path(0)).put("kind", "of a later release");
        assertEquals(deliveries.size() - 1, DeliveryJson.read(CODE, json).size());
    }

    /** Whatever stands in the engine is read, or refused by the one exception for it. */
    @Test
    void garbageIsRefused() throws JsonProcessingException {
        Random random = new Random(12);
        for (int i = 0; i < 20_000; i++) {
            Entry entry = entries().get(i % entries().size());
            byte[] text = MAPPER.writeValueAsBytes(EntryJson.write(entry));
            Mutations mutations = new Mutations(random, "{}[]\",:0-9ntf\\", () -> text);
            readOrRefuse(new String(mutations.changed(mutations.changed(text)), StandardCharsets.UTF_8));
        }
    }

    private static void readOrRefuse(String text) {
        JsonNode json;
        try {
            json = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return;
        }
        try {
            EntryJson.read(CODE, json);
        } catch (IllegalArgumentException expected) {
            return;
        } catch (RuntimeException e) {
            fail(text, e);
        }
    }
}
