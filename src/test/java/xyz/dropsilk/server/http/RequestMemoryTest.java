package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.http.TestConnection.statuses;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.limit.MemoryBudget;

final class RequestMemoryTest {
    private static final String HOST = " HTTP/1.1\r\nHost: x\r\n";
    private static final String HOME = "GET /" + HOST + "\r\n";

    private final TestConnection connection = new TestConnection();

    @AfterEach
    void nothingIsHeldInTheEnd() {
        connection.release();
        assertEquals(0, connection.memory.total());
    }

    private List<Refusal> refusals() {
        return connection.events.all().stream().map(ServerEvent::refusal).toList();
    }

    /** Somebody else, for a moment. */
    private static final class Other implements MemoryBudget.Holder {
        private int held;

        @Override
        public int held() {
            return held;
        }

        @Override
        public void evict() {
            throw new AssertionError("not the largest");
        }
    }

    private void otherHoldsForAMoment(int bytes) {
        Other other = new Other();
        other.held = bytes;
        connection.memory.changed(other, bytes);
        connection.channel.runPendingTasks();
        other.held = 0;
        connection.memory.changed(other, -bytes);
    }

    @Test
    void aBodyIsHeldUntilItIsAnswered() {
        connection.send("POST /echo" + HOST + "Content-Length: 200000\r\n\r\n" + "b".repeat(199_999));
        assertTrue(connection.memory.total() > 2 * 200_000, "it grows, and is copied");
        connection.send("b");
        assertEquals(List.of(200), statuses(connection.received()));
        assertEquals(0, connection.memory.total());
    }

    @Test
    void aHeadIsHeldThoughNothingIsDecodedYet() {
        connection.send("GET / HTTP/1.1\r\nX: " + "x".repeat(10_000));
        assertTrue(connection.memory.total() > 2 * 10_000);
    }

    @Test
    void requestsBehindASlowOneAreHeldToo() {
        connection.send("GET /slow" + HOST + "\r\n" + ("GET /slow" + HOST + "\r\n").repeat(10));
        for (int i = 0; i < 11; i++) {
            assertTrue(i == 10 || connection.memory.total() > (10L - i) * 28, "what is not answered");
            connection.slow.get(i).complete(Response.empty(200));
            connection.channel.runPendingTasks();
        }
        assertEquals(Collections.nCopies(11, 200), statuses(connection.received()));
        assertEquals(0, connection.memory.total());
    }

    @Test
    void aBodyIsHeldWhileItsRequestIsBeingAnswered() {
        connection.send("GET /slow" + HOST + "Content-Length: 100000\r\n\r\n" + "b".repeat(100_000));
        assertEquals(100_000, connection.memory.total());
        connection.slow.get(0).complete(Response.empty(200));
        connection.channel.runPendingTasks();
        assertEquals(0, connection.memory.total());
    }

    @Test
    void oneClientDoesNotHaveAnyNumberReadAhead() {
        connection.send("GET /slow" + HOST + "\r\n");
        while (connection.channel.config().isAutoRead()) {
            connection.send(HOME.repeat(100));
        }
        assertTrue(connection.memory.total() < 2 * 64 * 1024, "what one client holds of it");
        connection.slow.get(0).complete(Response.empty(200));
        connection.channel.runPendingTasks();
        assertTrue(statuses(connection.received()).size() > 500);
        assertTrue(connection.channel.config().isAutoRead());
        assertEquals(0, connection.memory.total());
    }

    @Test
    void theBeginningOfARequestBehindAnAnsweredOneIsHeld() {
        connection.send(HOME + "GET /");
        assertEquals(List.of(200), statuses(connection.received()));
        assertTrue(connection.memory.total() > 0);
        connection.send(HOST + "\r\n");
        assertEquals(List.of(200), statuses(connection.received()));
        assertEquals(0, connection.memory.total());
    }

    @Test
    void anUpgradeHoldsNothing() {
        connection.send("GET /ws" + HOST + "Upgrade: websocket\r\n\r\n" + "frames");
        assertEquals(0, connection.memory.total());
    }

    @Test
    void theLargestHasToGoWhereMemoryIsShort() {
        connection.send("POST /echo" + HOST + "Content-Length: 262144\r\n\r\n" + "b".repeat(262_140));
        otherHoldsForAMoment(100_000);
        assertTrue(connection.isOpen());
        otherHoldsForAMoment(500_000);
        assertFalse(connection.isOpen());
        assertEquals(List.of(Refusal.MEMORY), refusals());
    }

    @Test
    void aHeaderHasALimitedNumberOfFields() {
        connection.send("GET /" + HOST + "a:\r\n".repeat(Fields.MAX_FIELDS - 1) + "\r\n");
        assertEquals(List.of(200), statuses(connection.received()));
        connection.send("GET /" + HOST + "a:\r\n".repeat(Fields.MAX_FIELDS) + "\r\n");
        assertEquals(List.of(431), statuses(connection.received()));
        assertEquals(List.of(Refusal.BAD_REQUEST), refusals());
    }

    @Test
    void soHasATrailer() {
        connection.send("POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                + "a:\r\n".repeat(Fields.MAX_FIELDS + 1) + "\r\n");
        assertEquals(List.of(400), statuses(connection.received()));
    }
}
