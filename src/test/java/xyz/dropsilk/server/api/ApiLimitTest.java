package xyz.dropsilk.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.testing.CollectedEvents;

final class ApiLimitTest {
    private final CollectedEvents events = new CollectedEvents();

    private static Request from(String address) throws UnknownHostException {
        InetAddress client = InetAddress.getByName(address);
        return new Request(HttpMethod.GET, "/", "", TestFields.of(), new byte[0], client, NetworkKey.of(client));
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeAgain() throws UnknownHostException {
        Response refusal = new ApiLimit(network -> 7, events).refusal(from("192.0.2.1"));
        assertNotNull(refusal);
        assertEquals(429, refusal.status());
        assertEquals("7", refusal.headers().get("Retry-After"));
        assertNull(new ApiLimit(network -> 0, events).refusal(from("192.0.2.1")));
    }

    @Test
    void theLogSpellsAddressesAsItDoesEverywhere() throws UnknownHostException {
        new ApiLimit(network -> 7, events).refusal(from("2001:db8::1"));
        assertEquals(
                IpAddress.literal("2001:db8::1"), events.all().get(0).fields().get("ip"));
    }
}
