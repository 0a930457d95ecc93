package xyz.dropsilk.server.limit;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongUnaryOperator;
import xyz.dropsilk.server.address.NetworkKey;

/**
 * One number a network, for any number of networks in a fixed amount of memory: a sketch (count-min) of {@link #ROWS} cells a network, chosen by
 * hashes that nobody outside can foretell. A network is held to a limit only if all its cells are at it, so networks that share some do not
 * notice each other; where attackers with many thousands of addresses wear all cells out the limit gets coarser, and never opens. Safe on any
 * thread.
 */
final class NetworkCells {
    static final int ROWS = 4;
    private static final int CELLS_PER_ROW = 1 << 12;

    private final AtomicLongArray cells = new AtomicLongArray(ROWS * CELLS_PER_ROW);
    private final long seed = ThreadLocalRandom.current().nextLong();

    NetworkCells(long initial) {
        for (int i = 0; i < cells.length(); i++) {
            cells.setPlain(i, initial);
        }
    }

    long get(NetworkKey network, int row) {
        return cells.get(index(network, row));
    }

    void update(NetworkKey network, LongUnaryOperator change) {
        for (int row = 0; row < ROWS; row++) {
            cells.updateAndGet(index(network, row), change);
        }
    }

    private int index(NetworkKey network, int row) {
        long hash = mix(network.bits() + mix(seed + row * 31L + network.kind().hashCode()));
        return row * CELLS_PER_ROW + (int) (hash >>> 52);
    }

    /** A good spread of all bits: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
