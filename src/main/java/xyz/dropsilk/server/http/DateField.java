package xyz.dropsilk.server.http;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The value of {@code Date} (RFC 9110, 5.6.7 and 6.6.1), formed once a second. Safe on any thread. */
final class DateField {
    // By hand: the JDK's formatter knows every language's names, and loads two hundred classes for the first answer.
    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int NAME_CHARS = 3;

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
            second = new Second(now.getEpochSecond(), text(now.getEpochSecond()));
            last = second;
        }
        return second.text;
    }

    private static String text(long epochSecond) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(32)
                .append(name(DAYS, time.getDayOfWeek().getValue()))
                .append(", ");
        twoDigits(text, time.getDayOfMonth()).append(' ').append(name(MONTHS, time.getMonthValue()));
        text.append(' ').append(time.getYear()).append(' ');
        twoDigits(text, time.getHour()).append(':');
        twoDigits(text, time.getMinute()).append(':');
        return twoDigits(text, time.getSecond()).append(" GMT").toString();
    }

    /** The name of day or month {@code number}, from 1 on. */
    private static String name(String names, int number) {
        return names.substring((number - 1) * NAME_CHARS, number * NAME_CHARS);
    }

    private static StringBuilder twoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
