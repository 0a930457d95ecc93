package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.http.TestConnection.statuses;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.Refusal;

/** The contract, 2: a client that does not finish its request within 10 s, however it trickles. */
final class RequestDeadlineTest {
    private static final String HOST = " HTTP/1.1\r\nHost: x\r\n";
    private static final String HOME = "GET /" + HOST + "\r\n";

    private TestConnection connection = new TestConnection();

    @AfterEach
    void release() {
        connection.release();
    }

    private void pass(long seconds) {
        connection.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        connection.channel.runScheduledPendingTasks();
        connection.channel.runPendingTasks();
    }

    private void assertTimedOut() {
        String answer = connection.received();
        assertEquals(List.of(408), statuses(answer));
        assertFalse(connection.isOpen());
        assertEquals(
                1,
                connection.events.all().stream()
                        .filter(event -> event.refusal() == Refusal.REQUEST_TIMEOUT)
                        .count());
    }

    @Test
    void aClientThatSaysNothingIsClosed() {
        pass(9);
        assertTrue(connection.isOpen());
        pass(1);
        assertFalse(connection.isOpen());
        assertEquals("", connection.received());
    }

    @Test
    void aTrickledHeadTimesOut() {
        for (int second = 0; second < 9; second++) {
            connection.send("G");
            pass(1);
        }
        assertTrue(connection.isOpen());
        connection.send("G");
        pass(1);
        assertTimedOut();
    }

    @Test
    void aTrickledBodyTimesOut() {
        connection.send("POST /echo" + HOST + "Content-Length: 100\r\n\r\n");
        for (int second = 0; second < 10; second++) {
            assertTrue(connection.isOpen());
            connection.send("b");
            pass(1);
        }
        assertTimedOut();
    }

    @Test
    void aRequestInTimeIsAnswered() {
        connection.send(HOME.substring(0, 10));
        pass(9);
        connection.send(HOME.substring(10));
        assertEquals(List.of(200), statuses(connection.received()));
        pass(60);
        assertTrue(connection.isOpen());
    }

    @Test
    void eachRequestHasItsOwnTimeFromItsFirstByte() {
        for (int i = 0; i < 5; i++) {
            connection.send(HOME.substring(0, 10));
            pass(9);
            connection.send(HOME.substring(10));
            assertEquals(List.of(200), statuses(connection.received()));
            pass(100);
            assertTrue(connection.isOpen());
        }
        connection.send(HOME.substring(0, 10));
        pass(10);
        assertTimedOut();
    }

    @Test
    void aBodyThatBeganBehindTheRequestBeforeIsTimedToo() {
        connection.send(HOME + "POST /echo" + HOST + "Content-Length: 100\r\n\r\nb");
        assertEquals(List.of(200), statuses(connection.received()));
        pass(10);
        assertTimedOut();
    }

    @Test
    void aHeadThatBeganBehindTheRequestBeforeIsTimedToo() {
        connection.send(HOME + HOME.substring(0, 10));
        assertEquals(List.of(200), statuses(connection.received()));
        pass(9);
        assertTrue(connection.isOpen());
        pass(1);
        assertTimedOut();
    }

    @Test
    void aHeadThatBeganBehindARequestThatTakesTimeIsTimedFromItsAnswer() {
        connection.send("GET /slow" + HOST + "\r\n" + HOME.substring(0, 10));
        pass(60);
        connection.slow.get(0).complete(Response.text(200, "at last"));
        connection.channel.runPendingTasks();
        assertEquals(List.of(200), statuses(connection.received()));
        pass(9);
        assertTrue(connection.isOpen());
        pass(1);
        assertTimedOut();
    }

    @Test
    void anEmptyLineBehindARequestIsNoRequest() { // RFC 9112, 2.2: some clients send one behind a body
        connection.send(HOME + "\r\n");
        assertEquals(List.of(200), statuses(connection.received()));
        pass(119);
        assertTrue(connection.isOpen());
    }

    @Test
    void aRequestThatBeganWhileAnotherWasAnsweredIsTimedToo() {
        connection.send("GET /slow" + HOST + "\r\n");
        pass(60);
        connection.send(HOME.substring(0, 10));
        pass(60);
        assertTrue(connection.isOpen());
        connection.slow.get(0).complete(Response.text(200, "at last"));
        connection.channel.runPendingTasks();
        assertEquals(List.of(200), statuses(connection.received()));
        pass(9);
        assertTrue(connection.isOpen());
        pass(1);
        assertTimedOut();
    }

    @Test
    void anIdleConnectionIsKeptForAWhile() {
        connection.send(HOME);
        connection.received();
        pass(119);
        assertTrue(connection.isOpen());
        pass(1);
        assertFalse(connection.isOpen());
        assertEquals("", connection.received());
    }

    @Test
    void anEndpointMayTakeItsTime() {
        connection.send("GET /slow" + HOST + "\r\n");
        pass(3_600);
        connection.slow.get(0).complete(Response.text(200, "at last"));
        connection.channel.runPendingTasks();
        assertEquals(List.of(200), statuses(connection.received()));
    }

    @Test
    void aClientThatDoesNotTakeItsAnswerIsClosed() {
        connection.release();
        connection = new TestConnection(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message); // and never says that it is written
            }
        });
        connection.send(HOME);
        pass(29);
        assertTrue(connection.isOpen());
        pass(1);
        assertFalse(connection.isOpen());
    }

    @Test
    void aSessionHasNoDeadline() {
        connection.send("GET /ws" + HOST + "Upgrade: websocket\r\n\r\n");
        pass(100_000);
        assertTrue(connection.isOpen());
        assertTrue(connection.received().endsWith("[registered]"));
    }

    @Test
    void noTimerIsLeftOfAConnectionThatIsGone() {
        connection.send(HOME);
        connection.received();
        connection.channel.pipeline().close(); // a channel's own close would end all timers of the test's loop
        connection.channel.runPendingTasks();
        assertEquals(-1, connection.channel.runScheduledPendingTasks());
    }
}
