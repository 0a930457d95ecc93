package xyz.dropsilk.server.address;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Any text as addresses, ranges and forwarding headers, a line each: the first is the header that names the client, the rest {@code
 * X-Forwarded-For}. Nothing is thrown, the JDK reads the same addresses, and the client is whom a plain reading of the contract finds.
 */
public final class AddressFuzz {
    private static final List<Cidr> TRUSTED = List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fc00::/7"));
    private static final InetAddress PROXY = address("10.0.0.1");
    private static final InetAddress STRANGER = address("192.0.2.1");

    /** Hops that are looked at. */
    private static final int MAX_HOPS = 64;

    private AddressFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<String> lines = Arrays.asList(new String(input, ISO_8859_1).split("\n", -1));
        lines.forEach(AddressFuzz::check);

        String named = lines.get(0);
        List<String> forwarded = lines.subList(1, lines.size());
        InetAddress walked = walk(forwarded);
        ClientAddress plain = new ClientAddress(TRUSTED, null);
        assertEquals(walked, plain.resolve(PROXY, header -> forwarded));
        assertEquals(STRANGER, plain.resolve(STRANGER, header -> forwarded));
        InetAddress expected = IpAddress.parse(named);
        ClientAddress naming = new ClientAddress(TRUSTED, "CF-Connecting-IP");
        assertEquals(
                expected == null ? walked : expected,
                naming.resolve(PROXY, header -> header.equals("CF-Connecting-IP") ? List.of(named) : forwarded));
    }

    private static void check(String line) {
        InetAddress literal = IpAddress.literal(line);
        if (literal != null) {
            assertEquals(jdk(line), literal, line);
        }
        InetAddress parsed = IpAddress.parse(line);
        if (parsed != null) {
            assertEquals(parsed, IpAddress.literal(IpAddress.text(parsed)), line);
            assertEquals(NetworkKey.of(parsed), NetworkKey.of(address(IpAddress.text(parsed))), line);
        }
        try {
            Cidr range = Cidr.parse(line);
            assertTrue(range.contains(range.network()), line);
        } catch (IllegalArgumentException wrong) {
            assertTrue(String.valueOf(wrong.getMessage()).startsWith("should"), line);
        }
    }

    /** The contract, 3: from the right past trusted proxies; a value that is no address ends it at the last good one. */
    private static InetAddress walk(List<String> lines) {
        String[] values = String.join(",", lines).split(",", -1);
        InetAddress lastGood = PROXY;
        for (int i = values.length - 1; i >= Math.max(0, values.length - MAX_HOPS); i--) {
            InetAddress address = lines.isEmpty() ? null : IpAddress.parse(values[i]);
            if (address == null) {
                return lastGood;
            }
            lastGood = address;
            if (TRUSTED.stream().noneMatch(range -> range.contains(address))) {
                return address;
            }
        }
        return lastGood;
    }

    private static InetAddress address(String literal) {
        InetAddress address = IpAddress.literal(literal);
        assertTrue(address != null, literal);
        return address;
    }

    /** The JDK's reading; it asks no name service for what is an address. */
    private static InetAddress jdk(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(literal, e);
        }
    }
}
