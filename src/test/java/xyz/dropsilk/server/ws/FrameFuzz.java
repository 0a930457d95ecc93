package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Any bytes as what a client sends, whole, byte by byte, and in reads whose sizes the first byte decides: heard is the same, nothing is thrown,
 * nothing is held behind a violation, and no buffer is left.
 */
public final class FrameFuzz {
    /** Small, so that inputs reach it. */
    private static final int MAX_PAYLOAD = 300;

    private FrameFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        Random random = new Random(input[0]);
        List<String> whole = heard(bytes, List.of(bytes.length));
        assertEquals(whole, heard(bytes, List.of(1)), "byte by byte");
        assertEquals(whole, heard(bytes, random.ints(16, 1, 40).boxed().toList()), "split");
    }

    /** What is heard of {@code bytes} in reads of {@code sizes} in turn, and how it ends. */
    private static List<String> heard(byte[] bytes, List<Integer> sizes) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(/* preferDirect= */ false);
        RecordedFrames frames = new RecordedFrames(allocator, MAX_PAYLOAD);
        int from = 0;
        for (int i = 0; from < bytes.length; i++) {
            int to = Math.min(bytes.length, from + sizes.get(i % sizes.size()));
            frames.feed(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        List<String> heard = new ArrayList<>(frames.heard);
        heard.add("ended " + frames.reader.completed() + ", unfinished " + frames.reader.isUnfinished());
        assertTrue(frames.reader.isUnfinished() || frames.reader.held() == 0, "only what is unfinished is held");
        frames.reader.release();
        assertEquals(0, allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory(), "bytes leaked");
        return heard;
    }
}
