package xyz.dropsilk.server.meter;

import java.util.List;
import java.util.function.Supplier;

/**
 * Figures under one name.
 *
 * @param name by the rules of Prometheus: base units, {@code _total} at the end of a counter
 * @param kind what the figures are
 * @param help what they mean, in a sentence
 * @param samples reads them where they are kept; any thread that may wait for a lock, so no event loop where there is a choice
 */
public record Meter(String name, Kind kind, String help, Supplier<List<Sample>> samples) {
    /** What a figure is. */
    public enum Kind {
        /** It goes up and down. */
        GAUGE,
        /** It only grows. */
        COUNTER,
        /** It says how what was recorded is spread. */
        HISTOGRAM
    }
}
