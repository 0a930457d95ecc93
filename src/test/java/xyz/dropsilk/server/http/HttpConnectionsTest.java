package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.CollectedEvents;

class HttpConnectionsTest {
    private final CollectedEvents events = new CollectedEvents();
    private final HttpConnections connections = new HttpConnections(2, events);
    private final Map<EmbeddedChannel, HttpConnections.Place> places = new HashMap<>();
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final EmbeddedChannel second = new EmbeddedChannel();
    private final EmbeddedChannel third = new EmbeddedChannel();

    private void enter(EmbeddedChannel channel) {
        places.put(channel, connections.enter(channel));
    }

    private HttpConnections.Place place(EmbeddedChannel channel) {
        return Objects.requireNonNull(places.get(channel));
    }

    private void runLoops() {
        for (EmbeddedChannel channel : new EmbeddedChannel[] {first, second, third}) {
            channel.runPendingTasks();
        }
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        enter(first);
        enter(second);
        assertTrue(first.isOpen());
        enter(third);
        runLoops();
        assertFalse(first.isOpen());
        assertTrue(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(1, events.named("http:error").size());
    }

    @Test
    void oneWhoseRequestIsUnderWayNeverGoes() {
        enter(first);
        enter(second);
        place(first).busy();
        enter(third);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
    }

    @Test
    void whereAllAreBusyTheNewOneGoes() {
        enter(first);
        place(first).busy();
        enter(second);
        place(second).busy();
        enter(third);
        runLoops();
        assertTrue(first.isOpen());
        assertTrue(second.isOpen());
        assertFalse(third.isOpen());
    }

    @Test
    void theOneThatHasBeenIdleLongestGoesFirst() {
        enter(first);
        enter(second);
        place(first).busy();
        place(first).idle();
        enter(third);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
    }

    @Test
    void oneThatIsGoneMakesRoom() {
        enter(first);
        enter(second);
        place(first).leave();
        enter(third);
        runLoops();
        assertTrue(second.isOpen());
        assertEquals(0, events.all().size());
    }

    @Test
    void oneThatIsBusyBeforeItsLoopHearsOfItStaysAndAnotherGoes() {
        enter(first);
        enter(second);
        enter(third);
        place(first).busy();
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(1, events.named("http:error").size());
    }

    @Test
    void oneThatIsToGoAndGoesByItselfIsNotCountedTwice() {
        enter(first);
        enter(second);
        enter(third);
        place(first).leave();
        place(second).busy();
        place(second).idle();
        runLoops();
        assertTrue(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(0, events.all().size());
    }

    @Test
    void whereAllWereBusyTheFirstThatIsIdleMakesRoom() {
        enter(first);
        enter(second);
        place(first).busy();
        place(second).busy();
        enter(third);
        place(third).busy();
        runLoops();
        assertTrue(third.isOpen());
        place(second).idle();
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertTrue(third.isOpen());
    }

    @Test
    void oneThatWasUsedSinceOthersWereLookedAtGoesAfterThem() {
        enter(first);
        enter(second);
        enter(third);
        runLoops();
        assertFalse(first.isOpen());
        place(first).leave();
        place(second).used();
        EmbeddedChannel fourth = new EmbeddedChannel();
        enter(fourth);
        runLoops();
        assertTrue(second.isOpen());
        assertFalse(third.isOpen());
        assertTrue(fourth.isOpen());
    }

    @Test
    void oneThatIsUsedBeforeItsLoopHearsOfItStaysAndAnotherGoes() {
        enter(first);
        enter(second);
        enter(third);
        place(first).used();
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertTrue(third.isOpen());
    }
}
