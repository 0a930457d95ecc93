package xyz.dropsilk.server;

import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.api.MetricsEndpoint;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.http.HttpMeters;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Sample;
import xyz.dropsilk.server.net.SignalingServer;
import xyz.dropsilk.server.prometheus.Prometheus;

/** All that there is only where somebody may read {@code /metrics}: what costs more than a count, and the page itself. */
final class Monitoring implements AutoCloseable {
    /** Scrapes that wait: a monitor asks every few seconds, and again only if it was not answered. */
    private static final int MAX_WAITING = 4;

    private final Secret key;
    private final Meters meters;
    private final SignalingServer server;
    private final Prometheus prometheus;
    private final ThreadPoolExecutor writer = Threads.bounded("metrics", 1, MAX_WAITING);

    /** Shows {@code meters} to whoever has {@code key}. */
    Monitoring(Secret key, Meters meters, SignalingServer server, String version) {
        this.key = key;
        this.meters = meters;
        this.server = server;
        this.prometheus = new Prometheus(meters, server.buffers());
        meters.add(new Meter(
                "dropsilk_build_info",
                Meter.Kind.GAUGE,
                "What runs here; always 1.",
                () -> List.of(Sample.of(
                        1,
                        new Label("version", version),
                        new Label("java", Runtime.version().toString()),
                        new Label("transport", server.transport())))));
    }

    /** What {@code /metrics} shows. */
    MetricsEndpoint.Open open() {
        return new MetricsEndpoint.Open(key, prometheus, writer);
    }

    /** Where the database's pool adds its own meters. */
    Object meterRegistry() {
        return prometheus.registry();
    }

    /** Counts what {@code router} answers; {@code ticker} counts nanoseconds. */
    void watch(Router router, LongSupplier ticker) {
        HttpMeters http = new HttpMeters();
        http.addTo(meters);
        router.measured(http, ticker);
    }

    /** Measures, from now on, what has to be looked at again and again. */
    void start() {
        server.watchLoops(meters);
    }

    @Override
    public void close() {
        writer.shutdownNow();
        prometheus.close();
    }
}
