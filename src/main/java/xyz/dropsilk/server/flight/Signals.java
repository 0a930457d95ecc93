package xyz.dropsilk.server.flight;

import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.rules.Traffic;

/** Counts the signals of one pairing, for its story, and those of all for the figures. Safe on any thread. */
public final class Signals {
    private final Totals all;
    private final LongAdder own = new LongAdder();

    /** The number of the pairing in which a signal of its older member was last let in; written only when that changes. */
    private volatile long forth = Peer.NO_PAIRING;

    /** The same of its younger member. */
    private volatile long back = Peer.NO_PAIRING;

    private volatile boolean bothWays;

    /** Signals of all pairings. Safe on any thread. */
    public static final class Totals {
        private final LongAdder signals = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        /** How many there were. */
        public long signals() {
            return signals.sum();
        }

        /** Their bytes, as they were sent on. */
        public long bytes() {
            return bytes.sum();
        }
    }

    /** Counts from 0 on; each signal is also counted in {@code all}. */
    public Signals(Totals all) {
        this.all = all;
    }

    /** A signal of {@code bytes} bytes was let in, in the pairing with this number, from its older member or from the younger one. */
    void count(long pairing, boolean ofOlder, int bytes) {
        own.increment();
        all.signals.increment();
        all.bytes.add(bytes);
        note(pairing, ofOlder);
    }

    private void note(long pairing, boolean ofOlder) {
        if (ofOlder && forth != pairing) {
            forth = pairing;
            if (back == pairing) {
                bothWays = true;
            }
        } else if (!ofOlder && back != pairing) {
            back = pairing;
            if (forth == pairing) {
                bothWays = true;
            }
        }
    }

    /** A signal came in from the pairing's other member, whose own instance counts it. */
    void heard(long pairing) {
        note(pairing, /* ofOlder= */ false);
    }

    /** What there was since the last call. */
    Traffic take() {
        boolean were = bothWays;
        bothWays = false;
        return new Traffic(own.sumThenReset(), were);
    }
}
