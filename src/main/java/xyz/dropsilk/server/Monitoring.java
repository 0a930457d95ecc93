package xyz.dropsilk.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.api.MetricsEndpoint;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.http.HttpMeters;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Sample;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.prometheus.Prometheus;

/**
 * All that there is only where somebody may read {@code /metrics}: what costs more than a count, and the page itself. The libraries behind the page
 * come with the first scrape, on its own thread, so that a start does not wait for them.
 */
final class Monitoring implements AutoCloseable {
    /** Scrapes that wait: a monitor asks every few seconds, and again only if it was not answered. */
    private static final int MAX_WAITING = 4;

    private final Secret key;
    private final Meters meters;
    private final SocketServer server;
    private final Consumer<Object> libraries;
    private final ThreadPoolExecutor writer = Threads.bounded("metrics", 1, MAX_WAITING);

    @GuardedBy("this")
    private @Nullable Prometheus prometheus;

    /** Shows {@code meters} to whoever has {@code key}; {@code libraries} is given, once, the registry where libraries add meters of their own. */
    Monitoring(Secret key, Meters meters, SocketServer server, String version, Consumer<Object> libraries) {
        this.key = key;
        this.meters = meters;
        this.server = server;
        this.libraries = libraries;
        List<Sample> build = List.of(Sample.of(
                1,
                new Label("version", version),
                new Label("java", Runtime.version().toString()),
                new Label("transport", server.transport())));
        meters.add(new Meter("dropsilk_build_info", Meter.Kind.GAUGE, "What runs here; always 1.", () -> build));
    }

    /** What {@code /metrics} shows. */
    MetricsEndpoint.Open open() {
        return new MetricsEndpoint.Open(key, accept -> prometheus().page(accept), writer);
    }

    private synchronized Prometheus prometheus() {
        if (prometheus == null) {
            prometheus = new Prometheus(meters, server.buffers());
            libraries.accept(prometheus.registry());
        }
        return prometheus;
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
    public synchronized void close() {
        writer.shutdownNow();
        if (prometheus != null) {
            prometheus.close();
        }
    }
}
