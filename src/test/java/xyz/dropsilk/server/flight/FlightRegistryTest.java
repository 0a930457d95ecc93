package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 1, as far as the registry decides it; how members leave, presence, invitations and stories have tests of their own. */
class FlightRegistryTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";

    private final Airfield field = new Airfield();
    private final FlightRegistry registry = field.registry;

    @AfterEach
    void stateHoldsTogether() {
        registry.checkInvariants();
    }

    @Nested
    class WhenSomebodyConnects {
        @Test
        void registeredIsFirstAndTheListFollows() {
            RecordingPeer first = field.connect(HOME);
            RecordingPeer second = field.connect(HOME);

            assertEquals(List.of(Told.registered(first), Told.NOBODY), first.take());
            assertEquals(List.of(Told.registered(second), Told.list(Told.user(first))), second.take());
        }

        @Test
        void aNameIsKnownToWhoComesLater() {
            RecordingPeer first = field.connect(HOME);
            registry.rename(first, "Ada");

            assertEquals(
                    List.of(Told.list(Told.user(first, "Ada"))),
                    field.connect(HOME).take().subList(1, 2));
        }

        @Test
        void othersAreToldOfTheNameOnceItChanges() {
            RecordingPeer first = field.connect(HOME);
            RecordingPeer second = field.connect(HOME);
            field.settle(first, second);
            registry.rename(first, "Ada");
            field.settle();

            assertEquals(List.of(Told.list(Told.user(first, "Ada"))), second.take());
            assertEquals(List.of(), first.take());
        }

        @Test
        void itIsSaidWithIdAndAddress() {
            RecordingPeer peer = field.connect(HOME);
            registry.rename(peer, "Ada");
            assertTrue(registry.disconnect(peer, RoomSockets.End.CLOSED));
            assertFalse(registry.disconnect(peer, RoomSockets.End.CLOSED), "gone already");

            List<ServerEvent> said = field.events.take();
            assertEquals(
                    List.of("client:connected", "client:registered_details"),
                    said.stream().map(ServerEvent::eventName).toList());
            assertEquals(IpAddress.literal(HOME), said.get(0).fields().get("ip"));
            assertEquals("Ada", said.get(1).fields().get("name"));
            said.forEach(event -> assertEquals(peer.id(), event.fields().get("id")));
        }
    }

    @Nested
    class CreatingAFlight {
        @Test
        void isAnsweredWithItsCode() {
            RecordingPeer creator = field.connect(HOME);
            creator.take();
            String code = field.flightOf(creator);

            assertTrue(code.matches("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}"), code);
            assertEquals(List.of(Told.flightCreated(code)), creator.take());
        }

        @Test
        void isRefusedToWhoIsInOneAlready() {
            RecordingPeer creator = field.connect(HOME);
            field.flightOf(creator);
            creator.take();
            registry.createFlight(creator);

            assertEquals(List.of(Told.ALREADY_IN_FLIGHT), creator.take());
            assertEquals(1, registry.stats().flights());
        }

        @Test
        void isRefusedToAGuestToo() {
            RecordingPeer guest = field.connect(ELSEWHERE);
            field.flightOf(field.connect(HOME), guest);
            guest.take();
            registry.createFlight(guest);

            assertEquals(List.of(Told.ALREADY_IN_FLIGHT), guest.take());
        }

        @Test
        void leavesTheCreatorListed() {
            RecordingPeer creator = field.connect(HOME);
            field.flightOf(creator);

            assertEquals(
                    Told.list(Told.user(creator)), field.connect(HOME).take().get(1));
        }
    }

    @Nested
    class JoiningAFlight {
        private final RecordingPeer host = field.connect(HOME);
        private final RecordingPeer guest = field.connect(ELSEWHERE);
        private String code = "";

        @BeforeEach
        void create() {
            registry.rename(host, "Ada");
            registry.rename(guest, "Bob");
            code = field.flightOf(host);
            field.settle(host, guest);
        }

        @Test
        void tellsBothWithTheOtherAsPeerAndThenAnEmptyListOnce() {
            registry.joinFlight(guest, code, guest);
            field.settle();

            assertEquals(List.of(Told.peerJoined(code, Told.user(host, "Ada"), "wan"), Told.NOBODY), guest.take());
            assertEquals(List.of(Told.peerJoined(code, Told.user(guest, "Bob"), "wan"), Told.NOBODY), host.take());
        }

        /** The host sends its offer the moment it hears: by then the joiner's peer-joined is queued, and both let signals in. */
        @Test
        void isQueuedForTheJoinerBeforeTheHostAndForBothBeforeAnySignalCanSetOut() {
            List<String> journal = new ArrayList<>();
            host.noteIn(journal);
            guest.noteIn(journal);
            registry.joinFlight(guest, code, guest);

            assertEquals(
                    Stream.of(
                                    "guest send",
                                    "guest show",
                                    "guest admit",
                                    "host send",
                                    "host show",
                                    "host admit",
                                    "guest link",
                                    "host link",
                                    "guest flush",
                                    "host flush")
                            .map(call -> call.replace("guest", guest.id()).replace("host", host.id()))
                            .toList(),
                    journal);
        }

        @Test
        void isLanInOneNetwork() {
            RecordingPeer neighbour = field.connect("192.168.1.77");
            field.settle(host, neighbour);
            registry.joinFlight(neighbour, code, neighbour);

            assertEquals(
                    Told.peerJoined(code, Told.user(host, "Ada"), "lan"),
                    neighbour.take().get(0));
            assertEquals(
                    Told.peerJoined(code, Told.user(neighbour), "lan"),
                    host.take().get(0));
        }

        @Test
        void ofOnesOwnIsRefused() {
            registry.joinFlight(host, code, host);

            assertEquals(List.of(Told.ALREADY_IN_FLIGHT), host.take());
            assertEquals(0, host.wrongCodes());
        }

        @Test
        void ofAFullOneIsRefusedLikeAnUnknownOne() {
            registry.joinFlight(guest, code, guest);
            RecordingPeer third = field.connect(ELSEWHERE);
            field.settle(third);
            registry.joinFlight(third, code, third);
            assertEquals(List.of(Told.NOT_FOUND), third.take());

            registry.joinFlight(third, code.equals("AAAAAA") ? "BBBBBB" : "AAAAAA", third);
            assertEquals(List.of(Told.NOT_FOUND), third.take());
            assertEquals(2, third.wrongCodes());
            assertEquals(
                    List.of("wrong_code", "wrong_code"),
                    field.events.named("flight:error").stream()
                            .map(event -> event.fields().get("reason"))
                            .toList());
        }

        @Test
        void isRefusedToWhoTriedTooManyCodesWhateverTheCode() {
            guest.mayTryCode(false);
            registry.joinFlight(guest, code, guest);

            assertEquals(List.of(Told.TOO_MANY_ATTEMPTS), guest.take());
            assertEquals(0, guest.wrongCodes());
            assertEquals(List.of(), host.take());
            assertEquals(
                    "join_rate",
                    field.events.named("flight:error").get(0).fields().get("reason"));
        }

        @Test
        void saysAlreadyInAFlightBeforeTooManyAttempts() {
            host.mayTryCode(false);
            registry.joinFlight(host, code, host);

            assertEquals(List.of(Told.ALREADY_IN_FLIGHT), host.take());
        }

        @Test
        void takesBothOffTheirNetworks() {
            RecordingPeer atHome = field.connect(HOME);
            RecordingPeer elsewhere = field.connect(ELSEWHERE);
            field.settle(atHome, elsewhere);
            registry.joinFlight(guest, code, guest);
            field.settle();

            assertEquals(List.of(Told.NOBODY), atHome.take());
            assertEquals(List.of(Told.NOBODY), elsewhere.take());
        }

        @Test
        void opensTheWayForSignalsBothWaysAndBehindPeerJoined() {
            assertNull(host.link());
            registry.joinFlight(guest, code, guest);
            host.take();
            guest.take();
            assertTrue(host.signal("{\"offer\":1}"));
            assertTrue(guest.signal("{\"answer\":2}"));

            assertEquals(List.of(Told.signal("{\"offer\":1}")), guest.take());
            assertEquals(List.of(Told.signal("{\"answer\":2}")), host.take());
            assertEquals(2, registry.stats().signalsRelayed());
        }
    }

    @Nested
    class WhileInAFullFlight {
        @Test
        void nothingOfTheNetworkIsTold() {
            RecordingPeer host = field.connect(HOME);
            RecordingPeer guest = field.connect(HOME);
            field.flightOf(host, guest);
            field.settle(host, guest);
            RecordingPeer other = field.connect(HOME);
            registry.rename(other, "Cyd");
            registry.rename(guest, "Bob");
            field.settle();
            registry.disconnect(other, RoomSockets.End.CLOSED);
            field.settle();

            assertEquals(List.of(), host.take());
            assertEquals(List.of(), guest.take());
        }
    }

    @Nested
    class Stats {
        @Test
        void countWhatIsAndWhatWas() {
            RecordingPeer host = field.connect(HOME);
            RecordingPeer guest = field.connect(ELSEWHERE);
            RecordingPeer other = field.connect(ELSEWHERE);
            field.flightOf(host, guest);
            field.flightOf(other);
            host.signal("1");
            guest.signal("2");
            host.signal("3");
            assertEquals(new FlightRegistry.Stats(3, 2, 0, 3, 0, 2, 1, 0, 0, 3), registry.stats());

            registry.disconnect(other, RoomSockets.End.CLOSED);
            registry.disconnect(host, RoomSockets.End.CLOSED);
            assertEquals(new FlightRegistry.Stats(1, 1, 0, 3, 2, 2, 1, 0, 0, 3), registry.stats());
        }

        @Test
        void areNothingAtFirst() {
            assertEquals(new FlightRegistry.Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), registry.stats());
        }
    }
}
