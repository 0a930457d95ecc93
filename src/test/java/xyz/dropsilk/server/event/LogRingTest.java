package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.ManualTime;

final class LogRingTest {
    private static List<String> lines(LogRing ring) {
        return ring.snapshot().stream().map(line -> new String(line, UTF_8)).toList();
    }

    private static void add(LogRing ring, int number) {
        ring.add(String.valueOf(number).getBytes(UTF_8));
    }

    @Test
    void theLastLinesAreKeptOldestFirst() {
        LogRing ring = new LogRing(3, new ManualTime());
        assertEquals(List.of(), lines(ring));
        add(ring, 1);
        add(ring, 2);
        assertEquals(List.of("1", "2"), lines(ring));
        IntStream.rangeClosed(3, 10).forEach(i -> add(ring, i));
        assertEquals(List.of("8", "9", "10"), lines(ring));
    }

    @Test
    void aRingOfNothingKeepsNothing() {
        LogRing ring = new LogRing(0, new ManualTime());
        add(ring, 1);
        assertEquals(List.of(), lines(ring));
    }

    @Test
    void longLinesPushOutMoreThanOneAndTheirNumberIsTold() {
        LogRing ring = new LogRing(100, 10 * (LogRing.OVERHEAD_BYTES + 1), new ManualTime());
        IntStream.rangeClosed(0, 9).forEach(i -> add(ring, i));
        assertEquals(10, ring.snapshot().size());
        ring.add("five lines".repeat(10).getBytes(UTF_8)); // 124 bytes: as many as five short ones, less one

        List<String> left = lines(ring);
        assertEquals(
                "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"level\":\"WARN\",\"message\":\"system:error\","
                        + "\"where\":\"kept lines\",\"linesDropped\":5}\n",
                left.get(0));
        assertEquals(List.of("5", "6", "7", "8", "9"), left.subList(1, 6));
        assertEquals(7, left.size());
    }

    @Test
    void aLineThatIsTooLongForTheRingIsNotKept() {
        LogRing ring = new LogRing(100, 50, new ManualTime());
        add(ring, 1);
        ring.add(new byte[51]);
        assertEquals(1, ring.snapshot().size());
        add(ring, 2);
        assertEquals("2", lines(ring).get(1));
    }

    @Test
    void aSnapshotDoesNotChange() {
        LogRing ring = new LogRing(2, new ManualTime());
        add(ring, 1);
        List<byte[]> snapshot = ring.snapshot();
        add(ring, 2);
        add(ring, 3);
        assertEquals(1, snapshot.size());
        assertEquals("1", new String(snapshot.get(0), UTF_8));
    }

    @Test
    void aSnapshotIsOfOneMoment() throws Exception {
        LogRing ring = new LogRing(100, new ManualTime());
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<?> writing = writer.submit(() -> IntStream.range(0, 100_000).forEach(i -> add(ring, i)));
            do {
                List<Integer> seen = lines(ring).stream().map(Integer::valueOf).toList();
                for (int i = 1; i < seen.size(); i++) {
                    assertEquals(seen.get(i - 1) + 1, seen.get(i));
                }
            } while (!writing.isDone());
        } finally {
            writer.shutdownNow();
        }
        assertEquals(100, ring.snapshot().size());
    }
}
