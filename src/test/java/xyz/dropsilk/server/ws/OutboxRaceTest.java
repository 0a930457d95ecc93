package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.ServerFrames;

/**
 * Two or three threads meet at one new outbox, thousands of times: appending against draining, completion, the close frame, closing and
 * overflow. Where {@link OutboxStressTest} hunts in a long life, this hunts in beginnings and ends.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class OutboxRaceTest {
    private static final int SIGNALS = 3;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final byte[] LARGE = new byte[Outbox.MAX_BYTES / 2];

    private final EventLoop loop = new DefaultEventLoop();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(/* preferDirect= */ false);
    private final LocalChannel channel = new LocalChannel();

    /** What {@code round} runs at once. */
    private interface Actor {
        void act(Round round);
    }

    /** Completes every other write at once, the rest after others had their turn on the loop. */
    private static final class EverySecondLater extends ChannelOutboundHandlerAdapter {
        private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
        private int writes;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (writes++ % 2 == 0) {
                take((ByteBuf) message, promise);
            } else {
                context.executor().execute(() -> take((ByteBuf) message, promise));
            }
        }

        private void take(ByteBuf bytes, ChannelPromise promise) {
            taken.addAll(ServerFrames.read(bytes));
            bytes.release();
            promise.setSuccess();
        }
    }

    private final EverySecondLater socket = new EverySecondLater();

    /** One outbox and what becomes of it. */
    private final class Round implements Outbox.Owner {
        private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, Runnable::run);
        private final Outbox outbox = new Outbox(channel, budget, this);
        private final LongAdder signals = new LongAdder();
        private static final long PAIRING = 1;
        private final AtomicInteger overflows = new AtomicInteger();
        private final AtomicInteger drains = new AtomicInteger();

        Round() {
            outbox.admit(PAIRING);
        }

        @Override
        public void overflowed() {
            overflows.incrementAndGet();
            end();
        }

        @Override
        public void drained() {
            drains.incrementAndGet();
        }

        @Override
        public int held() {
            return outbox.held();
        }

        @Override
        public void evict() {}

        private void signals(String from) {
            for (int number = 1; number <= SIGNALS; number++) {
                byte[] signal = (from + number).getBytes(US_ASCII);
                if (outbox.relay(PAIRING, signal, 0, signal.length)) {
                    signals.increment();
                }
                outbox.flush();
            }
        }

        private void end() {
            outbox.end(CloseCode.NORMAL.number, CloseCode.NORMAL.reason);
            outbox.flush();
        }

        private void large() {
            if (outbox.relay(PAIRING, LARGE, 0, LARGE.length)) {
                signals.increment();
            }
            outbox.flush();
        }

        /** The signals {@code from} one thread that left, which are its first ones in their order. */
        private long left(String from) {
            List<String> left = socket.taken.stream()
                    .filter(frame -> frame.startsWith(from))
                    .toList();
            for (int i = 0; i < left.size(); i++) {
                assertEquals(from + (i + 1), left.get(i));
            }
            return left.size();
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(socket);
        loop.register(channel).sync();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void appendsThatRaceWithDrainsAndCompletionsAllLeave() throws Exception {
        race(
                round -> {
                    Await.until("all signals", () -> socket.taken.size() == 2 * SIGNALS);
                    assertEquals(SIGNALS, round.left("a"));
                    assertEquals(SIGNALS, round.left("b"));
                },
                round -> round.signals("a"),
                round -> round.signals("b"));
    }

    @Test
    void theCloseFrameThatRacesWithAppendsIsLast() throws Exception {
        race(
                round -> {
                    Await.until("drained", () -> round.drains.get() > 0);
                    assertEquals(round.signals.sum(), round.left("a") + round.left("b"));
                    assertEquals(round.signals.sum() + 1, socket.taken.size());
                    assertEquals("close 1000 ", socket.taken.get(socket.taken.size() - 1));
                },
                round -> round.signals("a"),
                round -> round.signals("b"),
                Round::end);
    }

    @Test
    void closingThatRacesWithAppendsLeavesNothingBehind() throws Exception {
        race(
                round -> assertTrue(round.left("a") <= round.signals.sum()),
                round -> round.signals("a"),
                Round::end,
                round -> round.outbox.close());
    }

    @Test
    void closingOnTheLoopThatRacesWithAppendsLeavesNothingBehind() throws Exception {
        race(
                round -> assertTrue(round.left("a") + round.left("b") <= round.signals.sum()),
                round -> round.signals("a"),
                round -> round.signals("b"),
                round -> loop.execute(round.outbox::close));
    }

    @Test
    void anOverflowIsToldOnceWhateverRacesWithIt() throws Exception {
        AtomicInteger overflows = new AtomicInteger();
        race(
                round -> {
                    assertTrue(round.overflows.get() <= 1);
                    overflows.addAndGet(round.overflows.get());
                },
                Round::large,
                Round::large,
                Round::large);
        assertTrue(overflows.get() > 0, "some overflowed");
    }

    /** Lets {@code actors} meet at a new outbox, time and again; behind each meeting {@code check} holds, and in the end nothing is held. */
    private void race(Actor check, Actor... actors) throws Exception {
        CyclicBarrier start = new CyclicBarrier(actors.length);
        long end = System.nanoTime() + NANOS;
        int rounds = 0;
        for (; System.nanoTime() - end < 0; rounds++) {
            Round round = new Round();
            socket.taken.clear();
            List<Future<?>> running = new ArrayList<>();
            for (Actor actor : actors) {
                running.add(threads.submit(() -> {
                    start.await();
                    actor.act(round);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            settle();
            check.act(round);
            round.outbox.close();
            settle();
            assertEquals(0, round.budget.total());
            assertEquals(0, round.outbox.held());
            assertEquals(
                    0, allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory());
        }
        System.out.println("Outbox: " + rounds + " races of " + actors.length);
    }

    /** Lets the loop do what waits: a drain, the write that it begins, its completion, and the same once more. */
    private void settle() throws Exception {
        for (int i = 0; i < 8; i++) {
            loop.submit(() -> {}).get();
        }
    }
}
