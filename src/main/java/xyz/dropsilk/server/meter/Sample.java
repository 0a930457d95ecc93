package xyz.dropsilk.server.meter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one series of a meter says now. Immutable.
 *
 * @param labels tell it from the others; none where it is the only one
 * @param value of a gauge or counter, {@code NaN} where there is none yet; of a histogram how often something was recorded
 * @param distribution of a histogram; null for the others
 */
public record Sample(List<Label> labels, double value, Histogram.@Nullable Distribution distribution) {
    /** Of a gauge or counter. */
    public static Sample of(double value, Label... labels) {
        return new Sample(List.of(labels), value, null);
    }

    static Sample of(Histogram histogram, Label... labels) {
        Histogram.Distribution now = histogram.now();
        return new Sample(List.of(labels), now.count(), now);
    }
}
