package xyz.dropsilk.server.meter;

import org.jspecify.annotations.Nullable;

/** Writes all meters down for a monitor. Safe on any thread that may wait for a lock; takes some milliseconds. */
@FunctionalInterface
public interface Exposition {
    /**
     * All meters as they are now.
     *
     * @param accept what the monitor's {@code Accept} asks for; null for whatever there is
     */
    Page page(@Nullable String accept);

    /**
     * A page of meters.
     *
     * @param contentType its format
     * @param body its bytes
     */
    record Page(String contentType, byte[] body) {}
}
