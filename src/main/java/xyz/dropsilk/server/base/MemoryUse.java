package xyz.dropsilk.server.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the process uses of memory, in the words of Node's {@code process.memoryUsage()}, which monitors know. Safe on any thread. */
public final class MemoryUse {
    /** Linux's own count, in kB whatever the size of a page. A file of procfs never blocks on a disk. */
    private static final Path STATUS = Path.of("/proc/self/status");

    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s*([0-9]+) kB");
    private static final long BYTES_PER_KB = 1_024;

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
            Matcher resident = RESIDENT.matcher(Files.readString(STATUS, StandardCharsets.ISO_8859_1));
            if (resident.find()) {
                return Long.parseLong(resident.group(1)) * BYTES_PER_KB;
            }
        } catch (IOException e) {
            // no Linux
        }
        return heapTotal + external.getAsLong(); // the part of it that is known
    }
}
