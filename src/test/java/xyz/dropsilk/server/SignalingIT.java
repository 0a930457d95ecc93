package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.WebClient;

/** Flights, invitations and signals on the wire: the rules of the contract, 1. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalingIT {
    private static final AtomicInteger NETWORKS = new AtomicInteger();
    private static TestServer server;

    /** Of this test alone. */
    private final String network = "198.51.100." + NETWORKS.incrementAndGet();

    @BeforeAll
    static void start() {
        server = new TestServer.Settings().loops(2).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private WebClient client() {
        return WebClient.from(network, server.port());
    }

    private static WebClient elsewhere() {
        return WebClient.from("198.51.100." + NETWORKS.incrementAndGet(), server.port());
    }

    private static void pair(WebClient host, WebClient guest) {
        guest.join(host.createFlight()).expect("peer-joined");
        host.expect("peer-joined");
    }

    // --- flights ---

    @Test
    void aFlightsCodeHasSixCharactersWithoutLookAlikes() {
        try (WebClient client = client()) {
            String code = client.createFlight();
            assertTrue(code.matches("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}"), code);
        }
    }

    @Test
    void whoIsInAFlightCreatesNoOther() {
        try (WebClient client = client()) {
            client.createFlight();
            client.sendType("create-flight").expectError("Already in a flight", "already_in_flight");
        }
    }

    @Test
    void bothMembersHearOfEachOther() {
        try (WebClient host = client();
                WebClient guest = client()) {
            host.rename("Host");
            String code = host.createFlight();
            guest.join(code);
            assertEquals(
                    "{\"type\":\"peer-joined\",\"flightCode\":\"" + code + "\",\"peer\":{\"id\":\"" + host.id()
                            + "\",\"name\":\"Host\"},\"connectionType\":\"lan\"}",
                    guest.nextButLists());
            assertEquals(
                    "{\"type\":\"peer-joined\",\"flightCode\":\"" + code + "\",\"peer\":{\"id\":\"" + guest.id()
                            + "\",\"name\":\"Anonymous\"},\"connectionType\":\"lan\"}",
                    host.nextButLists());
        }
    }

    @Test
    void membersOfTwoNetworksAreWan() {
        try (WebClient host = client();
                WebClient guest = elsewhere()) {
            guest.join(host.createFlight());
            assertEquals(
                    "wan", guest.expect("peer-joined").path("connectionType").asText());
            assertEquals(
                    "wan", host.expect("peer-joined").path("connectionType").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lower", "spaces"})
    void caseAndBlanksAtTheEndsOfACodeDoNotMatter(String how) {
        try (WebClient host = client();
                WebClient guest = client()) {
            String code = host.createFlight();
            guest.join(how.equals("lower") ? code.toLowerCase(Locale.ROOT) : " \\t\\u00a0" + code + "\\n ");
            assertEquals(code, guest.expect("peer-joined").path("flightCode").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"flightCode\":null",
                ",\"flightCode\":123456",
                ",\"flightCode\":[\"ABCDEF\"]",
                ",\"flightCode\":\"\"",
                ",\"flightCode\":\"ABCDE\"",
                ",\"flightCode\":\"ABCDEFG\"",
                ",\"flightCode\":\"  ABCDE \""
            })
    void whatIsNoCode(String field) {
        try (WebClient client = client()) {
            client.createFlight(); // even so the code's error is the first that applies
            client.send("{\"type\":\"join-flight\"" + field + "}")
                    .expectError("Invalid flight code", "invalid_flight_code");
        }
    }

    @Test
    void whoIsInAFlightJoinsNoOther() {
        try (WebClient host = client();
                WebClient other = client()) {
            String code = host.createFlight();
            other.createFlight();
            other.join(code).expectError("Already in a flight", "already_in_flight");
            other.join("ZZZZZZ").expectError("Already in a flight", "already_in_flight");
        }
    }

    @Test
    void aMissingAndAFullFlightAreAnsweredAlike() {
        try (WebClient host = client();
                WebClient guest = client();
                WebClient late = client()) {
            String code = host.createFlight();
            guest.join(code).expect("peer-joined");
            late.join(code).expectError("Flight not found or full", "flight_not_found");
            late.join("ZZZZZZ").expectError("Flight not found or full", "flight_not_found");
        }
    }

    @Test
    void whoStaysKeepsTheFlightAndItsCode() {
        try (WebClient host = client();
                WebClient first = client();
                WebClient second = client()) {
            String code = host.createFlight();
            first.join(code).expect("peer-joined");
            host.expect("peer-joined");
            first.leave();
            assertEquals("{\"type\":\"peer-left\"}", host.nextButLists());
            second.join(code);
            assertEquals(host.id(), second.expect("peer-joined").at("/peer/id").asText());
            assertEquals(second.id(), host.expect("peer-joined").at("/peer/id").asText());
        }
    }

    @Test
    void aGuestWhoseHostLeftKeepsTheFlightToo() {
        try (WebClient host = client();
                WebClient guest = client();
                WebClient next = client()) {
            String code = host.createFlight();
            guest.join(code).expect("peer-joined");
            host.cut();
            guest.expect("peer-left");
            next.join(code).expect("peer-joined");
            guest.expect("peer-joined");
        }
    }

    @Test
    void aFlightEndsWhenItsLastMemberLeaves() {
        try (WebClient host = client();
                WebClient late = client()) {
            String code = host.createFlight();
            host.leave();
            late.join(code).expectError("Flight not found or full", "flight_not_found");
            server.awaitEvent("flight:ended", e -> e.path("flightCode").asText().equals(code));
            server.awaitEvent(
                    "FLIGHT STORY COMPLETE",
                    e -> e.at("/story/meta/flightCode").asText().equals(code));
        }
    }

    // --- invitations ---

    @Test
    void aMemberInvitesSomebodyItSees() {
        try (WebClient host = client();
                WebClient invitee = client()) {
            host.rename("<b>Ann</b>");
            String code = host.createFlight();
            host.invite(invitee.id(), code.toLowerCase(Locale.ROOT));
            assertEquals(
                    "{\"type\":\"flight-invitation\",\"flightCode\":\"" + code + "\",\"fromName\":\"‹b›Ann‹/b›\"}",
                    invitee.nextButLists());
            host.expectNothing();
        }
    }

    @Test
    void nobodyElseInvitesAndNothingIsSaidAboutIt() {
        try (WebClient host = client();
                WebClient invitee = client();
                WebClient stranger = elsewhere();
                WebClient guest = client()) {
            String code = host.createFlight();
            invitee.invite(host.id(), code).expectNothing(); // no member
            host.invite(stranger.id(), code).expectNothing(); // not on its network
            host.invite(invitee.id(), "ZZZZZZ").expectNothing(); // not its flight
            host.invite(host.id(), code).expectNothing();
            host.invite("nobody", code).expectNothing();
            guest.join(code).expect("peer-joined");
            host.expect("peer-joined");
            host.invite(invitee.id(), code).expectNothing(); // no free seat
            invitee.expectNothing();
            stranger.expectNothing();
            assertTrue(server.refused("invitation") >= 6);
            server.awaitEvent("flight:error", e -> e.path("reason").asText().equals("invitation"));
        }
    }

    @Test
    void anInvitationWithoutItsFieldsIsMalformed() {
        try (WebClient client = client()) {
            client.sendType("invite-to-flight").expectError("Invalid message format", "invalid_message");
            client.send("{\"type\":\"invite-to-flight\",\"inviteeId\":5,\"flightCode\":\"ABCDEF\"}")
                    .expectError("Invalid message format", "invalid_message");
        }
    }

    // --- signals ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "\"\"",
                "-0.0e-10",
                "{ \"a\" :\t[ 1 ,\r\n 2.50E+3 ] }",
                "{\"k\":1,\"k\":2,\"type\":\"registered\",\"data\":{\"type\":\"error\"}}",
                "\"\\ud800\\udc00 \\ud800 \\u0000 \\/ \\\" \\\\\"",
                "\"Grüße 😀 \u2028 \u200d\"",
                "[[[[[]]]],{\"\":{}}]",
                "123456789012345678901234567890.000000000000000000001"
            })
    void aSignalsDataArrivesByteForByte(String data) {
        try (WebClient host = client();
                WebClient guest = client()) {
            pair(host, guest);
            String expected = "{\"type\":\"signal\",\"data\":" + data + "}";
            host.signal(data);
            assertEquals(expected, guest.nextButLists());
            guest.send(" {\"extra\" : [true] , \"data\":" + data + "\n, \"x\":{}, \"type\" :\t\"signal\" } ");
            assertEquals(expected, host.nextButLists());
            guest.send("{\"t\\u0079pe\":\"si\\u0067nal\",\"d\\u0061ta\": " + data + " }");
            assertEquals(expected, host.nextButLists());
        }
    }

    @Test
    void aMessageOfExactlyTheLimitArrives() {
        try (WebClient host = client();
                WebClient guest = client()) {
            pair(host, guest);
            String data = "\"" + "x".repeat((1 << 20) - "{\"type\":\"signal\",\"data\":\"\"}".length()) + "\"";
            host.signal(data);
            String received = guest.nextButLists();
            assertEquals(1 << 20, received.length());
            assertEquals("{\"type\":\"signal\",\"data\":" + data + "}", received);
        }
    }

    @Test
    void aSignalWithoutAPeerIsDroppedSilently() {
        try (WebClient alone = client();
                WebClient guest = client()) {
            alone.signal("1").expectNothing();
            String code = alone.createFlight();
            alone.signal("2").expectNothing();
            guest.join(code).expect("peer-joined");
            alone.expect("peer-joined");
            guest.leave();
            alone.expect("peer-left");
            alone.signal("3").expectNothing();
        }
    }

    @Test
    void aSignalReachesThePeerAlone() {
        try (WebClient host = client();
                WebClient guest = client();
                WebClient otherHost = client();
                WebClient otherGuest = client()) {
            pair(host, guest);
            pair(otherHost, otherGuest);
            host.signal("\"mine\"").expectNothing();
            assertEquals("{\"type\":\"signal\",\"data\":\"mine\"}", guest.nextButLists());
            otherHost.expectNothing();
            otherGuest.expectNothing();
        }
    }

    @Test
    void signalsAreCountedButNeitherTheyNorTheirPayloadAreLogged() {
        try (WebClient host = client();
                WebClient guest = client()) {
            pair(host, guest);
            long before = server.stats().path("signalsRelayed").asLong();
            host.signal("\"top-secret-payload\"");
            guest.expect("signal");
            assertTrue(server.stats().path("signalsRelayed").asLong() > before);
            assertFalse(server.log().toString().contains("top-secret-payload"));
        }
    }

    @Test
    void idsAreNeverTheSame() {
        try (WebClient one = client();
                WebClient two = client()) {
            assertNotEquals(one.id(), two.id());
        }
    }
}
