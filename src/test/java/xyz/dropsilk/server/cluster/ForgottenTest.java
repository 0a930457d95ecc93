package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.RecordingPeer;
import xyz.dropsilk.server.testing.WebClient;

/** An engine that has forgotten all, and who asks for what is not in it again yet. */
class ForgottenTest {
    private final ManualExecutor time = new ManualExecutor();
    private final List<Throwable> thrown = new ArrayList<>();
    private final MemoryHub hub = new MemoryHub(time, new Random(1), Duration.ofMillis(2));
    private final SimulatedInstance here = instance();
    private final SimulatedInstance there = instance();
    private final RecordingPeer host = new RecordingPeer(there.home(), "10.0.0.1");
    private final RecordingPeer guest = new RecordingPeer(here.home(), "10.0.0.2");
    private String code = "";

    private SimulatedInstance instance() {
        return new SimulatedInstance(hub, thrown, Duration.ofMillis(150), Mutant.NONE);
    }

    private void passMillis(long millis) {
        time.advance(Duration.ofMillis(millis));
        assertEquals(List.of(), thrown);
    }

    /** What {@code peer} was told since the last time, but for lists. */
    private static List<String> told(RecordingPeer peer) {
        return peer.drain().stream()
                .map(message -> WebClient.json(message).path("type").asText())
                .filter(type -> !type.equals("users-on-network-update"))
                .toList();
    }

    /** The engine is empty, the guest's instance has noticed, and the host's takes longer to connect again. */
    @BeforeEach
    void forget() {
        passMillis(500);
        there.registry.connect(host);
        here.registry.connect(guest);
        there.registry.createFlight(host);
        passMillis(500);
        code = host.drain().stream()
                .map(WebClient::json)
                .map(message -> message.path("flightCode"))
                .filter(JsonNode::isTextual)
                .findFirst()
                .orElseThrow()
                .asText();
        told(guest);
        hub.lose();
        there.engine.cut();
        passMillis(2_500);
        assertTrue(here.cluster.isUp());
        assertTrue(hub.records().isEmpty());
    }

    @Test
    void whoJoinsAFlightThatIsPutBackInTheNextMomentGetsTheSeat() {
        here.registry.joinFlight(guest, code, guest);
        passMillis(500);
        assertEquals(List.of(), told(guest));
        there.engine.mend();
        passMillis(1_400);
        assertEquals(List.of("peer-joined"), told(guest));
        assertEquals(List.of("peer-joined"), told(host));
        assertEquals(0, guest.wrongCodes());
    }

    @Test
    void aWrongCodeIsAnsweredInTimeAndCountsForNobodyUntilAllIsPutBack() {
        here.registry.joinFlight(guest, "AAAAAA", guest);
        passMillis(2_100);
        assertEquals(List.of("error"), told(guest));
        assertEquals(0, guest.wrongCodes());
        passMillis(5_000);
        here.registry.joinFlight(guest, "AAAAAA", guest);
        passMillis(100);
        assertEquals(List.of("error"), told(guest));
        assertEquals(1, guest.wrongCodes());
    }
}
