package xyz.dropsilk.server.prometheus;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What libraries tell of themselves, by Micrometer's own binders. */
final class LibraryMeters implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** The JVM's, the process's and {@code allocator}'s, in {@code prometheus}; Hikari adds its own when the pool is made. */
    LibraryMeters(PrometheusRegistry prometheus, ByteBufAllocatorMetricProvider allocator) {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
        registry.config().meterFilter(new Renames());
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new NettyAllocatorMetrics(allocator).bindTo(registry);
        collections.bindTo(registry);
        bindProcessors();
        bindOpenFiles();
    }

    /** What {@link Renames} drops, as Prometheus names it. */
    private void bindProcessors() {
        Gauge.builder("system.cpus", Runtime.getRuntime(), Runtime::availableProcessors)
                .description("Processors that the JVM may use.")
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean process) {
            FunctionCounter.builder("process.cpu", process, one -> one.getProcessCpuTime() / NANOS_PER_SECOND)
                    .baseUnit("seconds")
                    .description("CPU time that the process has used.")
                    .register(registry);
        }
    }

    /** As Micrometer's binder names them, which has the JVM read the name of each open file: a millisecond for 2,000. */
    private void bindOpenFiles() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean process) {
            Gauge.builder("process.files.open", process, LibraryMeters::openFiles)
                    .baseUnit("files")
                    .description("Open files, sockets included.")
                    .register(registry);
            Gauge.builder("process.files.max", process, UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
                    .baseUnit("files")
                    .description("Open files that the process may have.")
                    .register(registry);
        }
    }

    /** Linux tells their number as the folder's size since 6.2 (proc(5)); before, that is 0. */
    private static double openFiles(UnixOperatingSystemMXBean process) {
        try {
            long told = Files.size(OPEN_FILES);
            return told > 0 ? told : process.getOpenFileDescriptorCount();
        } catch (IOException e) { // no Linux
            return process.getOpenFileDescriptorCount();
        }
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
