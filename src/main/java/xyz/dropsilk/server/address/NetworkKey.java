package xyz.dropsilk.server.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The network that an address belongs to, as the contract draws it: clients with equal keys see each other, and are limited together.
 * A value; 24 bytes.
 *
 * @param kind which rule made the key, so that keys of different rules never meet
 * @param bits the significant bits of the address
 */
public record NetworkKey(Kind kind, long bits) {
    /** The contract's rules for grouping addresses. */
    public enum Kind {
        /** {@code ::1} and 127.0.0.0/8, one group. */
        LOOPBACK,
        /** Private, link-local and carrier-grade NAT IPv4: the /24. */
        IPV4_24,
        /** Every other IPv4: the address itself. */
        IPV4,
        /** IPv6: the /64. */
        IPV6_64
    }

    /** The network of {@code address}; IPv4-mapped IPv6 is IPv4. */
    public static NetworkKey of(InetAddress address) {
        InetAddress canonical = IpAddress.canonical(address);
        if (canonical.isLoopbackAddress()) {
            return new NetworkKey(Kind.LOOPBACK, 0);
        }
        return canonical instanceof Inet4Address
                ? ofIpv4(IpAddress.ipv4Bits(canonical))
                : new NetworkKey(
                        Kind.IPV6_64, ByteBuffer.wrap(canonical.getAddress()).getLong());
    }

    /** As people write it: {@code loopback}, an IPv4 address, or a range such as {@code 192.168.1.0/24} and {@code 2001:db8::/64}. */
    public String text() {
        return switch (kind) {
            case LOOPBACK -> "loopback";
            case IPV4 -> ipv4(bits);
            case IPV4_24 -> ipv4(bits << 8) + "/24";
            case IPV6_64 -> IpAddress.text(ByteBuffer.allocate(16).putLong(bits).array()) + "/64";
        };
    }

    private static String ipv4(long bits) {
        return IpAddress.text(ByteBuffer.allocate(4).putInt((int) bits).array());
    }

    private static NetworkKey ofIpv4(long bits) {
        boolean shared = bits >>> 24 == 10
                || bits >>> 20 == 0xAC1 // 172.16/12
                || bits >>> 16 == 0xC0A8 // 192.168/16
                || bits >>> 16 == 0xA9FE // 169.254/16
                || bits >>> 22 == 0x191; // 100.64/10
        return shared ? new NetworkKey(Kind.IPV4_24, bits >>> 8) : new NetworkKey(Kind.IPV4, bits);
    }
}
