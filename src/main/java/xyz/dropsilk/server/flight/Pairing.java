package xyz.dropsilk.server.flight;

import java.util.concurrent.atomic.LongAdder;

/**
 * Two clients in one flight, from {@code peer-joined} to {@code peer-left}. A flight can see several, one after the other; a signal belongs
 * to exactly one, so that a late one never reaches the next guest. Compared by identity. Counts its signals; safe on any thread.
 */
public final class Pairing {
    private final LongAdder total;
    private final LongAdder signals = new LongAdder();

    /** A new pairing whose signals are also counted in {@code total}. */
    public Pairing(LongAdder total) {
        this.total = total;
    }

    /** Counts a signal that was let in. */
    public void countSignal() {
        signals.increment();
        total.increment();
    }

    long signals() {
        return signals.sum();
    }
}
