package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.http.ServerStopping;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.testing.ClientFrames;

/** Why sessions end, and how long pings take. */
class SessionMetersTest {
    private static final NetworkKey HOME = new NetworkKey(NetworkKey.Kind.IPV4, 1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final TestSignaling signaling = new TestSignaling(channel.eventLoop());
    private final Meters meters = new Meters();

    @BeforeEach
    void connect() {
        channel.freezeTime();
        signaling.meters.addTo(meters);
        signaling.connections.enter(HOME);
        channel.pipeline()
                .addLast(new WebSocketSession(channel, signaling.shared, InetAddress.getLoopbackAddress(), HOME, true));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(byte[] frame) {
        channel.writeInbound(ByteBufAllocator.DEFAULT.buffer().writeBytes(frame));
        channel.runPendingTasks();
    }

    private void pass(Duration time) {
        signaling.ticker.pass(time);
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private void assertClosedBy(String cause) {
        channel.close();
        channel.runPendingTasks();
        Map<String, Long> counted = meters.values("dropsilk_connections_closed_total").entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertEquals(Map.of(cause, 1L), counted);
    }

    @Test
    void aCloseFrameIsTheClients() {
        send(ClientFrames.frame(ClientFrames.FIN | ClientFrames.CLOSE, new byte[] {3, (byte) 0xE8}));
        assertClosedBy("client");
    }

    @Test
    void aSocketThatIsGoneWithoutAWordIsLost() {
        assertClosedBy("lost");
    }

    @Test
    void whoAnswersNoPingIsDead() {
        pass(Duration.ofSeconds(30));
        pass(Duration.ofSeconds(30));
        assertClosedBy("dead");
    }

    @Test
    void whatBreaksTheProtocolIsSaidSo() {
        send(ClientFrames.frame(ClientFrames.FIN | 0x3, new byte[0]));
        assertClosedBy("protocol_error");
    }

    @Test
    void aStopIsAStop() {
        channel.pipeline().fireUserEventTriggered(new ServerStopping(Duration.ofSeconds(1)));
        assertClosedBy("shutdown");
    }

    @Test
    void theTimeFromAPingToItsAnswerIsMeasuredOnce() {
        pass(Duration.ofSeconds(30));
        pass(Duration.ofMillis(40));
        byte[] pong = ClientFrames.frame(ClientFrames.FIN | ClientFrames.PONG, new byte[0]);
        send(pong);
        send(pong); // without a ping
        Histogram.Distribution times = meters.all().stream()
                .filter(meter -> meter.name().equals("dropsilk_ping_round_trip_seconds"))
                .map(Meter::samples)
                .map(samples -> samples.get().get(0).distribution())
                .findFirst()
                .orElseThrow();
        assertEquals(1, times.count());
        assertEquals(0.04, times.sum(), 1e-6);
    }
}
