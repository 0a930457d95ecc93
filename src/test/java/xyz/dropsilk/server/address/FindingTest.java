package xyz.dropsilk.server.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a client has the address that it has. Trusted here: 10.0.0.0/8. */
class FindingTest {
    private static final List<Cidr> TRUSTED = List.of(Cidr.parse("10.0.0.0/8"));

    private static Finding explain(String peer, String... namesAndValues) {
        return explain("X-Own", peer, namesAndValues);
    }

    private static Finding explain(@Nullable String clientIpHeader, String peer, String[] namesAndValues) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        ClientAddress addresses = new ClientAddress(TRUSTED, clientIpHeader);
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
            # peer     | header            | value         | kind         | advice
            10.0.0.1   | X-Real-IP         | 1.1.1.1       | names_nobody | X-Forwarded-For, or set CLIENT_IP_HEADER=X-Real-IP
            10.0.0.1   | X-Forwarded-Proto | https         | names_nobody | have it set X-Forwarded-For, or name its own header in CLIENT_IP_HEADER
            10.0.0.1   | Via               | 1.1 proxy     | names_nobody | have it set X-Forwarded-For
            10.0.0.1   | Forwarded         | for=1.1.1.1   | names_nobody | sends Forwarded, which this server does not read; have it set X-Forwarded-For
            10.0.0.1   | X-Forwarded-For   | unknown       | names_nobody | X-Forwarded-For has no address at its end
            10.0.0.1   | X-Forwarded-For   | 1.1.1.1       |              |
            10.0.0.1   | X-Forwarded-For   | 10.0.0.1      |              |
            10.0.0.1   | User-Agent        | Via X-Real-IP |              |
            100.64.0.1 | X-Forwarded-For   | 1.1.1.1       | not_trusted  | add it, or its range, to TRUSTED_PROXIES
            100.64.0.1 | X-Real-IP         | 1.1.1.1       | not_trusted  | Requests of 100.64.0.1
            100.64.0.1 | User-Agent        | x             |              |
            10.0.0.1   | Origin            | https://a.example      | names_nobody | The proxy at 10.0.0.1
            10.0.0.1   | Origin            | http://a.example       | |
            10.0.0.1   | Origin            | https://localhost:5173 | |
            10.0.0.1   | Origin            | https://127.0.0.1      | |
            10.0.0.1   | Origin            | https://[::1]:5173     | |
            10.0.0.1   | Origin            | app://.                | |
            100.64.0.1 | Origin            | https://a.example      | |
            """)
    void whatSpeaksForAProxysAddress(
            String peer, String header, String value, @Nullable String kind, @Nullable String advice) {
        assertDoubt(kind, advice, explain(null, peer, new String[] {header, value}));
    }

    private static void assertDoubt(@Nullable String kind, @Nullable String advice, Finding finding) {
        Doubt doubt = finding.doubt();
        if (kind == null || doubt == null) {
            assertEquals(kind, doubt == null ? null : doubt.advice());
            return;
        }
        assertEquals(Doubt.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), doubt.kind());
        assertTrue(doubt.advice().contains(String.valueOf(advice)), doubt.advice());
    }

    /** The proxy sets it always or never; where never, clients can. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # X-Own   | X-Forwarded-For | kind              | advice
                      | 1.1.1.1         | not_as_configured | CLIENT_IP_HEADER names X-Own, and a request came through 10.0.0.1 without it
            unknown   | 1.1.1.1         | not_as_configured | take the setting out
            2.2.2.2   | 1.1.1.1         |                   |
                      | unknown         | names_nobody      | or X-Own, which CLIENT_IP_HEADER names
            """)
    void aHeaderThatIsConfiguredAndDoesNotCome(
            @Nullable String own, String list, @Nullable String kind, @Nullable String advice) {
        String[] fields = {"X-Forwarded-For", list, own == null ? "X-Other" : "X-Own", own == null ? "" : own};
        assertDoubt(kind, advice, explain("X-Own", "10.0.0.1", fields));
    }

    /** The nearest proxy replaced the list of the one before it by that one's own address. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # X-Forwarded-For      | header           | value                | advice
            198.51.100.9           | X-Real-IP        | 1.1.1.1              | Another address stands in X-Real-IP
            10.0.0.2               | X-Real-IP        | 1.1.1.1              | in front of the one at 10.0.0.1
            1.1.1.1                | X-Real-IP        | 1.1.1.1              |
            1.1.1.1, 10.0.0.2      | X-Real-IP        | 10.0.0.2             |
            1.1.1.1, 10.0.0.2      | Via              | 1.1 outer, 1.1 inner |
            1.1.1.1                | Via              | 1.1 one              |
            198.51.100.9           | CF-Connecting-IP | 1.1.1.1              | nobody gets past it, set CLIENT_IP_HEADER=CF-Connecting-IP
            1.1.1.1, 198.51.100.7  | User-Agent       | x                    |
            66.241.124.10          | Fly-Client-IP    | 1.1.1.1              | set CLIENT_IP_HEADER=Fly-Client-IP
            127.0.0.1              | Origin           | https://a.example    |
            198.51.100.9           | Via              | 1.1 outer, 1.1 inner |
            """)
    void aProxyBeforeTheOneThatCounts(String list, String header, String value, @Nullable String advice) {
        String[] fields = {"X-Forwarded-For", list, header, value};
        assertDoubt(advice == null ? null : "named_otherwise", advice, explain(null, "10.0.0.1", fields));
    }

    /** As on Render, where Cloudflare's own public address is the first in the list that is not trusted. */
    @Test
    void aNetworkInFrontThatNamesSomebodyElse() {
        String[] chain = {"X-Forwarded-For", "1.1.1.1, 172.70.0.1, 10.0.0.2", "CF-Connecting-IP", "1.1.1.1"};
        Finding finding = explain(null, "10.0.0.1", chain);
        assertEquals(address("172.70.0.1"), finding.address());
        assertDoubt("named_otherwise", "CF-Connecting-IP", finding);
        chain[3] = "172.70.0.1";
        assertNull(explain(null, "10.0.0.1", chain).doubt());
    }

    @Test
    void aHeaderForClientIpHeaderIsOneThatHasAnAddress() {
        String[] fields = {"X-Real-IP", "1.1.1.1", "CF-Connecting-IP", "no"};
        assertDoubt("names_nobody", "CLIENT_IP_HEADER=X-Real-IP", explain(null, "10.0.0.1", fields));
    }
}
