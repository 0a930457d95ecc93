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

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        connections.add(first);
        connections.add(second);
        assertTrue(first.isOpen());
        connections.add(third);
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
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
    }

    @Test
    void oneThatIsGoneMakesRoom() {
        connections.add(first);
        connections.add(second);
        connections.remove(first);
        connections.add(third);
        assertTrue(second.isOpen());
        assertEquals(0, events.all().size());
    }
}
