package xyz.dropsilk.server.flight;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.ManualExecutor;

/** What the registry does for two clients from their arrival to their end, among others who stay. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RegistryBenchmark {
    @Param({"1000", "14000"})
    public int live;

    private final ByteBuf out = Unpooled.directBuffer(1 << 16);
    private final ManualExecutor time = new ManualExecutor();
    private static final CodeTries NO_LIMIT =
            new JoinLimit(Unlimited.COUNT, () -> 0, EventSink.none()).tries(new NetworkKey(NetworkKey.Kind.IPV4, 0));

    private final FlightRegistry registry = new FlightRegistry(
            new FlightRegistry.Lists(200, Duration.ZERO),
            EventSink.none(),
            new FlightRegistry.Time(time, time::nanos, time),
            Records.Listener.none());

    @Setup
    public void fill() {
        for (int i = 1; i <= live; i++) {
            registry.connect(new EncodingPeer(i, out));
        }
    }

    /** One client comes to a network of its own, and goes. */
    @Benchmark
    public void connectAndDisconnect() {
        EncodingPeer peer = new EncodingPeer(0, out);
        registry.connect(peer);
        registry.disconnect(peer, RoomSockets.End.CLOSED);
    }

    /** Two clients come, meet in a flight, and go. */
    @Benchmark
    public void wholeFlight() {
        EncodingPeer host = new EncodingPeer(live + 1, out);
        EncodingPeer guest = new EncodingPeer(live + 2, out);
        registry.connect(host);
        registry.connect(guest);
        registry.createFlight(host);
        registry.joinFlight(guest, host.code(), NO_LIMIT);
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        registry.disconnect(host, RoomSockets.End.CLOSED);
    }
}
