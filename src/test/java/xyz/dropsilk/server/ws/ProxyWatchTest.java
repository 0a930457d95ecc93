package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.Requests;

/** The contract, 5: a proxy behind which all clients look like one is warned of, once, with the setting to look at. */
final class ProxyWatchTest {
    private final CollectedEvents events = new CollectedEvents();
    private ProxyWatch watch = watch(/* hasCheckPage= */ false);

    private ProxyWatch watch(boolean hasCheckPage) {
        return watch(null, hasCheckPage);
    }

    private ProxyWatch watch(@Nullable String clientIpHeader, boolean hasCheckPage) {
        ClientAddress addresses = new ClientAddress(List.of(Cidr.parse("10.0.0.0/8")), clientIpHeader);
        return new ProxyWatch(addresses, events, hasCheckPage);
    }

    private void handshakes(int count, String peer, String client, String... headers) {
        InetAddress address = Objects.requireNonNull(IpAddress.literal(client));
        InetAddress other = Objects.requireNonNull(IpAddress.literal(peer));
        Request request = new Request(
                HttpMethod.GET, "/", "", TestFields.of(headers), new byte[0], address, NetworkKey.of(address), other);
        for (int i = 0; i < count; i++) {
            watch.look(request);
        }
    }

    private String warning() {
        assertEquals(1, events.named("config:warning").size());
        return String.valueOf(events.named("config:warning").get(0).fields().get("warning"));
    }

    @Test
    void aTrustedOneThatNamesNobody() {
        handshakes(ProxyWatch.SEVERAL - 1, "10.0.0.1", "10.0.0.1", "X-Real-IP", "203.0.113.1");
        assertEquals(List.of(), events.all());
        handshakes(50, "10.0.0.1", "10.0.0.1", "X-Real-IP", "203.0.113.1");
        assertTrue(warning().contains("set CLIENT_IP_HEADER=X-Real-IP"), this::warning);
        assertFalse(warning().contains("/check"), this::warning);
    }

    @Test
    void aTrustedOneWithNoHeaderForIt() {
        handshakes(50, "10.0.0.1", "10.0.0.1", "Via", "1.1 proxy");
        assertTrue(
                warning().contains("set X-Forwarded-For, or name its own header in CLIENT_IP_HEADER"), this::warning);
    }

    /** As nginx without a line of its own for any header but the upgrade's. */
    @Test
    void aTrustedOneThatAddsNothingBeforeAPageOverHttps() {
        handshakes(50, "10.0.0.1", "10.0.0.1", "Origin", "https://app.example.org");
        assertTrue(warning().contains("The proxy at 10.0.0.1 names none of its clients"), this::warning);
    }

    @Test
    void thePageThatShowsItIsNamedWhereThereIsOne() {
        watch = watch(/* hasCheckPage= */ true);
        handshakes(50, "10.0.0.1", "10.0.0.1", "X-Real-IP", "203.0.113.1");
        assertTrue(warning().contains("/check"), this::warning);
        assertEquals(1, events.take().size());
        handshakes(50, "100.64.0.7", "100.64.0.7", "X-Forwarded-For", "203.0.113.1");
        assertTrue(warning().contains("/check"), this::warning);
    }

    @Test
    void oneThatIsNotTrusted() {
        handshakes(50, "100.64.0.7", "100.64.0.7", "X-Forwarded-For", "203.0.113.1");
        assertTrue(warning().contains("TRUSTED_PROXIES"));
        assertTrue(warning().contains("100.64.0.7"));
        assertTrue(warning().contains("takes the place of the loopback and private ranges"), this::warning);
    }

    @Test
    void oneThatIsNotTrustedAndNamesItsClientsOtherwise() {
        handshakes(50, "100.64.0.7", "100.64.0.7", "X-Real-IP", "203.0.113.1");
        assertTrue(warning().contains("TRUSTED_PROXIES"));
    }

    @Test
    void oneThatLacksTheHeaderThatIsConfigured() {
        watch = watch("CF-Connecting-IP", /* hasCheckPage= */ false);
        handshakes(50, "10.0.0.1", "203.0.113.1", "X-Forwarded-For", "203.0.113.1", "CF-Connecting-IP", "203.0.113.2");
        assertEquals(List.of(), events.all());
        handshakes(50, "10.0.0.1", "203.0.113.1", "X-Forwarded-For", "203.0.113.1");
        assertTrue(warning().contains("CLIENT_IP_HEADER names CF-Connecting-IP"), this::warning);
    }

    /** Or anybody could have the operator told to believe a header that anybody can send. */
    @Test
    void aHeaderThatNamesSomebodyElseIsNoReasonToWarnOperators() {
        handshakes(50, "10.0.0.1", "203.0.113.1", "X-Forwarded-For", "203.0.113.1", "CF-Connecting-IP", "1.1.1.1");
        assertEquals(List.of(), events.all());
    }

    /** Somebody on the proxy's own machine. */
    @Test
    void aProxyThatNamesItselfNamesSomebody() {
        handshakes(50, "10.0.0.1", "10.0.0.1", "X-Forwarded-For", "10.0.0.1", "Via", "1.1 proxy");
        assertEquals(List.of(), events.all());
    }

    @Test
    void oneThatLetsNoWebSocketThrough() {
        RootEndpoint root = new RootEndpoint(watch);
        Request monitor = Requests.get();
        Request robbed = Requests.of(
                HttpMethod.GET, "", Map.of("Sec-WebSocket-Key", "k", "Sec-WebSocket-Version", "13"), new byte[0]);
        for (int i = 0; i < 50; i++) {
            assertEquals(200, Requests.answer(root, monitor).status());
        }
        assertEquals(List.of(), events.all());
        for (int i = 0; i < 50; i++) {
            assertEquals(200, Requests.answer(root, robbed).status());
        }
        assertTrue(warning().contains("proxy_set_header Upgrade $http_upgrade"));
    }

    @Test
    void noProxyAtAllIsNoReasonToWarn() {
        handshakes(50, "10.0.0.1", "10.0.0.1");
        handshakes(50, "203.0.113.9", "203.0.113.9");
        handshakes(50, "10.0.0.1", "10.0.0.1", "Origin", "http://app.home.arpa");
        handshakes(50, "203.0.113.9", "203.0.113.9", "Origin", "https://app.example.org");
        assertEquals(List.of(), events.all());
    }

    @Test
    void oneThatNamesItsClientsIsRight() {
        handshakes(50, "10.0.0.1", "203.0.113.1", "X-Forwarded-For", "203.0.113.1", "X-Forwarded-Proto", "https");
        assertEquals(List.of(), events.all());
    }
}
