package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.testing.ManualTicker;
import xyz.dropsilk.server.testing.RawClient;

/** One session's liveness and time limits, on a channel whose time a test moves. */
class SessionTimeTest {
    private static final Duration PING_INTERVAL = Duration.ofSeconds(30);
    private static final int MAX_PAYLOAD = 4_096;

    private final ManualTicker ticker = new ManualTicker();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final InetAddress address = InetAddress.getLoopbackAddress();

    SessionTimeTest() {
        channel.freezeTime();
        FlightRegistry registry =
                new FlightRegistry(200, EventSink.none(), InstantSource.system(), channel.eventLoop(), ticker);
        Signaling signaling = new Signaling(
                registry,
                EventSink.none(),
                new ConnectionLimit(10, 10),
                new JoinLimit(0, ticker, EventSink.none()),
                new MemoryBudget(1 << 20, Runnable::run),
                MAX_PAYLOAD,
                PING_INTERVAL,
                /* messageRate= */ null,
                ticker);
        channel.pipeline().addLast(new WebSocketSession(channel, signaling, address, NetworkKey.of(address)));
        sent();
    }

    @AfterEach
    void nothingIsLeaked() {
        channel.finishAndReleaseAll();
    }

    private void pass(Duration time) {
        ticker.pass(time);
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runPendingTasks();
    }

    private void receive(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    /** All that the session has sent since the last call, as Latin-1. */
    private String sent() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(StandardCharsets.ISO_8859_1));
            next.release();
        }
        return all.toString();
    }

    private static byte[] text(String json) {
        return RawClient.frame(true, RawClient.TEXT, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPauseOfTheWholeProcessDropsNobody() {
        pass(PING_INTERVAL.multipliedBy(5));
        assertTrue(channel.isActive(), "nobody could answer the pings that were missed");
        assertEquals("\u0089\0", sent(), "one ping, not five");
        pass(PING_INTERVAL);
        assertFalse(channel.isActive(), "this one was not answered");
    }

    @Test
    void messagesThatNeverEndWhereAReadEndsAreNotOneSlowMessage() {
        byte[] message = text("{\"type\":\"signal\",\"data\":1}");
        byte[] misaligned = new byte[message.length];
        int half = message.length / 2;
        System.arraycopy(message, half, misaligned, 0, message.length - half);
        System.arraycopy(message, 0, misaligned, message.length - half, half);
        receive(Arrays.copyOf(message, half));
        for (int i = 0; i < 100; i++) {
            ticker.pass(Duration.ofSeconds(1));
            receive(misaligned);
        }
        assertEquals("", sent());
    }

    @Test
    void pingsDoNotLengthenTheTimeOfAMessageInPieces() {
        receive(RawClient.frame(false, RawClient.TEXT, new byte[] {'{'}));
        for (int i = 0; i < 31; i++) {
            ticker.pass(Duration.ofSeconds(1));
            receive(RawClient.frame(true, RawClient.PING, new byte[0]));
        }
        assertTrue(sent().endsWith("A message took too long"));
    }

    @Test
    void aPingInsideAMessageOfFullSizeIsNoPartOfIt() {
        byte[] text =
                ("{\"type\":\"x\",\"y\":\"" + "z".repeat(MAX_PAYLOAD - 19) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertEquals(MAX_PAYLOAD, text.length);
        receive(RawClient.frame(false, RawClient.TEXT, text));
        receive(RawClient.frame(true, RawClient.PING, "hello".getBytes(StandardCharsets.UTF_8)));
        assertEquals("\u008A\5hello", sent());
        receive(RawClient.frame(true, RawClient.CONTINUATION, new byte[0]));
        assertTrue(sent().contains("Unknown message type"));
    }
}
