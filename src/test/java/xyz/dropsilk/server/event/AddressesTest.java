package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.IpAddress;

/** {@code LOG_ADDRESSES} (the contract, 4). */
final class AddressesTest {
    private static final Instant MORNING = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant EVENING = Instant.parse("2026-03-01T23:59:59.999Z");
    private static final Instant NEXT_DAY = Instant.parse("2026-03-02T00:00:00Z");

    private static InetAddress address(String text) {
        return Objects.requireNonNull(IpAddress.literal(text));
    }

    private static @Nullable String told(LogAddresses mode, Object value) {
        return new FieldTexts(mode).of(value, MORNING, Size.WHOLE);
    }

    @Test
    void aPseudonymIsTheSameAllDayAndAnotherTheNext() {
        FieldTexts texts = new FieldTexts(LogAddresses.PSEUDONYM);
        String name = texts.of(address("203.0.113.7"), MORNING, Size.WHOLE);
        assertTrue(name != null && name.matches("[0-9a-z]{10}"), name);
        assertEquals(name, texts.of(address("203.0.113.7"), EVENING, Size.WHOLE));
        assertEquals(name, texts.of(address("::ffff:203.0.113.7"), EVENING, Size.WHOLE));
        assertNotEquals(name, texts.of(address("203.0.113.8"), MORNING, Size.WHOLE));
        assertNotEquals(name, texts.of(address("203.0.113.7"), NEXT_DAY, Size.WHOLE));
        assertNotEquals(name, told(LogAddresses.PSEUDONYM, address("203.0.113.7")), "by another process's key");
        assertEquals("from " + name + ":80", texts.of("from 203.0.113.7:80", MORNING, Size.WHOLE), "in texts as well");
    }

    @Test
    void fullIsAsItIsAndNoneIsNothing() {
        assertEquals("2001:db8::1", told(LogAddresses.FULL, address("2001:db8:0:0:0:0:0:1")));
        assertEquals("from 203.0.113.7", told(LogAddresses.FULL, "from 203.0.113.7"));
        assertEquals(null, told(LogAddresses.NONE, address("2001:db8::1")));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            203.0.113.7,                                   [address]
            /203.0.113.7:5123: Connection refused,         /[address]:5123: Connection refused
            http://203.0.113.7:3000,                       http://[address]:3000
            it is 203.0.113.7.,                            it is [address].
            a203.0.113.7b,                                 a[address]b
            1.203.0.113.7,                                 [address].7
            203.000.113.007,                               [address]
            2001:db8::1,                                   [address]
            2001:DB8::1,                                   [address]
            from 2001:db8:0:0:0:0:0:1: reset,              from [address]: reset
            /[2001:db8:0:0:0:0:0:1]:5123,                  /[[address]]:5123
            2001:db8:0:0:0:0:0:1:5123,                     [address]:5123
            https://[2001:db8::1],                         https://[[address]]
            fe80::1%eth0,                                  [address]%eth0
            ip:2001:db8::1,                                ip:[address]
            ::ffff:203.0.113.7,                            [address]
            ::ffff:203.0.113.7:80,                         [address]:80
            `2001:db8::1, 203.0.113.7`,                    `[address], [address]`
            {"ip":"2001:db8::1"},                          {"ip":"[address]"}
            """)
    void noAddressIsLeftInATextHoweverItIsWritten(String text, String hidden) {
        assertEquals(hidden, told(LogAddresses.NONE, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12:30:45",
                "2026-03-01T12:30:45.123Z",
                "aa:bb:cc:dd:ee:ff",
                "Foo::bar",
                "at java.base/java.lang.Thread.run(Thread.java:840)",
                "netty 4.2.18.Final",
                "a:b:c",
                ":::",
                "1.5",
                "ratio 3:2"
            })
    void whatIsNoAddressStays(String text) {
        assertEquals(text, told(LogAddresses.NONE, text));
    }

    @Test
    void anEvilTextCostsLittle() {
        String evil = "1:".repeat(8_000) + "::".repeat(100_000) + "1.".repeat(100_000);
        long before = System.nanoTime();
        told(LogAddresses.NONE, evil);
        assertTrue(System.nanoTime() - before < 5_000_000_000L);
    }

    @Test
    void whatIsCutEndsInNoPartOfAnAddress() {
        String text = "x".repeat(30) + " 203.0.113.77 and more";
        String told = new FieldTexts(LogAddresses.NONE).of(text, MORNING, new Size(37, 1, 1));
        assertEquals("x".repeat(30) + " [addre", told);
        assertEquals(37, String.valueOf(told).getBytes(UTF_8).length);
    }
}
