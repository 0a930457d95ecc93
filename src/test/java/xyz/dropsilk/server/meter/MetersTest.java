package xyz.dropsilk.server.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetersTest {
    private final Meters meters = new Meters();

    @Test
    void aMeterIsReadWhereItsFigureIsKept() {
        AtomicLong kept = new AtomicLong();
        meters.counter("things_total", "Things.", kept::get);
        assertEquals(0, meters.value("things_total"));
        kept.set(7);
        assertEquals(7, meters.value("things_total"));
    }

    @Test
    void seriesOfOneMeterAddUpAndAreToldApart() {
        meters.counters("things_total", "Things.", "kind", () -> Map.of("good", 3L, "bad", 4L));
        assertEquals(7, meters.value("things_total"));
        assertEquals(Map.of("good", 3L, "bad", 4L), meters.values("things_total"));
    }

    @Test
    void whatNobodyAddedIsNothing() {
        assertEquals(0, meters.value("things_total"));
        assertEquals(Map.of(), meters.values("things_total"));
    }

    @Test
    void aNameIsUsedOnce() {
        meters.gauge("things", "Things.", () -> 1);
        assertThrows(IllegalArgumentException.class, () -> meters.gauge("things", "Others.", () -> 2));
    }

    @Test
    void ownersAreAskedOnceAndNotBeforeSomebodyReads() {
        AtomicLong asked = new AtomicLong();
        Meters late = new Meters(all -> {
            asked.incrementAndGet();
            all.counter("things_total", "Things.", () -> 7);
        });
        late.gauge("others", "Others.", () -> 1);
        assertEquals(0, asked.get());
        assertEquals(7, late.value("things_total"));
        assertEquals(2, late.all().size());
        assertEquals(1, asked.get());
    }

    @Test
    void aDurationFallsIntoTheFirstRangeThatHoldsIt() {
        Histogram histogram = Histogram.ofSeconds(0.001, 1);
        histogram.record(TimeUnit.MILLISECONDS.toNanos(1));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(1) + 1);
        histogram.record(TimeUnit.SECONDS.toNanos(1));
        histogram.record(TimeUnit.SECONDS.toNanos(100));
        histogram.record(-5);
        Histogram.Distribution now = histogram.now();
        assertEquals(List.of(0.001, 1.0, Double.POSITIVE_INFINITY), now.bounds());
        assertEquals(List.of(2L, 2L, 1L), now.counts());
        assertEquals(5, now.count());
        assertEquals(101.002, now.sum(), 1e-6);
    }
}
