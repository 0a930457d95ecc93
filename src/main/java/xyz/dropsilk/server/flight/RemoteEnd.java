package xyz.dropsilk.server.flight;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The other client of a pairing that is on another instance. What is sent to it is limited, so that no pair fills an inbox for all others. */
final class RemoteEnd implements SignalSink {
    /** A pairing's share of the engine: bytes a second. */
    static final long BYTES_PER_SECOND = 128 * 1024;

    /** What it may send at once. */
    static final long BURST_BYTES = 1024 * 1024;

    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND;
    private static final long BURST_NANOS = BURST_BYTES * NANOS_PER_BYTE;

    private final Bus bus;
    private final String id;
    private final LongSupplier ticker;

    /** When the whole allowance is there again: ticker nanoseconds. */
    private final AtomicLong wholeAt;

    RemoteEnd(Bus bus, String id, LongSupplier ticker) {
        this.bus = bus;
        this.id = id;
        this.ticker = ticker;
        this.wholeAt = new AtomicLong(ticker.getAsLong());
    }

    @Override
    public boolean relay(long pairing, byte[] message, int from, int length) {
        long now = ticker.getAsLong();
        long at = wholeAt.get();
        long after = now + Math.max(0, at - now) + length * NANOS_PER_BYTE;
        if (after - now > BURST_NANOS) {
            bus.overRate();
            return false;
        }
        wholeAt.set(after); // one session sends, so nobody else writes it
        return bus.relay(id, pairing, message, from, length);
    }

    @Override
    public void flush() {
        // what waits in the queue leaves by itself
    }
}
