package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Frame;
import xyz.dropsilk.server.testing.WebClient;

/** Who sees whom, and when they are told (the contract, 1 and 3). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PresenceIT {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer.Settings().loops(2).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static WebClient from(String address) {
        return WebClient.from(address, server.port());
    }

    @Test
    void aNewcomerSeesTheOthersAndTheyHearOfIt() {
        try (WebClient first = from("203.0.113.1")) {
            first.expectList();
            try (WebClient second = from("203.0.113.1")) {
                JsonNode list = WebClient.json(second.next()); // at once, as the second message
                assertEquals(
                        "[{\"id\":\"" + first.id() + "\",\"name\":\"Anonymous\"}]",
                        list.path("users").toString());
                first.expectList(second);
            }
            first.expectList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.20, 203.0.113.20, true",
        "203.0.113.21, 203.0.113.22, false",
        "203.0.113.23, ::ffff:203.0.113.23, true",
        "203.0.113.24, 203.0.113.24:4711, true",
        "192.168.7.1, 192.168.7.200, true",
        "192.168.8.1, 192.168.9.1, false",
        "10.1.2.3, 10.1.2.4, true",
        "10.1.3.3, 10.1.4.4, false",
        "172.16.5.1, 172.16.5.2, true",
        "172.32.5.1, 172.32.5.2, false",
        "169.254.1.1, 169.254.1.2, true",
        "100.64.1.1, 100.64.1.2, true",
        "100.128.1.1, 100.128.1.2, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
        "2001:db8:1:3::1, 2001:db8:1:4::1, false",
        "[2001:db8:1:5::1]:443, 2001:db8:1:5::2%eth0, true",
        "fe80::1, fe80::2, true",
        "fd00:1::1, fd00:1::2, true",
        "127.0.0.1, ::1, true",
        "127.9.9.9, 127.0.0.1, true"
    })
    void aNetworkIsMadeOfAddresses(String one, String other, boolean together) {
        try (WebClient first = from(one);
                WebClient second = from(other)) {
            boolean sees = WebClient.json(second.next())
                    .path("users")
                    .findValuesAsText("id")
                    .contains(first.id());
            assertEquals(together, sees);
            second.join(first.createFlight());
            assertEquals(
                    together ? "lan" : "wan",
                    second.expect("peer-joined").path("connectionType").asText());
        }
    }

    @Test
    void xForwardedForIsWalkedFromTheRight() {
        try (WebClient honest = from("203.0.113.30");
                WebClient liar = from("203.0.113.30, 203.0.113.31"); // the left part is a client's own lie
                WebClient proxied = from("203.0.113.30, 10.0.0.1")) { // a trusted proxy on the right
            liar.expectList();
            proxied.expectList(honest);
        }
    }

    @Test
    void membersOfAFullFlightAreNotListedAndSeeNobody() {
        try (WebClient bystander = from("203.0.113.2");
                WebClient host = from("203.0.113.2");
                WebClient guest = from("203.0.113.2")) {
            String code = host.createFlight();
            bystander.expectList(host, guest); // somebody who waits alone is listed
            guest.join(code);
            bystander.expectList();
            assertRightBehindPeerJoinedComesTheEmptyList(guest);
            assertRightBehindPeerJoinedComesTheEmptyList(host);
            bystander.rename("Somebody");
            try (WebClient another = from("203.0.113.2")) {
                another.expectList(bystander);
                bystander.expectList(another);
                host.sendType("fence"); // no list may come before the answer
                assertTrue(host.next().contains("unknown_type"));
                guest.cut();
                assertEquals("{\"type\":\"peer-left\"}", host.next());
                host.expectList(bystander, another);
                bystander.expectList(another, host);
            }
        }
    }

    private static void assertRightBehindPeerJoinedComesTheEmptyList(WebClient member) {
        member.expect("peer-joined");
        assertEquals("{\"type\":\"users-on-network-update\",\"users\":[]}", member.next());
    }

    @Test
    void aListThatDidNotChangeIsNotSentAgain() {
        try (WebClient one = from("203.0.113.3");
                WebClient two = from("203.0.113.3")) {
            one.expectList(two);
            two.expectList(one);
            one.rename("One");
            while (!two.expectList(one).toString().contains("One")) {
                // the list before
            }
            try (WebClient stranger = from("203.0.113.4")) {
                stranger.rename("Stranger").expectNothing();
            }
            one.rename("One").sendType("fence");
            assertTrue(one.next().contains("unknown_type"), "its own name is not in its own list");
            two.sendType("fence");
            assertTrue(two.next().contains("unknown_type"));
        }
    }

    @Test
    void aListNamesThoseWhoCameLast() {
        try (TestServer small = TestServer.with("MAX_LISTED_USERS", 3).start()) {
            List<WebClient> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(WebClient.from("203.0.113.5", small.port()));
            }
            all.get(0).expectList(all.get(3), all.get(4), all.get(5));
            all.get(5).expectList(all.get(2), all.get(3), all.get(4));
            String code = all.get(0).createFlight();
            all.get(0).invite(all.get(1).id(), code).expectNothing(); // not listed to it
            all.get(0).invite(all.get(5).id(), code).expectNothing();
            all.get(5).expect("flight-invitation");
            all.get(1).expectNothing();
            all.get(5).cut();
            all.get(0).expectList(all.get(2), all.get(3), all.get(4));
            all.forEach(WebClient::close);
        }
    }

    @Test
    void manyChangesAreGatheredAndTheLastListIsTheNewestState() {
        try (RawClient watcher = RawClient.webSocket(server.port(), "X-Forwarded-For: 203.0.113.6");
                WebClient busy = from("203.0.113.6")) {
            for (int i = 0; i <= 200; i++) {
                busy.rename("name " + i);
            }
            long since = System.nanoTime();
            int lists = 0;
            Frame frame = watcher.readFrame();
            while (!frame.text().contains("\"name 200\"")) {
                lists++;
                frame = watcher.readFrame();
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            assertTrue(lists < 100, lists + " lists for 200 changes");
            assertTrue(millis < 2_000, "newest list after " + millis + " ms");
        }
    }

    @Test
    void aHeaderFromAPeerThatIsNoTrustedProxyIsIgnored() {
        try (TestServer strict =
                        TestServer.with("TRUSTED_PROXIES", "10.0.0.0/8").start();
                WebClient one = WebClient.from("203.0.113.7", strict.port());
                WebClient two = WebClient.from("203.0.113.8", strict.port())) {
            two.expectList(one); // both are on loopback
            strict.awaitEvent("client:connected", e -> e.path("ip").asText().equals("127.0.0.1"));
        }
    }

    @Test
    void theConfiguredHeaderCountsIfThereIsExactlyOne() {
        try (TestServer behind =
                TestServer.with("CLIENT_IP_HEADER", "CF-Connecting-IP").start()) {
            WebClient one =
                    WebClient.open(behind.port(), "CF-Connecting-IP", "203.0.113.9", "X-Forwarded-For", "203.0.113.10");
            one.expect("registered");
            behind.awaitEvent("client:connected", e -> e.path("ip").asText().equals("203.0.113.9"));
            WebClient two = WebClient.open(
                    behind.port(),
                    "CF-Connecting-IP",
                    "203.0.113.9",
                    "CF-Connecting-IP",
                    "203.0.113.11",
                    "X-Forwarded-For",
                    "203.0.113.12");
            two.expect("registered");
            behind.awaitEvent("client:connected", e -> e.path("ip").asText().equals("203.0.113.12"));
            one.close();
            two.close();
        }
    }
}
