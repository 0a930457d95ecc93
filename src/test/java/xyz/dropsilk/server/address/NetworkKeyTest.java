package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.Inet6Address;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract, 1: "Network group of an address". */
class NetworkKeyTest {
    @ParameterizedTest
    @CsvSource({
        // IPv4-mapped IPv6 is IPv4
        "::ffff:1.2.3.4, 1.2.3.4",
        "::ffff:192.168.1.9, 192.168.1.1",
        "::ffff:127.0.0.1, ::1",
        // ::1 and 127.0.0.0/8 are one group
        "::1, 127.0.0.1",
        "127.0.0.0, 127.255.255.255",
        // private, link-local and carrier-grade NAT: the /24
        "10.0.0.0, 10.0.0.255",
        "10.255.255.0, 10.255.255.255",
        "172.16.0.0, 172.16.0.255",
        "172.31.255.0, 172.31.255.255",
        "192.168.0.0, 192.168.0.255",
        "192.168.255.0, 192.168.255.255",
        "169.254.0.0, 169.254.0.255",
        "169.254.255.0, 169.254.255.255",
        "100.64.0.0, 100.64.0.255",
        "100.127.255.0, 100.127.255.255",
        // every other IPv4: the address itself
        "1.2.3.4, 1.2.3.4",
        // IPv6, global, unique-local or link-local: the /64
        "2001:db8:1:2::, 2001:db8:1:2:ffff:ffff:ffff:ffff",
        "fd00::1, fd00::ffff",
        "fe80::1%eth0, fe80::2%wlan0",
        "fec0::1, fec0::2",
    })
    void theseSeeEachOther(String one, String other) {
        assertEquals(key(one), key(other));
        assertEquals(key(one).hashCode(), key(other).hashCode());
    }

    @ParameterizedTest
    @CsvSource({
        // other /24s of the shared ranges
        "10.0.0.1, 10.0.1.1",
        "10.0.0.1, 10.1.0.1",
        "172.16.0.1, 172.16.1.1",
        "192.168.0.1, 192.168.1.1",
        "169.254.0.1, 169.254.1.1",
        "100.64.0.1, 100.64.1.1",
        // neighbours just outside of each range, each an address of its own
        "9.255.255.254, 9.255.255.255",
        "11.0.0.0, 11.0.0.1",
        "126.255.255.254, 126.255.255.255",
        "128.0.0.0, 128.0.0.1",
        "126.255.255.255, 127.0.0.1",
        "172.15.255.254, 172.15.255.255",
        "172.32.0.0, 172.32.0.1",
        "192.167.255.254, 192.167.255.255",
        "192.169.0.0, 192.169.0.1",
        "169.253.255.254, 169.253.255.255",
        "169.255.0.0, 169.255.0.1",
        "100.63.255.254, 100.63.255.255",
        "100.128.0.0, 100.128.0.1",
        "1.2.3.4, 1.2.3.5",
        "0.0.0.0, 127.0.0.1",
        "255.255.255.254, 255.255.255.255",
        // other /64s
        "2001:db8:1:2::1, 2001:db8:1:3::1",
        "2001:db8:1:2::1, 2001:db9:1:2::1",
        "fd00::1, fd00:0:0:1::1",
        "fe80::1, fe80:0:0:1::1",
        // IPv6 that is neither ::1 nor IPv4-mapped
        "::1, ::2",
        "::, ::1",
        "::1.2.3.4, 1.2.3.4",
        "64:ff9b::1.2.3.4, 1.2.3.4",
        // equal bits, other rules: 0.10.0.0 and 10.0.0/24
        "0.10.0.0, 10.0.0.1",
    })
    void theseDoNot(String one, String other) {
        assertNotEquals(key(one), key(other));
    }

    @Test
    void anIpv4MappedObjectIsIpv4() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xFF;
        mapped[12] = 127;
        mapped[15] = 1;
        assertEquals(key("127.0.0.1"), NetworkKey.of(Inet6Address.getByAddress(null, mapped, 0)));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, loopback",
        "::1, loopback",
        "192.168.1.77, 192.168.1.0/24",
        "10.255.0.1, 10.255.0.0/24",
        "100.64.3.4, 100.64.3.0/24",
        "203.0.113.7, 203.0.113.7",
        "255.255.255.255, 255.255.255.255",
        "::ffff:203.0.113.7, 203.0.113.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "fe80::1, fe80::/64",
        "ffff:ffff:ffff:ffff::1, ffff:ffff:ffff:ffff::/64"
    })
    void itsTextIsWhatPeopleWrite(String address, String text) {
        assertEquals(text, key(address).text());
    }

    private static NetworkKey key(String address) {
        return NetworkKey.of(Objects.requireNonNull(IpAddress.parse(address), address));
    }
}
