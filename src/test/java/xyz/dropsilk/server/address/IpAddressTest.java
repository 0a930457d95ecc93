package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    /** Where the JDK is laxer than we are: leading zeros in an octet, and groups of more than four digits. */
    private static final Pattern LAX = Pattern.compile("(^|[.:])0[0-9]+(?=[.])|[.]0[0-9]|[0-9a-fA-F]{5}");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.2.3.4                  | 1.2.3.4
            '  1.2.3.4\t'            | 1.2.3.4
            1.2.3.4:80               | 1.2.3.4
            [1.2.3.4]:80             | 1.2.3.4
            0.0.0.0                  | 0.0.0.0
            255.255.255.255:65535    | 255.255.255.255
            2001:db8::1              | 2001:db8:0:0:0:0:0:1
            [2001:db8::1]            | 2001:db8:0:0:0:0:0:1
            [2001:db8::1]:443        | 2001:db8:0:0:0:0:0:1
            2001:DB8::A:0001         | 2001:db8:0:0:0:0:a:1
            fe80::1%eth0             | fe80:0:0:0:0:0:0:1
            [fe80::1%eth0]:443       | fe80:0:0:0:0:0:0:1
            ::                       | 0:0:0:0:0:0:0:0
            ::1                      | 0:0:0:0:0:0:0:1
            1::                      | 1:0:0:0:0:0:0:0
            1:2:3:4:5:6:7:8          | 1:2:3:4:5:6:7:8
            1:2:3:4:5:6:7::          | 1:2:3:4:5:6:7:0
            ::2:3:4:5:6:7:8          | 0:2:3:4:5:6:7:8
            1:2:3:4:5:6:1.2.3.4      | 1:2:3:4:5:6:102:304
            64:ff9b::1.2.3.4         | 64:ff9b:0:0:0:0:102:304
            ::1.2.3.4                | 0:0:0:0:0:0:102:304
            ::ffff:1.2.3.4           | 1.2.3.4
            ::FFFF:102:304           | 1.2.3.4
            0:0:0:0:0:ffff:1.2.3.4   | 1.2.3.4
            [::ffff:1.2.3.4]:443     | 1.2.3.4
            ::ffff:1.2.3.4%eth0      | 1.2.3.4
            """)
    void addressesAreReadWithoutPortBracketsAndZone(String text, String expected) {
        InetAddress address = IpAddress.parse(text);
        assertNotNull(address);
        assertEquals(expected, address.getHostAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "unknown",
                "_hidden",
                "localhost",
                "example.com",
                "null",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                "1.2.3.256",
                "1.2.3.-4",
                "+1.2.3.4",
                "01.2.3.4",
                "1.2.3.0004",
                "0x1.2.3.4",
                "16909060",
                "1. 2.3.4",
                "1.2.3.4 5",
                "1.2.3.4:",
                "1.2.3.4:x",
                "1.2.3.4:-1",
                "1.2.3.4:000080",
                "1.2.3.4/8",
                "1.2.3.4,5.6.7.8",
                "\u0661.2.3.4",
                "1.2.3.4:\u0661",
                "\u0661::",
                "[",
                "]",
                "[]",
                "[1.2.3.4",
                "[::1",
                "::1]",
                "[::1]443",
                "[::1]:",
                "[::1]:x",
                "[::1]::1",
                "[[::1]]",
                ":",
                ":::",
                ":1",
                "1:",
                "1:2",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8::",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "::ffff:1.2.3",
                "::ffff:01.2.3.4",
                "1:2:3:4:5:6:7:1.2.3.4",
                "%",
                "%eth0",
                "[%]",
                "\0",
                "1.2.3.4\0",
                "::1\0"
            })
    void anythingElseIsNoAddress(String text) {
        assertNull(IpAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4:80", "[::1]", "fe80::1%eth0", " 1.2.3.4"})
    void aLiteralHasNothingRoundIt(String text) {
        assertNull(IpAddress.literal(text));
    }

    @Test
    void longTextIsNotLookedAt() {
        assertNull(IpAddress.parse("1.2.3.4%" + "x".repeat(1_000_000)));
        assertNull(IpAddress.literal("::" + "0:".repeat(1_000_000)));
    }

    /** The JDK is the oracle: with a colon in the text, its parser asks no name service either. */
    @Test
    void ipv6IsReadAsTheJdkReadsIt() {
        long seed = 20261124;
        Random random = new Random(seed);
        String alphabet = ":::::0123456789abcdefABCDEF.";
        int addresses = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "::" : "1:");
            for (int groups = random.nextInt(9); groups > 0; groups--) {
                text.append(random.nextInt(20) == 0 ? "" : Integer.toHexString(random.nextInt(0x12000)));
                text.append(random.nextInt(9) == 0 ? "::" : groups == 1 ? "" : ":");
            }
            text.append(random.nextInt(4) == 0 ? "1.22.133." + random.nextInt(300) : "");
            if (random.nextInt(3) == 0) {
                text.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            if (text.indexOf(":") >= 0 && !LAX.matcher(text).find()) {
                InetAddress expected = jdk(text.toString());
                assertEquals(expected, IpAddress.literal(text.toString()), () -> text + " from seed " + seed);
                addresses += expected == null ? 0 : 1;
            }
        }
        assertTrue(addresses > 5_000, "only " + addresses + " of the texts were addresses");
    }

    private static @Nullable InetAddress jdk(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException noAddress) {
            return null;
        }
    }

    @Test
    void garbageNeverThrows() {
        Random random = new Random(7);
        String alphabet = "[]%:.0123456789abcdefg /,-\0\u00e9\ud83d";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            InetAddress address = IpAddress.parse(text.toString());
            if (address != null) {
                assertEquals(address, IpAddress.parse(address.getHostAddress()), text.toString());
            }
        }
    }
}
