package xyz.dropsilk.server.http;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of {@code Date} (RFC 9110, 5.6.7 and 6.6.1), formed once a second. Safe on any thread. */
final class DateField {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private volatile Second last = new Second(-1, "");

    private record Second(long number, String text) {}

    /** The time by {@code clock}. */
    DateField(InstantSource clock) {
        this.clock = clock;
    }

    String now() {
        Instant now = clock.instant();
        Second second = last;
        if (second.number != now.getEpochSecond()) {
            second = new Second(now.getEpochSecond(), FORM.format(now));
            last = second;
        }
        return second.text;
    }
}
