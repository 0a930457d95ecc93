package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;

/**
 * How an event becomes a line, in UTF-8 with its line feed: whatever a field holds, the line is well-formed and no longer than
 * {@value LineBuffer#MAX_BYTES} bytes. Safe on any thread.
 */
abstract class LineFormat {
    /** The whole event where a line can hold it, else as much of each text, list and object as it can. Never fails. */
    final byte[] line(ServerEvent event, Instant at) {
        try {
            for (Size size : Size.FALLING) {
                try {
                    LineBuffer line = new LineBuffer();
                    write(event, at, size, line);
                    return line.toByteArray();
                } catch (LineBuffer.TooLong e) {
                    // the next size is smaller
                }
            }
            return unprintable(event, at, "too long");
        } catch (IOException | RuntimeException e) {
            return unprintable(event, at, e.getClass().getName());
        }
    }

    abstract void write(ServerEvent event, Instant at, Size size, OutputStream line) throws IOException;

    /** An event that can't be written must not hurt whoever published it, and must be seen. */
    private static byte[] unprintable(ServerEvent event, Instant at, String why) {
        return ("{\"timestamp\":\"" + at
                        + "\",\"level\":\"ERROR\",\"message\":\"system:error\",\"where\":\"log line of "
                        + event.eventName() + "\",\"error\":\"" + why + "\"}\n")
                .getBytes(UTF_8);
    }
}
