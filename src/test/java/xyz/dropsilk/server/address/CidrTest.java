package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0, true",
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "10.1.2.3/8, 10.200.0.1, true",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "172.16.0.0/12, 172.15.255.255, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "255.255.255.255/32, 255.255.255.255, true",
        "1.2.3.4, 1.2.3.4, true",
        "1.2.3.4, 1.2.3.5, false",
        "1.2.3.4/31, 1.2.3.5, true",
        "::1/128, ::1, true",
        "::1/128, ::2, false",
        "::1, ::1, true",
        "::1, ::2, false",
        "::/0, 2001:db8::1, true",
        "::/0, 1.2.3.4, false",
        "fc00::/7, fdff:ffff::1, true",
        "fc00::/7, fe00::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "2001:db8::/64, 2001:db8::ffff, true",
        "2001:db8::/64, 2001:db8:0:1::, false",
        "2001:db8::/65, 2001:db8::7fff:0:0:1, true",
        "2001:db8::/65, 2001:db8::8000:0:0:1, false",
        "2001:db8::1/128, 2001:db8:0:1::1, false",
        "::ffff:10.0.0.0/104, 10.9.8.7, true",
        "::ffff:10.0.0.0/104, 11.9.8.7, false",
        "::ffff:0:0/96, 1.2.3.4, true",
        "::ffff:1.2.3.4, 1.2.3.4, true",
        "::ffff:1.2.3.4, 1.2.3.5, false",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
    })
    void aRangeHoldsWhatItsPrefixCovers(String range, String address, boolean expected) {
        assertEquals(expected, Cidr.parse(range).contains(address(address)));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/33, from 0 to 32",
        "10.0.0.0/-1, from 0 to 32",
        "10.0.0.0/, from 0 to 32",
        "10.0.0.0/08, from 0 to 32",
        "10.0.0.0/8/8, from 0 to 32",
        "10.0.0.0/99999999999, from 0 to 32",
        "10.0.0.0/255.0.0.0, from 0 to 32",
        "::1/129, from 0 to 128",
        "::1/x, from 0 to 128",
        "::ffff:10.0.0.0/95, from 96 to 128",
        "10.0.0/8, should be an address",
        "'', should be an address",
        "/8, should be an address",
        "localhost, should be an address",
        "10.0.0.1:80/8, should be an address",
        "'10.0.0.0 /8', should be an address",
    })
    void anythingElseIsAnErrorThatSaysWhatWouldBeRight(String text, String message) {
        Exception error = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }

    @Test
    void aPrefixLongerThanTheAddressIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> new Cidr(address("1.2.3.4"), 33));
        assertThrows(IllegalArgumentException.class, () -> new Cidr(address("::1"), -1));
    }

    /** Native transports may hand out such an object; {@link InetAddress#getByAddress(byte[])} never does. */
    @Test
    void anIpv4MappedObjectCountsAsIpv4() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xFF;
        mapped[12] = 10;
        assertTrue(Cidr.parse("10.0.0.0/8").contains(Inet6Address.getByAddress(null, mapped, 0)));
    }

    private static InetAddress address(String text) {
        return Objects.requireNonNull(IpAddress.literal(text), text);
    }
}
