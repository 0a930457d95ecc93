package xyz.dropsilk.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.testing.CollectedEvents;

final class RateLimitedTest {
    private final CollectedEvents events = new CollectedEvents();

    private RateLimited limited(long seconds) {
        return new RateLimited(
                request -> CompletableFuture.completedFuture(Response.text(200, "fine")), network -> seconds, events);
    }

    private static Request from(String address) throws UnknownHostException {
        InetAddress client = InetAddress.getByName(address);
        return new Request(HttpMethod.GET, "/", "", TestFields.of(), new byte[0], client, NetworkKey.of(client));
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeAgain() throws UnknownHostException {
        Response refusal = limited(7).refusal(from("192.0.2.1"));
        assertNotNull(refusal);
        assertEquals(429, refusal.status());
        assertEquals("7", refusal.fields().get("Retry-After"));
        assertNull(limited(0).refusal(from("192.0.2.1")));
    }

    @Test
    void theLogSpellsAddressesAsItDoesEverywhere() throws UnknownHostException {
        limited(7).refusal(from("2001:db8::1"));
        assertEquals(
                IpAddress.literal("2001:db8::1"), events.all().get(0).fields().get("ip"));
    }

    @Test
    void tooManyRequestsComeBeforeWhatIsNotConfigured() throws UnknownHostException {
        Endpoint absent = IceEndpoint.NOT_CONFIGURED;
        Response first = new RateLimited(absent, network -> 7, events).refusal(from("192.0.2.1"));
        assertNotNull(first);
        assertEquals(429, first.status());
        Response then = new RateLimited(absent, network -> 0, events).refusal(from("192.0.2.1"));
        assertNotNull(then);
        assertEquals(501, then.status());
        assertEquals(1, events.all().size());
    }

    @Test
    void onlyWhatCostsSomethingIsCounted() throws UnknownHostException {
        RateLimited limited = new RateLimited(IceEndpoint.NOT_CONFIGURED, request -> false, network -> 7, events);
        assertNotNull(limited.refusal(from("192.0.2.1")));
        assertEquals(0, events.all().size());
    }
}
