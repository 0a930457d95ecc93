package xyz.dropsilk.server.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** What the process uses of memory, in the words of Node's {@code process.memoryUsage()}, which monitors know. Safe on any thread. */
public final class MemoryUse {
    /** Linux's own count, in pages: the second number is the resident set. A file of procfs never blocks on a disk. */
    private static final Path STATM = Path.of("/proc/self/statm");

    private static final long PAGE_BYTES = 4_096;

    private final LongSupplier external;

    /** {@code external} tells the bytes of memory outside the Java heap that buffers use. */
    public MemoryUse(LongSupplier external) {
        this.external = external;
    }

    /** {@code rss}, {@code heapTotal}, {@code heapUsed} and {@code external} as they are now, in bytes. */
    public Map<String, Object> now() {
        Runtime runtime = Runtime.getRuntime();
        long heapTotal = runtime.totalMemory();
        Map<String, Object> use = new LinkedHashMap<>();
        use.put("rss", residentBytes(heapTotal));
        use.put("heapTotal", heapTotal);
        use.put("heapUsed", heapTotal - runtime.freeMemory());
        use.put("external", external.getAsLong());
        return use;
    }

    private long residentBytes(long heapTotal) {
        try {
            String[] pages = Files.readString(STATM).split(" ", 3);
            return Long.parseLong(pages[1]) * PAGE_BYTES;
        } catch (IOException e) {
            return heapTotal + external.getAsLong(); // no Linux: the part of it that is known
        }
    }
}
