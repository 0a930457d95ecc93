package xyz.dropsilk.server.meter;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** A count for each constant of an enum, all there from the start, so that a first one is seen as a rise. Safe on any thread. */
public final class Counts<K extends Enum<K>> {
    /** Does not change once it is made. */
    private final Map<K, LongAdder> counts;

    private final Function<K, String> word;

    private Counts(Class<K> type, Function<K, String> word) {
        this.counts = new EnumMap<>(type);
        this.word = word;
        for (K key : type.getEnumConstants()) {
            counts.put(key, new LongAdder());
        }
    }

    /** Counts from 0 on, whose label's values are what {@code word} makes of the constants. */
    public static <K extends Enum<K>> Counts<K> of(Class<K> type, Function<K, String> word) {
        return new Counts<>(type, word);
    }

    /** Counts one. */
    public void increment(K key) {
        LongAdder count = counts.get(key);
        if (count != null) {
            count.increment();
        }
    }

    /** How many there were in all. */
    public long sum() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** How many there were of each. */
    public Map<String, Long> sums() {
        Map<String, Long> sums = new LinkedHashMap<>();
        counts.forEach((key, count) -> sums.put(word.apply(key), count.sum()));
        return sums;
    }
}
