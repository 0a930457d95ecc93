package xyz.dropsilk.server.event;

import java.io.PrintWriter;
import java.io.StringWriter;
import xyz.dropsilk.server.base.Cut;

/** Stack traces as one bounded string, for a field of a log line. */
final class StackTraces {
    /** Enough for the cause of any fault seen so far, and little enough for a log that is billed by the byte. */
    private static final int MAX_CHARS = 4_000;

    private StackTraces() {}

    static String of(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text));
        return Cut.toUnits(text.toString(), MAX_CHARS);
    }
}
