package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract, 3. Trusted here: 127.0.0.0/8, ::1, 10.0.0.0/8. Lines of a header are separated by a semicolon; a dash is no line. */
class ClientAddressTest {
    private static final List<Cidr> TRUSTED =
            Stream.of("127.0.0.0/8", "::1/128", "10.0.0.0/8").map(Cidr::parse).toList();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                                          | peer        | CF-Connecting-IP | X-Forwarded-For               | client
            no proxy: the peer                              | 5.6.7.8     | -                | -                             | 5.6.7.8
            no proxy: header sent by an attacker            | 5.6.7.8     | 1.1.1.1          | -                             | 5.6.7.8
            no proxy: list sent by an attacker              | 5.6.7.8     | -                | 1.1.1.1                       | 5.6.7.8
            no proxy: both sent, trusted ones named         | 5.6.7.8     | 127.0.0.1        | 127.0.0.1, 10.0.0.1           | 5.6.7.8
            proxy says nothing: the peer                    | 10.0.0.1    | -                | -                             | 10.0.0.1
            proxy of IPv6                                   | ::1         | -                | 1.1.1.1                       | 1.1.1.1
            own header counts                               | 10.0.0.1    | 1.1.1.1          | -                             | 1.1.1.1
            own header wins over the list                   | 10.0.0.1    | 1.1.1.1          | 2.2.2.2                       | 1.1.1.1
            own header may name a trusted address           | 10.0.0.1    | 10.0.0.9         | 2.2.2.2                       | 10.0.0.9
            own header with port                            | 10.0.0.1    | 1.1.1.1:80       | -                             | 1.1.1.1
            own header in brackets with port                | 10.0.0.1    | [2001:db8::1]:80 | -                             | 2001:db8::1
            own header twice: the list                      | 10.0.0.1    | 1.1.1.1;1.1.1.1  | 2.2.2.2                       | 2.2.2.2
            own header twice, one by an attacker: no list   | 10.0.0.1    | 9.9.9.9;1.1.1.1  | -                             | 10.0.0.1
            own header with two addresses: the list         | 10.0.0.1    | 9.9.9.9, 1.1.1.1 | 2.2.2.2                       | 2.2.2.2
            own header no address: the list                 | 10.0.0.1    | unknown          | 2.2.2.2                       | 2.2.2.2
            own header empty: the list                      | 10.0.0.1    | ''               | 2.2.2.2                       | 2.2.2.2
            list of one                                     | 10.0.0.1    | -                | 2.2.2.2                       | 2.2.2.2
            list: past trusted proxies                      | 10.0.0.1    | -                | 2.2.2.2, 10.0.0.3, 10.0.0.2   | 2.2.2.2
            list: the first other from the right            | 10.0.0.1    | -                | 3.3.3.3, 2.2.2.2, 10.0.0.2    | 2.2.2.2
            list: prepended by an attacker                  | 10.0.0.1    | -                | 127.0.0.1, 9.9.9.9, 2.2.2.2   | 2.2.2.2
            list: a trusted one left of a stranger          | 10.0.0.1    | -                | 10.0.0.9, 2.2.2.2, 10.0.0.2   | 2.2.2.2
            list: all trusted, the leftmost                 | 10.0.0.1    | -                | 10.0.0.4, 10.0.0.3, 10.0.0.2  | 10.0.0.4
            list: all trusted, one                          | 10.0.0.1    | -                | 127.0.0.1                     | 127.0.0.1
            list: no address at the right end               | 10.0.0.1    | -                | 2.2.2.2, unknown              | 10.0.0.1
            list: no address ends the walk                  | 10.0.0.1    | -                | 2.2.2.2, x, 10.0.0.3          | 10.0.0.3
            list: no address left of the client             | 10.0.0.1    | -                | x, 2.2.2.2, 10.0.0.3          | 2.2.2.2
            list: an empty value is no address              | 10.0.0.1    | -                | 2.2.2.2, , 10.0.0.3           | 10.0.0.3
            list: an empty value at the left end            | 10.0.0.1    | -                | ', 10.0.0.3'                  | 10.0.0.3
            list: an empty value at the right end           | 10.0.0.1    | -                | '2.2.2.2,'                    | 10.0.0.1
            list: empty                                     | 10.0.0.1    | -                | ''                            | 10.0.0.1
            list: lines are joined in order                 | 10.0.0.1    | -                | 3.3.3.3;2.2.2.2, 10.0.0.2     | 2.2.2.2
            list: the walk goes on in the line before       | 10.0.0.1    | -                | 3.3.3.3, 2.2.2.2;10.0.0.2     | 2.2.2.2
            list: all trusted in two lines                  | 10.0.0.1    | -                | 10.0.0.4, 10.0.0.3;10.0.0.2   | 10.0.0.4
            list: an attacker's line comes first            | 10.0.0.1    | -                | 127.0.0.1;2.2.2.2             | 2.2.2.2
            list: blanks do not matter                      | 10.0.0.1    | -                | '9.9.9.9 ,  2.2.2.2  ,10.0.0.2' | 2.2.2.2
            list: port                                      | 10.0.0.1    | -                | 2.2.2.2:80, 10.0.0.2:81       | 2.2.2.2
            list: brackets and port                         | 10.0.0.1    | -                | '[2001:db8::1]:443, 10.0.0.2' | 2001:db8::1
            list: zone                                      | 10.0.0.1    | -                | fe80::1%eth0                  | fe80::1
            list: IPv4-mapped, trusted                      | 10.0.0.1    | -                | 2.2.2.2, ::ffff:10.0.0.2      | 2.2.2.2
            list: IPv4-mapped client                        | 10.0.0.1    | -                | ::ffff:2.2.2.2                | 2.2.2.2
            list: a name is no address                      | 10.0.0.1    | -                | localhost                     | 10.0.0.1
            """)
    void theClientsAddress(String rule, String peer, String own, String list, String client) {
        ClientAddress addresses = new ClientAddress(TRUSTED, "CF-Connecting-IP");
        Map<String, List<String>> headers = Map.of("CF-Connecting-IP", lines(own), "X-Forwarded-For", lines(list));
        assertEquals(
                address(client),
                addresses.resolve(address(peer), name -> Objects.requireNonNull(headers.get(name), name)),
                rule);
        assertEquals(
                address(client),
                addresses
                        .explain(address(peer), name -> headers.getOrDefault(name, List.of()))
                        .address(),
                rule);
    }

    @Test
    void withoutAnOwnHeaderOnlyTheListIsAsked() {
        ClientAddress addresses = new ClientAddress(TRUSTED, null);
        Map<String, List<String>> headers = Map.of("X-Forwarded-For", List.of("2.2.2.2"));
        assertEquals(
                address("2.2.2.2"),
                addresses.resolve(address("10.0.0.1"), name -> Objects.requireNonNull(headers.get(name), name)));
    }

    @Test
    void withoutTrustedProxiesThePeerCounts() {
        ClientAddress addresses = new ClientAddress(List.of(), "CF-Connecting-IP");
        assertEquals(address("127.0.0.1"), addresses.resolve(address("127.0.0.1"), name -> List.of("2.2.2.2")));
    }

    @Test
    void thePeersZoneIsDropped() throws Exception {
        InetAddress peer = Inet6Address.getByAddress(null, address("fe80::1").getAddress(), 3);
        assertEquals("fe80:0:0:0:0:0:0:1%3", peer.getHostAddress());
        assertEquals(
                "fe80:0:0:0:0:0:0:1",
                new ClientAddress(TRUSTED, null)
                        .resolve(peer, name -> List.of())
                        .getHostAddress());
    }

    @Test
    void aGiantListIsWalkedForSixtyFourValues() {
        String list = "10.9.9.9, ".repeat(100_000) + "10.0.0.64, "
                + "10.0.0.2, ".repeat(63).replaceAll(", $", "");
        assertEquals(
                address("10.0.0.64"),
                new ClientAddress(TRUSTED, null).resolve(address("10.0.0.1"), name -> List.of(list)));
    }

    /** Whatever an attacker sends, what the trusted proxy appended is what counts. */
    @Test
    void nothingAnAttackerPrependsMatters() {
        ClientAddress addresses = new ClientAddress(TRUSTED, null);
        long seed = 42;
        Random random = new Random(seed);
        String alphabet = "0123456789.:,[]% abcdefx\";=\0\u00e9";
        for (int i = 0; i < 20_000; i++) {
            String garbage = random.ints(random.nextInt(60), 0, alphabet.length())
                    .mapToObj(at -> alphabet.substring(at, at + 1))
                    .collect(Collectors.joining());
            List<String> oneLine = List.of(garbage + ", 2.2.2.2, 10.0.0.2");
            List<String> twoLines = List.of(garbage, "2.2.2.2, 10.0.0.2");
            String about = garbage + " from seed " + seed;
            assertEquals(address("2.2.2.2"), addresses.resolve(address("10.0.0.1"), name -> oneLine), about);
            assertEquals(address("2.2.2.2"), addresses.resolve(address("10.0.0.1"), name -> twoLines), about);
            assertTrue(
                    addresses.resolve(address("10.0.0.1"), name -> List.of(garbage)) != null, about); // does not throw
        }
    }

    private static List<String> lines(String text) {
        return text.equals("-") ? List.of() : Arrays.asList(text.split(";", -1));
    }

    private static InetAddress address(String text) {
        return Objects.requireNonNull(IpAddress.literal(text), text);
    }
}
