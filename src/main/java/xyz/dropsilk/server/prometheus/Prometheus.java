package xyz.dropsilk.server.prometheus;

import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.meter.Exposition;
import xyz.dropsilk.server.meter.Meters;

/** All meters in the formats of Prometheus: its text, or OpenMetrics where {@code Accept} asks for that. Safe on any thread. */
public final class Prometheus implements Exposition, AutoCloseable {
    private static final int PAGE_BYTES = 32 * 1024;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final LibraryMeters libraries;

    /** What {@code meters} has, and what the JVM, the process and {@code allocator} tell of themselves. */
    public Prometheus(Meters meters, ByteBufAllocatorMetricProvider allocator) {
        libraries = new LibraryMeters(registry, allocator);
        registry.register(new MeterCollector(meters));
    }

    /** Where a library that knows Micrometer adds its own meters. */
    public Object registry() {
        return libraries.registry();
    }

    @Override
    public Page page(@Nullable String accept) {
        ExpositionFormatWriter format = formats.findWriter(accept);
        ByteArrayOutputStream body = new ByteArrayOutputStream(PAGE_BYTES);
        try {
            format.write(body, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        return new Page(format.getContentType(), body.toByteArray());
    }

    /** Listens to the JVM no more. */
    @Override
    public void close() {
        libraries.close();
    }
}
