package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.testing.ServerFrames;
import xyz.dropsilk.server.testing.Views;

/**
 * Many threads append to one outbox, as event loops do, while its loop drains it into a socket that takes some writes at once and some later.
 * Hunts for lost wake-ups, lost or doubled messages, broken order, and signals outside their pairing. For a long run:
 *
 * <pre>mvn test -Dtest=OutboxStressTest -Dgroups=long -DexcludedGroups=none -Dstress.seconds=60</pre>
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class OutboxStressTest {
    private static final int PRODUCERS = 4;

    /** Signals that may be on their way: far from what overflows. */
    private static final int MAX_UNDERWAY = 20_000;

    private static final int SIGNALS_PER_PAIRING = 50;

    private final EventLoop loop = new DefaultEventLoop();
    private final LocalChannel channel = new LocalChannel();
    private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, Runnable::run);
    private final Reception reception = new Reception();
    private final AtomicReference<@Nullable AssertionError> failure = new AtomicReference<>();
    /** Signals taken by the socket. */
    private final AtomicLong received = new AtomicLong();

    private final LongAdder signals = new LongAdder();

    /** The first one is never admitted. */
    private volatile long current = 1;

    private int pairings;

    private final AtomicInteger overflows = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);

    /** Takes every write, some of them only after others had their turn on the loop. */
    private final class LazySocket extends ChannelOutboundHandlerAdapter {
        private int inFlight;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            assertEquals(1, ++inFlight, "one write at a time");
            switch (ThreadLocalRandom.current().nextInt(4)) {
                case 0 -> loop.execute(() -> take(bytes, promise));
                case 1 -> loop.schedule(() -> take(bytes, promise), 100, TimeUnit.MICROSECONDS);
                default -> take(bytes, promise);
            }
        }

        private void take(ByteBuf bytes, ChannelPromise promise) {
            List<String> frames = ServerFrames.read(bytes);
            bytes.release();
            inFlight--;
            try {
                frames.forEach(reception::accept);
            } catch (AssertionError e) {
                failure.compareAndSet(null, e);
            }
            received.addAndGet(
                    frames.stream().filter(frame -> frame.startsWith("s ")).count());
            promise.setSuccess();
        }
    }

    private final Outbox outbox = new Outbox(channel, budget, new Outbox.Owner() {
        @Override
        public void overflowed() {
            overflows.incrementAndGet();
        }

        @Override
        public void drained() {
            drained.complete(null);
        }

        @Override
        public int held() {
            return outbox().held();
        }

        @Override
        public void evict() {}
    });

    private Outbox outbox() {
        return outbox;
    }

    @AfterEach
    void stop() {
        producers.shutdownNow();
        outbox.close();
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void nothingIsLostDoubledOrOutOfOrder() throws Exception {
        run(TimeUnit.MILLISECONDS.toNanos(1_500));
    }

    @Test
    @Tag("long")
    void nothingIsLostDoubledOrOutOfOrderForLong() throws Exception {
        run(TimeUnit.SECONDS.toNanos(Integer.getInteger("stress.seconds", 30)));
    }

    private void run(long nanos) throws Exception {
        channel.pipeline().addLast(new LazySocket());
        loop.register(channel).sync();
        AtomicLong sent = new AtomicLong();
        long end = System.nanoTime() + nanos;

        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            int producer = i;
            running.add(producers.submit(() -> produce(producer, sent, end)));
        }
        for (Future<?> each : running) {
            each.get();
        }
        outbox.end(CloseCode.NORMAL.number, CloseCode.NORMAL.reason);
        outbox.flush();
        drained.get(30, TimeUnit.SECONDS);

        System.out.println(
                "Outbox: " + sent.get() + " signals sent, " + signals.sum() + " let in, " + pairings + " pairings");
        assertEquals(0, overflows.get());
        assertEquals(null, failure.get());
        assertEquals(signals.sum(), reception.signals);
        assertEquals(pairings, reception.joined);
        assertTrue(reception.signals > 1_000 && reception.lastList > 100, "all went on at the same time");
        assertEquals("close 1000 ", reception.closed);
        assertEquals(0, outbox.held());
        assertEquals(0, budget.total());
    }

    /** A peer: relays numbered signals for whatever pairing it last saw. */
    private void produce(int producer, AtomicLong sent, long end) {
        for (int number = 1; System.nanoTime() - end < 0; number++) {
            long pairing = current;
            byte[] signal = ("s " + producer + " " + number + " " + pairing).getBytes(US_ASCII);
            if (number % SIGNALS_PER_PAIRING == 0) {
                nextPairing();
            }
            if (outbox.relay(pairing, signal, 0, signal.length)) {
                signals.increment();
            }
            outbox.flush();
            while (signals.sum() - received.get() > MAX_UNDERWAY && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(1_000);
            }
            sent.incrementAndGet();
        }
    }

    /** The registry, under its lock: ends a pairing and begins the next, and shows a list. */
    private synchronized void nextPairing() {
        outbox.admit(Peer.NO_PAIRING);
        outbox.send(ServerMessage.PEER_LEFT);
        long next = current + 1;
        pairings++;
        outbox.show(Views.of(new long[] {1}, List.of(new User("u" + pairings, "n")), 9)
                .listFor(0));
        outbox.send(ServerMessage.registered("p" + next));
        outbox.admit(next);
        current = next;
    }

    /** What the client sees, checked frame by frame. Confined to the loop. */
    private static final class Reception {
        private final int[] last = new int[PRODUCERS];
        private String pairing = "none";
        private String closed = "";
        private long signals;
        private int joined;
        private int lastList;

        void accept(String frame) {
            assertEquals("", closed, "nothing behind the close frame");
            if (frame.startsWith("s ")) {
                String[] parts = frame.split(" ", -1);
                int producer = Integer.parseInt(parts[1]);
                int number = Integer.parseInt(parts[2]);
                assertTrue(number > last[producer], "in order, once");
                last[producer] = number;
                assertEquals(pairing, parts[3], "signals of the pairing alone");
                signals++;
            } else if (frame.equals(ServerMessage.PEER_LEFT.toString())) {
                pairing = "none";
            } else if (frame.startsWith("{\"type\":\"registered\"")) {
                pairing = frame.replaceAll("\\D", "");
                joined++;
            } else if (frame.contains("\"users\"")) {
                int list = Integer.parseInt(frame.replaceAll("\\D", ""));
                assertTrue(list > lastList, "no list twice or behind a newer one");
                lastList = list;
            } else {
                closed = frame;
            }
        }
    }
}
