package xyz.dropsilk.server.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A range of addresses (RFC 4632). A value. IPv4-mapped IPv6 is IPv4 in it; no IPv6 range holds an IPv4 address.
 *
 * @param network an address of the range; the bits after the prefix do not count
 * @param prefix how many leading bits all addresses of the range share
 */
public record Cidr(InetAddress network, int prefix) {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    /** @throws IllegalArgumentException if an address of this kind has no such prefix */
    public Cidr {
        network = IpAddress.canonical(network);
        if (prefix < 0 || prefix > bits(network)) {
            throw new IllegalArgumentException("should have a prefix length from 0 to " + bits(network));
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code ::1/128}, or an address alone, which is a range of one.
     *
     * @throws IllegalArgumentException if it is something else; the message says what would be right
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        InetAddress network = IpAddress.literal(literal);
        if (network == null) {
            throw new IllegalArgumentException(
                    "should be an address or a range of them, such as 10.0.0.0/8 or fc00::/7");
        }
        int written = literal.indexOf(':') < 0 ? IPV4_BITS : IPV6_BITS;
        int unmapped = written - bits(network); // 96 where ::ffff:10.0.0.0/104 stands for 10.0.0.0/8
        String length = slash < 0 ? Integer.toString(written) : text.substring(slash + 1);
        if (!length.matches("0|[1-9][0-9]{0,2}")
                || Integer.parseInt(length) < unmapped
                || Integer.parseInt(length) > written) {
            throw new IllegalArgumentException("should have a prefix length from " + unmapped + " to " + written);
        }
        return new Cidr(network, Integer.parseInt(length) - unmapped);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return IpAddress.text(network) + "/" + prefix;
    }

    /** Whether {@code address} is in this range. */
    public boolean contains(InetAddress address) {
        InetAddress canonical = IpAddress.canonical(address);
        if (canonical instanceof Inet4Address != network instanceof Inet4Address) {
            return false;
        }
        if (canonical instanceof Inet4Address) {
            return isZero((IpAddress.ipv4Bits(canonical) ^ IpAddress.ipv4Bits(network)) << Integer.SIZE, prefix);
        }
        ByteBuffer ours = ByteBuffer.wrap(network.getAddress());
        ByteBuffer theirs = ByteBuffer.wrap(canonical.getAddress());
        return isZero(ours.getLong() ^ theirs.getLong(), Math.min(prefix, Long.SIZE))
                && isZero(ours.getLong() ^ theirs.getLong(), Math.max(0, prefix - Long.SIZE));
    }

    /** Whether the first {@code count} of the bits of {@code difference} are. */
    private static boolean isZero(long difference, int count) {
        return count == 0 || difference >>> (Long.SIZE - count) == 0;
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }
}
