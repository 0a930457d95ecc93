package xyz.dropsilk.server.prometheus;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Map;
import java.util.Set;

/** What makes the libraries' meters fit for {@code promtool check metrics}, and their series few. */
final class Renames implements MeterFilter {
    /**
     * Nanoseconds, and a name that ends as only a histogram's may: {@link LibraryMeters} has both otherwise. The states of threads, for which
     * the JVM is asked about every thread six times a scrape. And shares of processors, for which it reads so many files of the system that they
     * took a third of a scrape's time: the rate of {@code process_cpu_seconds_total} says the same over a time of the reader's choice.
     */
    private static final Set<String> DROPPED = Set.of(
            "process.cpu.time", "process.cpu.usage", "system.cpu.count", "system.cpu.usage", "jvm.threads.states");

    private static final Map<String, String> HELP = Map.of(
            "netty.allocator.memory.used", "Bytes that the pool has taken from the system; -1 for none of this kind.",
            "netty.allocator.memory.pinned", "Bytes of it that buffers in use hold; -1 for none of this kind.",
            "netty.allocator.pooled.arenas", "Arenas of the pool.",
            "netty.allocator.pooled.cache.size", "Buffers that a thread's cache keeps at most.",
            "netty.allocator.pooled.threadlocal.caches", "Caches of threads.",
            "netty.allocator.pooled.chunk.size", "Bytes that the pool takes from the system at once.");

    @Override
    public MeterFilterReply accept(Meter.Id id) {
        return DROPPED.contains(id.getName()) ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
    }

    /** Netty's have no help, and a label that is another number after each start. */
    @Override
    public Meter.Id map(Meter.Id id) {
        String help = HELP.get(id.getName());
        return help == null
                ? id
                : new Meter.Id(
                        id.getName(),
                        Tags.of(id.getTags().stream()
                                .filter(tag -> !tag.getKey().equals("id"))
                                .toList()),
                        id.getBaseUnit(),
                        help,
                        id.getType());
    }

    /** Percentiles counted here can't be added up over instances, and want a library that is left out. */
    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        return DistributionStatisticConfig.builder().percentiles().build().merge(config);
    }
}
