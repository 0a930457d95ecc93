package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** What it costs to check a signal and find its data: our reader, Jackson's tokens, and what most servers do, a tree. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MessageReaderBenchmark implements MessageHandler {
    private static final JsonFactory JSON = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Param({"256", "1200", "4096"})
    public int size;

    private final MessageReader reader = new MessageReader();
    private byte[] message = {};
    private byte[] room = {};
    private int signalBytes;

    @Setup
    public void prepare() {
        message = Signals.ofLength(size).getBytes(UTF_8);
        room = new byte[MessageReader.HEADROOM + message.length + MessageReader.TAILROOM];
    }

    /** The server's check for UTF-8, which it needs only where unmasking met a byte beyond ASCII. */
    @Benchmark
    public boolean utf8() {
        return Utf8.isValid(message, 0, message.length);
    }

    /** The server's way: walked over, and the peer's message made in place. */
    @Benchmark
    public int ours() throws ProtocolException {
        int from = MessageReader.HEADROOM;
        System.arraycopy(message, 0, room, from, message.length); // it is written over, as the unmasked frame is
        reader.read(room, from, from + message.length, this);
        return signalBytes;
    }

    /** Jackson's tokens, nothing built: where data begins and ends. */
    @Benchmark
    public long jacksonTokens() throws IOException {
        long data = 0;
        try (JsonParser parser = JSON.createParser(message)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                boolean isData = parser.currentName().equals("data");
                parser.nextToken();
                long from = parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                if (isData) {
                    data = parser.currentLocation().getByteOffset() - from;
                }
            }
        }
        return data;
    }

    /** A tree, and the peer's message written from it. */
    @Benchmark
    public byte[] jacksonTree() throws IOException {
        JsonNode tree = MAPPER.readTree(message);
        return MAPPER.writeValueAsBytes(
                MAPPER.createObjectNode().put("type", "signal").set("data", tree.get("data")));
    }

    @Override
    public void signal(byte[] bytes, int from, int to) {
        signalBytes = to - from;
    }

    @Override
    public void registerDetails(@Nullable String name) {
        throw new IllegalStateException("a signal was sent");
    }

    @Override
    public void createFlight() {
        throw new IllegalStateException("a signal was sent");
    }

    @Override
    public void joinFlight(@Nullable String flightCode) {
        throw new IllegalStateException("a signal was sent");
    }

    @Override
    public void inviteToFlight(String inviteeId, String flightCode) {
        throw new IllegalStateException("a signal was sent");
    }

    @Override
    public void attachRoom(String roomCode, String participantId, String channel) {
        throw new IllegalStateException("a signal was sent");
    }
}
