package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.RecordingPeer;

/** Who is seen on another instance, and when. */
class ListsAcrossTest {
    private final ManualExecutor time = new ManualExecutor();
    private final List<Throwable> thrown = new ArrayList<>();
    private final MemoryHub hub = new MemoryHub(time, new Random(1), Duration.ofMillis(2));
    private final SimulatedInstance here = instance();
    private final SimulatedInstance there = instance();
    private final RecordingPeer watcher = new RecordingPeer(here.home(), "10.0.0.1");

    private SimulatedInstance instance() {
        return new SimulatedInstance(hub, thrown, Duration.ofMillis(150), Mutant.NONE);
    }

    @BeforeEach
    void connectBoth() {
        passMillis(500);
        here.registry.connect(watcher);
        passMillis(500);
    }

    private void passMillis(long millis) {
        time.advance(Duration.ofMillis(millis));
        assertEquals(List.of(), thrown);
    }

    private RecordingPeer connectThere() {
        RecordingPeer peer = new RecordingPeer(there.home(), "10.0.0.2");
        there.registry.connect(peer);
        return peer;
    }

    private void sees(RecordingPeer... others) {
        List<String> told = watcher.received();
        assertEquals(
                List.of(others).stream().map(RecordingPeer::id).toList(), Traveller.idsIn(told.get(told.size() - 1)));
    }

    @Test
    void whoeverComesAsTheLastOneOfItsNetworkLeavesIsSeen() {
        RecordingPeer first = connectThere();
        passMillis(500);
        sees(first);
        there.registry.rename(first, "Another"); // so that the next round of this network has to wait
        passMillis(10);
        there.registry.disconnect(first, RoomSockets.End.CLOSED);
        RecordingPeer second = connectThere();
        passMillis(500);
        sees(second);
    }

    @Test
    void whoseInstanceStoodStillForSoLongThatItWasThoughtDeadIsSeenAgainAtOnce() {
        RecordingPeer other = connectThere();
        passMillis(500);
        sees(other);
        there.process.pause();
        passMillis(10_000);
        sees();
        there.process.resume();
        passMillis(500);
        sees(other);
    }

    @Test
    void whoWasSeenBeforeALossAndIsGoneIsForgottenSoonAfterIt() {
        RecordingPeer other = connectThere();
        passMillis(500);
        sees(other);
        here.engine.cut();
        there.registry.disconnect(other, RoomSockets.End.CLOSED);
        passMillis(500);
        here.engine.mend();
        passMillis(3_500);
        sees();
    }
}
