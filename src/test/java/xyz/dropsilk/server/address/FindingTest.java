package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a client has the address that it has. Trusted here: 10.0.0.0/8. */
class FindingTest {
    private static final List<Cidr> TRUSTED = List.of(Cidr.parse("10.0.0.0/8"));

    private static Finding explain(String peer, String... namesAndValues) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        ClientAddress addresses = new ClientAddress(TRUSTED, "X-Own");
        Finding finding = addresses.explain(address(peer), name -> headers.getOrDefault(name, List.of()));
        assertEquals(
                addresses.resolve(address(peer), name -> headers.getOrDefault(name, List.of())), finding.address());
        assertEquals(address(peer), finding.peer());
        return finding;
    }

    private static InetAddress address(String text) {
        return Objects.requireNonNull(IpAddress.literal(text), text);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # case                            | peer     | X-Own   | X-Forwarded-For            | source          | passed
            no proxy                          | 5.6.7.8  |         |                            | socket          | ''
            no proxy, and it lies             | 5.6.7.8  | 1.1.1.1 | 1.1.1.1                    | socket          | ''
            a proxy that says nothing         | 10.0.0.1 |         |                            | socket          | ''
            a list of one                     | 10.0.0.1 |         | 1.1.1.1                    | x-forwarded-for | 10.0.0.1
            a chain                           | 10.0.0.1 |         | 9.9.9.9, 1.1.1.1, 10.0.0.2 | x-forwarded-for | 10.0.0.1 10.0.0.2
            all trusted: the leftmost is one  | 10.0.0.1 |         | 10.0.0.3, 10.0.0.2         | x-forwarded-for | 10.0.0.1 10.0.0.2
            no address at the right end       | 10.0.0.1 |         | 1.1.1.1, unknown           | socket          | ''
            no address further left           | 10.0.0.1 |         | unknown, 10.0.0.2          | x-forwarded-for | 10.0.0.1
            the header of their own           | 10.0.0.1 | 1.1.1.1 | 2.2.2.2                    | X-Own           | 10.0.0.1
            that header is no address         | 10.0.0.1 | x       | 2.2.2.2                    | x-forwarded-for | 10.0.0.1
            """)
    void whatNamedTheClientAndWhoWasPassed(
            String about, String peer, String own, String list, String source, String passed) {
        String[] headers = Stream.of(
                        own == null ? Stream.<String>empty() : Stream.of("X-Own", own),
                        list == null ? Stream.<String>empty() : Stream.of("X-Forwarded-For", list))
                .flatMap(pair -> pair)
                .toArray(String[]::new);
        Finding finding = explain(peer, headers);
        assertEquals(source, finding.source(), about);
        assertEquals(passed, finding.passed().stream().map(IpAddress::text).collect(Collectors.joining(" ")), about);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # peer     | header            | value         | doubt
            10.0.0.1   | X-Real-IP         | 1.1.1.1       | names_nobody
            10.0.0.1   | X-Forwarded-Proto | https         | names_nobody
            10.0.0.1   | Via               | 1.1 proxy     | names_nobody
            10.0.0.1   | Forwarded         | for=1.1.1.1   | names_nobody
            10.0.0.1   | X-Forwarded-For   | unknown       | names_nobody
            10.0.0.1   | X-Forwarded-For   | 1.1.1.1       | none
            10.0.0.1   | X-Forwarded-For   | 10.0.0.1      | none
            10.0.0.1   | User-Agent        | Via X-Real-IP | none
            100.64.0.1 | X-Forwarded-For   | 1.1.1.1       | not_trusted
            100.64.0.1 | X-Real-IP         | 1.1.1.1       | not_trusted
            100.64.0.1 | User-Agent        | x             | none
            10.0.0.1   | Origin            | https://a.example      | names_nobody
            10.0.0.1   | Origin            | http://a.example       | none
            10.0.0.1   | Origin            | https://localhost:5173 | none
            10.0.0.1   | Origin            | https://127.0.0.1      | none
            10.0.0.1   | Origin            | https://[::1]:5173     | none
            10.0.0.1   | Origin            | app://.                | none
            100.64.0.1 | Origin            | https://a.example      | none
            """)
    void whatSpeaksForAProxysAddress(String peer, String header, String value, String doubt) {
        assertEquals(
                Finding.Doubt.valueOf(doubt.toUpperCase(Locale.ROOT)),
                explain(peer, header, value).doubt());
    }

    /** As on Render, where Cloudflare's own public address is the first in the list that is not trusted. */
    @Test
    void aNetworkInFrontThatNamesSomebodyElse() {
        String[] chain = {"X-Forwarded-For", "1.1.1.1, 172.70.0.1, 10.0.0.2", "CF-Connecting-IP", "1.1.1.1"};
        Finding finding = explain("10.0.0.1", chain);
        assertEquals(address("172.70.0.1"), finding.address());
        assertEquals(Finding.Doubt.NAMED_OTHERWISE, finding.doubt());
        chain[3] = "172.70.0.1";
        assertEquals(Finding.Doubt.NONE, explain("10.0.0.1", chain).doubt());
    }

    @Test
    void aHeaderForClientIpHeaderIsOneThatHasAnAddress() {
        Map<String, List<String>> headers = Map.of("X-Real-IP", List.of("1.1.1.1"), "CF-Connecting-IP", List.of("no"));
        assertEquals("X-Real-IP", ProxySigns.namingHeader(name -> headers.getOrDefault(name, List.of())));
        assertNull(ProxySigns.namingHeader(name -> List.of()));
    }
}
