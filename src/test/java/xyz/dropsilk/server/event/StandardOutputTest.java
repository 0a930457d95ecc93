package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.ManualTicker;

@Timeout(60)
final class StandardOutputTest {
    private final BlockingQueue<Duration> lostFor = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> lost = new LinkedBlockingQueue<>();
    private final TestStream stream = new TestStream();
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final ManualTicker ticker = new ManualTicker();
    private final StandardOutput output = new StandardOutput(
            stream,
            new StandardOutput.Loss() {
                @Override
                public void begun() {
                    begun.add("begun");
                }

                @Override
                public void over(long lines, Duration time) {
                    lost.add(lines);
                    lostFor.add(time);
                }
            },
            ticker);

    /** An output that can be blocked or broken. */
    private static final class TestStream extends OutputStream {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final BlockingQueue<Thread> inside = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> thrown = new LinkedBlockingQueue<>();
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean broken;
        private volatile boolean faulty;

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            inside.add(Thread.currentThread());
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (broken) {
                thrown.add("broken");
                throw new IOException("no space left on device");
            }
            if (faulty) {
                thrown.add("faulty");
                throw new IllegalStateException("on purpose");
            }
            synchronized (this) {
                written.write(bytes, from, length);
                notifyAll();
            }
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        void block() {
            gate = new CountDownLatch(1);
        }

        synchronized String text() {
            return written.toString(UTF_8);
        }

        synchronized void awaitEnd(String end) throws InterruptedException {
            while (!text().endsWith(end)) {
                wait();
            }
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        stream.gate.countDown();
        output.close(5_000);
    }

    private void write(String line) {
        output.write((line + "\n").getBytes(UTF_8));
    }

    @Test
    void linesAreWrittenInOrder() throws Exception {
        output.start();
        IntStream.range(0, 1_000).forEach(i -> write("line " + i));
        stream.awaitEnd("line 999\n");

        List<String> expected =
                IntStream.range(0, 1_000).mapToObj(i -> "line " + i).toList();
        assertEquals(expected, stream.text().lines().toList());
        assertTrue(lost.isEmpty());
    }

    @Test
    void whatIsQueuedIsWrittenBeforeItCloses() throws Exception {
        output.start();
        IntStream.range(0, StandardOutput.MAX_QUEUED / 2).forEach(i -> write("line " + i));
        output.close(10_000);

        assertEquals(StandardOutput.MAX_QUEUED / 2, stream.text().lines().count());
    }

    @Test
    void anOutputThatBlocksBlocksNobodyAndItsLossIsTold() throws Exception {
        stream.block();
        output.start();
        write("first");
        stream.inside.take(); // the writer is stuck with it
        int more = StandardOutput.MAX_QUEUED + 100;
        long before = System.nanoTime();
        IntStream.range(0, more).forEach(i -> write("line " + i));
        long took = System.nanoTime() - before;
        assertTrue(took < TimeUnit.SECONDS.toNanos(5), "took " + took);
        assertEquals(List.of("begun"), List.copyOf(begun));

        ticker.pass(Duration.ofSeconds(90));
        stream.gate.countDown();
        assertEquals(100L, lost.take());
        assertEquals(Duration.ofSeconds(90), lostFor.take());
        stream.awaitEnd("line " + (StandardOutput.MAX_QUEUED - 1) + "\n");
        assertEquals(1 + StandardOutput.MAX_QUEUED, stream.text().lines().count());
    }

    @Test
    void whatWaitsForABlockedOutputIsBoundedInBytesToo() throws Exception {
        stream.block();
        output.start();
        write("first");
        stream.inside.take();
        byte[] line = "x".repeat(15_999).concat("\n").getBytes(UTF_8);
        int fit = StandardOutput.MAX_QUEUED_BYTES / line.length;
        IntStream.range(0, fit + 10).forEach(i -> output.write(line));

        stream.gate.countDown();
        assertEquals(10L, lost.take());
        write("last");
        stream.awaitEnd("last\n");
        assertEquals(1 + fit + 1, stream.text().lines().count());
    }

    @Test
    void anOutputThatFailsLosesLinesAndIsTriedAgain() throws Exception {
        stream.broken = true;
        output.start();
        loseOneByOne(3);
        stream.broken = false;
        write("back");
        stream.awaitEnd("back\n");

        assertEquals(3L, lost.take());
        assertEquals("back\n", stream.text());
    }

    @Test
    void anOutputWithAFaultOfAnyKindIsTriedAgain() throws Exception {
        stream.faulty = true;
        output.start();
        loseOneByOne(3);
        stream.faulty = false;
        write("back");
        stream.awaitEnd("back\n");

        assertEquals(3L, lost.take());
        assertEquals("back\n", stream.text());
    }

    private void loseOneByOne(int lines) throws InterruptedException {
        for (int i = 0; i < lines; i++) {
            write("lost");
            stream.inside.take();
            stream.thrown.take();
        }
    }

    @Test
    void closingWaitsForABlockedOutputOnlySoLong() throws Exception {
        stream.block();
        output.start();
        write("first");
        stream.inside.take();
        IntStream.range(0, StandardOutput.MAX_QUEUED + 1).forEach(i -> write("line " + i));
        long before = System.nanoTime();
        output.close(50);
        long took = System.nanoTime() - before;
        assertTrue(took < TimeUnit.SECONDS.toNanos(5), "took " + took);
    }

    @Test
    void closingAnOutputWhoseQueueIsFullWritesIt() throws Exception {
        stream.block();
        output.start();
        write("first");
        stream.inside.take();
        IntStream.range(0, StandardOutput.MAX_QUEUED).forEach(i -> write("line " + i));
        Thread opener = new Thread(stream.gate::countDown);
        opener.start();
        output.close(10_000);
        opener.join();

        assertEquals(1 + StandardOutput.MAX_QUEUED, stream.text().lines().count());
    }

    @Test
    void anOutputThatNeverStartedClosesAtOnce() throws Exception {
        output.close(10_000);
        assertEquals("", stream.text());
    }
}
