package xyz.dropsilk.server.flight;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.testing.ManualExecutor;

/** One member of a network calls itself something else, and everybody is shown that. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PresenceBenchmark {
    /** Longer than any round and the pause behind it. */
    private static final Duration REST = Duration.ofMinutes(1);

    @Param({"400", "2000"})
    public int members;

    @Param({"200"})
    public int listed;

    private final ByteBuf out = Unpooled.directBuffer(1 << 20);
    private final ManualExecutor time = new ManualExecutor();
    private final List<EncodingPeer> peers = new ArrayList<>();
    private FlightRegistry registry = registry();
    private int changes;

    private FlightRegistry registry() {
        return new FlightRegistry(
                new FlightRegistry.Lists(listed, Duration.ZERO),
                EventSink.none(),
                new FlightRegistry.Time(time, time::nanos, time),
                Records.Listener.none());
    }

    @Setup
    public void fill() {
        registry = registry();
        for (int i = 0; i < members; i++) {
            EncodingPeer peer = new EncodingPeer(1, out);
            peers.add(peer);
            registry.connect(peer);
        }
        time.advance(REST);
        int before = peers.get(0).lists();
        oneNameToAll();
        if (peers.get(0).lists() != before + 1) {
            throw new IllegalStateException("a change is shown once");
        }
    }

    /** The newest member's name is in everybody's list. */
    @Benchmark
    public void oneNameToAll() {
        registry.rename(peers.get(peers.size() - 1), "Quick Otter " + changes++);
        time.advance(REST);
    }
}
