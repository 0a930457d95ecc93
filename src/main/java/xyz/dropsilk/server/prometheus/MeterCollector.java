package xyz.dropsilk.server.prometheus;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Sample;

/** Our meters as Prometheus' client library knows meters, read anew for each scrape. */
final class MeterCollector implements MultiCollector {
    private static final String TOTAL = "_total";
    private static final String INFO = "_info";

    private final Meters meters;

    MeterCollector(Meters meters) {
        this.meters = meters;
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(
                meters.all().stream().map(MeterCollector::snapshot).toList());
    }

    private static MetricSnapshot snapshot(Meter meter) {
        List<Sample> samples = meter.samples().get();
        return switch (meter.kind()) {
            case COUNTER -> counter(meter, samples);
            case GAUGE -> meter.name().endsWith(INFO) ? info(meter, samples) : gauge(meter, samples);
            case HISTOGRAM -> histogram(meter, samples);
        };
    }

    private static MetricSnapshot counter(Meter meter, List<Sample> samples) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(without(TOTAL, meter.name())).help(meter.help());
        for (Sample sample : samples) {
            counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels(sample))
                    .value(sample.value())
                    .build());
        }
        return counter.build();
    }

    private static MetricSnapshot gauge(Meter meter, List<Sample> samples) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(meter.name()).help(meter.help());
        for (Sample sample : samples) {
            gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels(sample))
                    .value(sample.value())
                    .build());
        }
        return gauge.build();
    }

    /** A gauge that is always 1, and says everything in its labels. */
    private static MetricSnapshot info(Meter meter, List<Sample> samples) {
        InfoSnapshot.Builder info =
                InfoSnapshot.builder().name(without(INFO, meter.name())).help(meter.help());
        for (Sample sample : samples) {
            info.dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(labels(sample))
                    .build());
        }
        return info.build();
    }

    private static MetricSnapshot histogram(Meter meter, List<Sample> samples) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(meter.name()).help(meter.help());
        for (Sample sample : samples) {
            Histogram.Distribution distribution = sample.distribution();
            if (distribution != null) {
                histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(labels(sample))
                        .classicHistogramBuckets(
                                ClassicHistogramBuckets.of(distribution.bounds(), distribution.counts()))
                        .sum(distribution.sum())
                        .build());
            }
        }
        return histogram.build();
    }

    private static Labels labels(Sample sample) {
        Labels.Builder labels = Labels.builder();
        for (Label label : sample.labels()) {
            labels.label(label.name(), label.value());
        }
        return labels.build();
    }

    private static String without(String suffix, String name) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }
}
