package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DateFieldTest {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private static final int TRIES = 20_000;

    @Test
    void theExampleOfTheStandard() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", at(Instant.parse("1994-11-06T08:49:37.999Z")));
    }

    @Test
    void anySecondOfThisCenturyAndTheLast() {
        Random random = new Random(1);
        for (int i = 0; i < TRIES; i++) {
            Instant moment = Instant.ofEpochSecond(random.nextLong(4_102_444_800L));
            assertEquals(FORM.format(moment), at(moment));
        }
    }

    private static String at(Instant moment) {
        return new DateField(InstantSource.fixed(moment)).now();
    }
}
