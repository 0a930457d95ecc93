package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A {@link FrameReader} with a listener that notes what it hears, a line a call. */
final class RecordedFrames implements FrameReader.Listener {
    final List<String> heard = new ArrayList<>();
    final FrameReader reader;
    boolean releaseOnClose;

    private final ByteBufAllocator allocator;

    RecordedFrames(int maxPayload) {
        this(ByteBufAllocator.DEFAULT, maxPayload);
    }

    RecordedFrames(ByteBufAllocator allocator, int maxPayload) {
        this.allocator = allocator;
        reader = new FrameReader(allocator, Scratch.ofThisLoop(), maxPayload, this);
    }

    /** What is heard of {@code bytes} in reads of at most {@code most} bytes. Lets go of all buffers. */
    static List<String> heard(int maxPayload, byte[] bytes, int most) {
        RecordedFrames frames = new RecordedFrames(maxPayload);
        for (int from = 0; from < bytes.length; from += most) {
            frames.feed(bytes, from, Math.min(bytes.length, from + most));
        }
        return frames.released();
    }

    /** What is heard of {@code bytes} in reads of random sizes. */
    static List<String> heard(int maxPayload, byte[] bytes, Random random) {
        RecordedFrames frames = new RecordedFrames(maxPayload);
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(random.nextBoolean() ? 8 : 5_000));
            frames.feed(bytes, from, to);
            from = to;
        }
        return frames.released();
    }

    void feed(byte[]... parts) {
        for (byte[] part : parts) {
            feed(part, 0, part.length);
        }
    }

    private void feed(byte[] bytes, int from, int to) {
        reader.read(allocator.buffer(to - from).writeBytes(bytes, from, to - from));
    }

    private List<String> released() {
        reader.release();
        return heard;
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        heard.add("text " + new String(bytes, from, to - from, UTF_8));
    }

    @Override
    public void binary() {
        heard.add("binary");
    }

    @Override
    public void ping(byte[] bytes, int from, int to) {
        heard.add("ping " + new String(bytes, from, to - from, UTF_8));
    }

    @Override
    public void pong() {
        heard.add("pong");
    }

    @Override
    public boolean admits() {
        return true;
    }

    @Override
    public void closeReceived(int code) {
        heard.add(code == Frames.NO_CODE ? "close" : "close " + code);
        if (releaseOnClose) {
            reader.release();
        }
    }

    @Override
    public void violated(CloseCode code) {
        heard.add(code.name());
    }
}
