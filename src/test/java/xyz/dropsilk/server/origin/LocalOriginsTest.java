package xyz.dropsilk.server.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.IpAddress;

class LocalOriginsTest {
    @Test
    void aPortIsAdmittedOnLoopbackAndOnTheMachinesHomeNetworks() {
        List<InetAddress> own = Stream.of(
                        "127.0.0.1",
                        "::1",
                        "192.168.1.5",
                        "192.168.77.1",
                        "10.0.0.5",
                        "192.169.0.1",
                        "8.8.8.8",
                        "fe80::1")
                .map(address -> Objects.requireNonNull(IpAddress.literal(address)))
                .toList();
        assertEquals(
                List.of(
                        "http://localhost:5173",
                        "http://127.0.0.1:5173",
                        "http://192.168.1.5:5173",
                        "http://192.168.77.1:5173",
                        "http://localhost:3000",
                        "http://127.0.0.1:3000",
                        "http://192.168.1.5:3000",
                        "http://192.168.77.1:3000"),
                LocalOrigins.of(List.of(5173, 3000), own));
    }

    @Test
    void theDefaultPortIsLeftOutByBrowsers() {
        assertEquals(
                List.of("http://localhost", "http://localhost:80", "http://127.0.0.1", "http://127.0.0.1:80"),
                LocalOrigins.of(List.of(80), List.of()));
    }

    @Test
    void withoutPortsNothingIsAdmitted() {
        assertEquals(List.of(), LocalOrigins.of(List.of()));
    }

    @Test
    void onThisMachineLoopbackIsAdmitted() {
        assertTrue(
                LocalOrigins.of(List.of(5173)).containsAll(List.of("http://localhost:5173", "http://127.0.0.1:5173")));
    }

    @Test
    void aPageOfTheServersOwnIsOpenedByEachAddressThatABrowserKnows() {
        List<InetAddress> own = Stream.of("127.0.0.1", "::1", "192.168.1.5", "8.8.8.8", "2001:DB8:0:0::1", "fe80::1")
                .map(address -> Objects.requireNonNull(IpAddress.literal(address)))
                .toList();
        assertEquals(
                List.of(
                        "http://localhost:8080",
                        "http://127.0.0.1:8080",
                        "http://[::1]:8080",
                        "http://192.168.1.5:8080",
                        "http://8.8.8.8:8080",
                        "http://[2001:db8::1]:8080"),
                LocalOrigins.ofThisServer(8080, own));
    }
}
