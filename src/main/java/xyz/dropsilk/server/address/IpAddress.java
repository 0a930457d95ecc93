package xyz.dropsilk.server.address;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes addresses as text. Never asks a name service, never throws on any text, and looks at no more than {@value #MAX_CHARS}
 * characters. Stateless, safe on any thread.
 */
public final class IpAddress {
    /** An IPv6 address of 45 characters, brackets, a port and a generous zone. */
    private static final int MAX_CHARS = 128;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int MAX_PORT_DIGITS = 5;
    private static final byte[] NO_BYTES = {};

    private IpAddress() {}

    /**
     * The address in {@code text} without blanks, port, brackets and zone (the contract, 3), or null if it holds none. IPv4-mapped
     * IPv6 becomes IPv4.
     */
    public static @Nullable InetAddress parse(String text) {
        if (text.length() > MAX_CHARS) {
            return null;
        }
        String host = text.strip();
        String port = "";
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            if (end < 0) {
                return null;
            }
            port = host.substring(end + 1);
            host = host.substring(1, end);
        } else if (host.indexOf(':') == host.lastIndexOf(':') && host.indexOf(':') >= 0) { // IPv6 has two at least
            port = host.substring(host.indexOf(':'));
            host = host.substring(0, host.indexOf(':'));
        }
        int zone = host.indexOf('%');
        return isPortOrNothing(port) ? literal(zone < 0 ? host : host.substring(0, zone)) : null;
    }

    private static boolean isPortOrNothing(String port) {
        if (port.isEmpty()) {
            return true;
        }
        boolean valid = port.charAt(0) == ':' && port.length() > 1 && port.length() <= 1 + MAX_PORT_DIGITS;
        for (int i = 1; valid && i < port.length(); i++) {
            valid = isDigit(port.charAt(i));
        }
        return valid;
    }

    /** {@code address} as people write it, IPv6 in its shortest form (RFC 5952). */
    public static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    /** The same of an address of 4 or 16 bytes. */
    static String text(byte[] bytes) {
        return text(ofBytes(bytes));
    }

    /**
     * The address that {@code text} is, with nothing round it, or null. Stricter than some: an octet has no leading zero, since some
     * read such a one as octal (RFC 6943, 3.1.1). IPv4-mapped IPv6 becomes IPv4.
     */
    public static @Nullable InetAddress literal(String text) {
        if (text.length() > MAX_CHARS) {
            return null;
        }
        byte[] bytes = text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
        return bytes == null ? null : ofBytes(bytes);
    }

    /** The same address without a zone, and as IPv4 if it is IPv4-mapped IPv6: one form for each address. */
    public static InetAddress canonical(InetAddress address) {
        return address instanceof Inet4Address ? address : ofBytes(address.getAddress());
    }

    /** The 32 bits of {@code address}, which is IPv4. Every request asks, so this reads what the JIT compilers can do without copying. */
    static long ipv4Bits(InetAddress address) {
        byte[] bytes = address.getAddress();
        return (bytes[0] & 0xFFL) << 24 | (bytes[1] & 0xFFL) << 16 | (bytes[2] & 0xFFL) << 8 | (bytes[3] & 0xFFL);
    }

    /** {@code bytes} are 4 or 16. The JDK itself turns IPv4-mapped IPv6 into IPv4 here. */
    private static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException("An address of " + bytes.length + " bytes", impossible);
        }
    }

    private static byte @Nullable [] ipv4(String text) {
        byte[] bytes = new byte[IPV4_BYTES];
        int octets = 0;
        int value = 0;
        int digits = 0;
        for (int i = 0; i <= text.length(); i++) {
            char character = i < text.length() ? text.charAt(i) : '.';
            boolean leadingZero = digits > 0 && value == 0;
            if (character == '.' && digits > 0 && octets < IPV4_BYTES) {
                bytes[octets++] = (byte) value;
                value = 0;
                digits = 0;
            } else if (isDigit(character) && !leadingZero && value * 10 + character - '0' <= 0xFF) {
                value = value * 10 + character - '0';
                digits++;
            } else {
                return null;
            }
        }
        return octets == IPV4_BYTES ? bytes : null;
    }

    /** RFC 4291, 2.2: eight groups, of which one run of zeros may be left out, and the last two may be in IPv4's form. */
    private static byte @Nullable [] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = groups(text, /* mayEndInIpv4= */ true);
            return all != null && all.length == IPV6_BYTES ? all : null;
        }
        byte[] head = groups(text.substring(0, gap), /* mayEndInIpv4= */ false);
        byte[] tail = groups(text.substring(gap + 2), /* mayEndInIpv4= */ true);
        if (head == null || tail == null || head.length + tail.length > IPV6_BYTES - 2) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, IPV6_BYTES);
        System.arraycopy(tail, 0, bytes, IPV6_BYTES - tail.length, tail.length);
        return bytes;
    }

    private static byte @Nullable [] groups(String text, boolean mayEndInIpv4) {
        if (text.isEmpty()) {
            return NO_BYTES;
        }
        String[] groups = text.split(":", -1);
        byte[] bytes = new byte[groups.length * 2 + 2];
        int length = 0;
        for (int i = 0; i < groups.length; i++) {
            byte[] group = mayEndInIpv4 && i == groups.length - 1 && groups[i].indexOf('.') >= 0
                    ? ipv4(groups[i])
                    : group(groups[i]);
            if (group == null) {
                return null;
            }
            System.arraycopy(group, 0, bytes, length, group.length);
            length += group.length;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static byte @Nullable [] group(String text) {
        if (text.isEmpty() || text.length() > 4 || !text.chars().allMatch(HexFormat::isHexDigit)) {
            return null;
        }
        int bits = HexFormat.fromHexDigits(text);
        return new byte[] {(byte) (bits >>> 8), (byte) bits};
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }
}
