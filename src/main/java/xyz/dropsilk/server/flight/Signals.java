package xyz.dropsilk.server.flight;

import java.util.concurrent.atomic.LongAdder;

/** Counts the signals of one pairing, for its story, and those of all for the figures. Safe on any thread. */
public final class Signals {
    private final LongAdder all;
    private final LongAdder own = new LongAdder();

    /** Counts from 0 on; each signal is also counted in {@code all}. */
    public Signals(LongAdder all) {
        this.all = all;
    }

    /** A signal was let in. */
    public void count() {
        own.increment();
        all.increment();
    }

    /** How many there were since the last call. */
    long take() {
        return own.sumThenReset();
    }
}
