package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.CollectedEvents;

class HttpConnectionsTest {
    private final CollectedEvents events = new CollectedEvents();
    private final HttpConnections connections = new HttpConnections(2, events);
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final EmbeddedChannel second = new EmbeddedChannel();
    private final EmbeddedChannel third = new EmbeddedChannel();

    private void runLoops() {
        for (EmbeddedChannel channel : new EmbeddedChannel[] {first, second, third}) {
            channel.runPendingTasks();
        }
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        connections.add(first);
        connections.add(second);
        assertTrue(first.isOpen());
        connections.add(third);
        runLoops();
        assertFalse(first.isOpen());
        assertTrue(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(1, events.named("http:error").size());
    }

    @Test
    void oneWhoseRequestIsUnderWayNeverGoes() {
        connections.add(first);
        connections.add(second);
        connections.busy(first);
        connections.add(third);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
    }

    @Test
    void whereAllAreBusyTheNewOneGoes() {
        connections.add(first);
        connections.busy(first);
        connections.add(second);
        connections.busy(second);
        connections.add(third);
        runLoops();
        assertTrue(first.isOpen());
        assertTrue(second.isOpen());
        assertFalse(third.isOpen());
    }

    @Test
    void theOneThatHasBeenIdleLongestGoesFirst() {
        connections.add(first);
        connections.add(second);
        connections.busy(first);
        connections.idle(first);
        connections.add(third);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
    }

    @Test
    void oneThatIsGoneMakesRoom() {
        connections.add(first);
        connections.add(second);
        connections.remove(first);
        connections.add(third);
        runLoops();
        assertTrue(second.isOpen());
        assertEquals(0, events.all().size());
    }

    @Test
    void oneThatIsBusyBeforeItsLoopHearsOfItStaysAndAnotherGoes() {
        connections.add(first);
        connections.add(second);
        connections.add(third);
        connections.busy(first);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(1, events.named("http:error").size());
    }

    @Test
    void oneThatIsToGoAndGoesByItselfIsNotCountedTwice() {
        connections.add(first);
        connections.add(second);
        connections.add(third);
        connections.remove(first);
        connections.busy(second);
        connections.idle(second);
        runLoops();
        assertTrue(second.isOpen());
        assertTrue(third.isOpen());
        assertEquals(0, events.all().size());
    }

    @Test
    void whereAllWereBusyTheFirstThatIsIdleMakesRoom() {
        connections.add(first);
        connections.add(second);
        connections.busy(first);
        connections.busy(second);
        connections.add(third);
        connections.busy(third);
        runLoops();
        assertTrue(third.isOpen());
        connections.idle(second);
        runLoops();
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertTrue(third.isOpen());
    }
}
