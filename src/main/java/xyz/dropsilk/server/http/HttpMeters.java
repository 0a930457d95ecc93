package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Sample;

/** Requests by route, method and status, and their time. Bounded, since all three are. Safe on any thread. */
public final class HttpMeters implements AnswerMeter {
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
    private final Histogram times = Histogram.ofSeconds(0.000_1, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 10);

    private record Kind(String route, String method, int status) {}

    @Override
    public void answered(String route, HttpMethod method, int status, long nanos) {
        Kind kind = new Kind(route, METHODS.contains(method) ? method.name() : OTHER, status);
        counts.computeIfAbsent(kind, first -> new LongAdder()).increment();
        if (nanos >= 0) {
            times.record(nanos);
        }
    }

    /** Adds them to {@code meters}. */
    public void addTo(Meters meters) {
        meters.add(new Meter(
                "dropsilk_http_requests_total",
                Meter.Kind.COUNTER,
                "Requests answered, upgrades among them, by registered path, method and status.",
                this::samples));
        meters.histogram(
                "dropsilk_http_request_seconds",
                "Time from when a request was whole until its answer was there.",
                times);
    }

    private List<Sample> samples() {
        return counts.entrySet().stream()
                .map(entry -> Sample.of(
                        (double) entry.getValue().sum(),
                        new Label("route", entry.getKey().route()),
                        new Label("method", entry.getKey().method()),
                        new Label("status", String.valueOf(entry.getKey().status()))))
                .toList();
    }
}
