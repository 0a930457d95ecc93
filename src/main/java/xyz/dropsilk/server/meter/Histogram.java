package xyz.dropsilk.server.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Durations, counted by how long they are. Recording is two additions. Safe on any thread. */
public final class Histogram {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double[] bounds;
    private final long[] boundNanos;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    /**
     * How what was recorded is spread. Immutable.
     *
     * @param bounds the upper ends of the ranges in seconds, ascending, each included; the last is infinite
     * @param counts how many fell into each range, not into those below it
     * @param sum of all, in seconds
     */
    public record Distribution(List<Double> bounds, List<Long> counts, double sum) {
        /** How many there were in all. */
        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    private Histogram(double[] bounds) {
        this.bounds = bounds;
        this.boundNanos = new long[bounds.length];
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
            if (i < bounds.length) {
                boundNanos[i] = Math.round(bounds[i] * NANOS_PER_SECOND);
            }
        }
    }

    /** Nothing recorded yet; ranges end at {@code bounds}, ascending, and one above them all has no end. */
    public static Histogram ofSeconds(double... bounds) {
        return new Histogram(bounds.clone());
    }

    /** Records a duration; one below zero, from a clock that was put back, counts as none. */
    public void record(long nanos) {
        long duration = Math.max(0, nanos);
        int range = 0;
        while (range < boundNanos.length && duration > boundNanos[range]) {
            range++;
        }
        counts[range].increment();
        sum.add(duration);
    }

    /** What was recorded until now. */
    public Distribution now() {
        List<Double> ends = new ArrayList<>(counts.length);
        List<Long> many = new ArrayList<>(counts.length);
        for (int i = 0; i < counts.length; i++) {
            ends.add(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY);
            many.add(counts[i].sum());
        }
        return new Distribution(List.copyOf(ends), List.copyOf(many), sum.sum() / NANOS_PER_SECOND);
    }
}
