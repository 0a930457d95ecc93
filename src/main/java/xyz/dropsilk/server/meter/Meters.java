package xyz.dropsilk.server.meter;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * All meters by name. Whoever keeps figures adds them here once, as functions that read them where they are: so what is counted stays as plain
 * as it was, and nobody but a reader pays, not even for the functions. Safe on any thread.
 */
public final class Meters {
    /** By name. */
    private final Map<String, Meter> meters = new ConcurrentHashMap<>();

    private final Consumer<Meters> owners;

    /** Whether the owners have been asked. */
    @GuardedBy("this")
    private boolean asked;

    /** None yet. */
    public Meters() {
        this(none -> {});
    }

    /** Those that {@code owners} adds when somebody reads for the first time: each is a class of its own, so all of them would make a start longer. */
    public Meters(Consumer<Meters> owners) {
        this.owners = owners;
    }

    /** Adds {@code meter}. */
    public void add(Meter meter) {
        if (meters.putIfAbsent(meter.name(), meter) != null) {
            throw new IllegalArgumentException("two meters are called " + meter.name());
        }
    }

    /** Adds a gauge without labels. */
    public void gauge(String name, String help, DoubleSupplier value) {
        add(new Meter(name, Meter.Kind.GAUGE, help, () -> List.of(Sample.of(value.getAsDouble()))));
    }

    /** Adds a counter without labels. */
    public void counter(String name, String help, LongSupplier value) {
        add(new Meter(name, Meter.Kind.COUNTER, help, () -> List.of(Sample.of((double) value.getAsLong()))));
    }

    /** Adds a gauge with a series for each value of {@code label}, all read at once. */
    public void gauges(
            String name, String help, String label, Supplier<? extends Map<String, ? extends Number>> values) {
        add(new Meter(name, Meter.Kind.GAUGE, help, () -> samples(label, values.get())));
    }

    /** Adds a counter with a series for each value of {@code label}, all read at once. */
    public void counters(
            String name, String help, String label, Supplier<? extends Map<String, ? extends Number>> values) {
        add(new Meter(name, Meter.Kind.COUNTER, help, () -> samples(label, values.get())));
    }

    private static List<Sample> samples(String label, Map<String, ? extends Number> values) {
        return values.entrySet().stream()
                .map(entry -> Sample.of(entry.getValue().doubleValue(), new Label(label, entry.getKey())))
                .toList();
    }

    /** Adds a histogram without labels. */
    public void histogram(String name, String help, Histogram histogram) {
        add(new Meter(name, Meter.Kind.HISTOGRAM, help, () -> List.of(Sample.of(histogram))));
    }

    /** All of them, in no order. */
    public Collection<Meter> all() {
        return List.copyOf(known().values());
    }

    /** Whether there is a meter {@code name}. */
    public boolean has(String name) {
        return known().containsKey(name);
    }

    /** What the meter {@code name} says now, its series summed up; 0 where there is no such meter. */
    public long value(String name) {
        return Math.round(samples(name).stream().mapToDouble(Sample::value).sum());
    }

    /** What the meter {@code name} says now, by the value of its first label. */
    public Map<String, Long> values(String name) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (Sample sample : samples(name)) {
            if (!sample.labels().isEmpty()) {
                values.merge(sample.labels().get(0).value(), Math.round(sample.value()), Long::sum);
            }
        }
        return values;
    }

    private List<Sample> samples(String name) {
        Meter meter = known().get(name);
        return meter == null ? List.of() : meter.samples().get();
    }

    private synchronized Map<String, Meter> known() {
        if (!asked) {
            asked = true;
            owners.accept(this);
        }
        return meters;
    }
}
