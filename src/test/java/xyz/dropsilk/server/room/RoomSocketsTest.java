package xyz.dropsilk.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.room.Lobby.Page;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The rooms contract, 3: what sockets do to a room, and what they are told. */
final class RoomSocketsTest {
    private static final String HOME = "192.168.1.2";

    private final Lobby lobby = new Lobby();
    private final Page host = lobby.create("Ann");
    private final Page guest = lobby.join(host.code, "Bob");

    private static void assertTold(RecordingPeer peer, String... types) {
        assertEquals(List.of(types), Lobby.types(peer));
    }

    @Nested
    final class Attaching {
        @Test
        void isAnsweredWithRoleAndPeer() {
            RecordingPeer a = host.attach();
            JsonNode attached = Lobby.last(a, "room-attached");
            assertEquals(host.code, attached.path("flightCode").asText());
            assertEquals("host", attached.path("role").asText());
            assertEquals(
                    ParticipantId.publicOf(guest.id),
                    attached.path("peer").path("participantId").asText());
            assertEquals("Bob", attached.path("peer").path("name").asText());
            assertEquals(4, attached.size());
        }

        @Test
        void aloneShowsNoPeer() {
            Page alone = lobby.create("Cyd");
            assertTrue(Lobby.last(alone.attach(), "room-attached").path("peer").isNull());
        }

        @Test
        void byStrangersIsRefusedWithOneTextForAll() {
            RecordingPeer socket = lobby.connect(HOME);
            lobby.rooms.attach(socket, "AAAAAA", host.id, RoomChannel.TRANSFER);
            lobby.rooms.attach(socket, host.code, "x", RoomChannel.TRANSFER);
            lobby.rooms.attach(socket, host.code, ParticipantId.publicOf(host.id), RoomChannel.TRANSFER);
            List<String> told = socket.take();
            assertEquals(3, told.size());
            told.forEach(message -> assertEquals(
                    "{\"type\":\"error\",\"message\":\"Room not found or expired\",\"code\":\"room_not_found\"}",
                    message));
            host.attach(socket, RoomChannel.TRANSFER);
            assertTold(socket, "room-attached");
        }

        @Test
        void inAFlightIsRefused() {
            RecordingPeer socket = lobby.connect(HOME);
            lobby.registry.createFlight(socket);
            socket.take();
            host.attach(socket, RoomChannel.TRANSFER);
            assertEquals(
                    "Already in a flight",
                    Lobby.last(socket, "error").path("message").asText());
        }

        @Test
        void keepsOutOfFlights() {
            RecordingPeer a = host.attach();
            a.take();
            lobby.registry.createFlight(a);
            lobby.registry.joinFlight(a, "AAAAAA", a);
            assertEquals(List.of("error", "error"), Lobby.types(a));
            assertEquals(0, a.wrongCodes());
        }

        @Test
        void toAFlightsCodeIsRefusedAndARoomsCodeIsNoFlight() {
            RecordingPeer pilot = lobby.connect(HOME);
            lobby.registry.createFlight(pilot);
            String flight =
                    Lobby.last(pilot, "flight-created").path("flightCode").asText();
            RecordingPeer socket = lobby.connect(HOME);
            lobby.rooms.attach(socket, flight, host.id, RoomChannel.TRANSFER);
            lobby.registry.joinFlight(socket, host.code, socket);
            assertEquals(
                    "Flight not found or full",
                    Lobby.last(socket, "error").path("message").asText());
            assertEquals(Rooms.Outcome.NOT_FOUND, lobby.joinOutcome(flight));
        }
    }

    @Nested
    final class Pairing {
        @Test
        void tellsTheGuestFirstAndBothWithTheOther() {
            RecordingPeer a = host.attach();
            RecordingPeer b = lobby.connect("203.0.113.7");
            List<String> journal = new ArrayList<>();
            a.noteIn(journal);
            b.noteIn(journal);
            guest.attach(b, RoomChannel.TRANSFER);
            assertTold(a, "room-attached", "peer-joined");
            assertTold(b, "room-attached", "peer-joined");
            assertTrue(journal.indexOf(b.id() + " admit") < journal.indexOf(a.id() + " send"), journal::toString);
            JsonNode joined = Lobby.last(a, "peer-joined");
            assertEquals(b.id(), joined.path("peer").path("id").asText());
            assertEquals("Bob", joined.path("peer").path("name").asText());
            assertEquals("wan", joined.path("connectionType").asText());
            assertEquals(host.code, joined.path("flightCode").asText());
        }

        @Test
        void letsSignalsThroughWithinItsChannelAlone() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            RecordingPeer aChat = host.attach(RoomChannel.CHAT);
            assertFalse(aChat.signal("1"), "nobody is there yet");
            RecordingPeer bChat = guest.attach(RoomChannel.CHAT);
            List.of(a, b, aChat, bChat).forEach(RecordingPeer::take);
            a.signal("1");
            bChat.signal("2");
            assertEquals(List.of(RecordingPeer.signalOf("1")), b.take());
            assertEquals(List.of(RecordingPeer.signalOf("2")), aChat.take());
            assertEquals(List.of(), a.take());
            assertEquals(List.of(), bChat.take());
        }

        @Test
        void isAnnouncedAgainAsOftenAsSomebodyAttachesAgain() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            Lobby.types(b);
            for (int i = 0; i < 3; i++) {
                guest.attach(b, RoomChannel.TRANSFER);
                assertTold(b, "room-attached", "peer-joined");
                assertTold(a, "peer-joined");
            }
            a.signal("1");
            assertEquals(List.of(RecordingPeer.signalOf("1")), b.take());
        }

        @Test
        void waitsUntilAPromotedGuestHasAttachedAgain() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            lobby.close(a);
            Page third = lobby.join(host.code, "Cyd");
            Lobby.types(b);
            RecordingPeer c = third.attach();
            assertTold(c, "room-attached");
            assertTold(b);
            guest.attach(b, RoomChannel.TRANSFER);
            assertTold(b, "room-attached", "peer-joined");
            assertTold(c, "peer-joined");
            assertEquals("host", Lobby.last(b, "room-attached").path("role").asText());
        }

        @Test
        void afterALostSocketTellsTheOtherThatItsLinkIsDeadFirst() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            lobby.lose(b);
            assertTold(a);
            assertFalse(a.signal("lost"));
            RecordingPeer again = guest.attach();
            assertTold(a, "peer-left", "peer-joined");
            assertTold(again, "room-attached", "peer-joined");
        }

        @Test
        void onScreenShareTellsTheSharerAlwaysSo() {
            host.share(true);
            RecordingPeer a = host.attach(RoomChannel.SCREEN_SHARE);
            RecordingPeer b = guest.attach(RoomChannel.SCREEN_SHARE);
            assertTold(a, "room-attached", "peer-left", "peer-joined");
            assertTold(b, "room-attached", "peer-joined");
        }

        @Test
        void isOneJoinedFlightForOperators() {
            host.attach();
            lobby.events.take();
            RecordingPeer b = guest.attach();
            guest.attach(b, RoomChannel.TRANSFER);
            guest.attach(RoomChannel.CHAT);
            assertEquals(1, lobby.events.named("flight:joined").size());
        }
    }

    @Nested
    final class Ending {
        @Test
        void freesTheSeatBeforeTheOtherIsTold() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            RecordingPeer aChat = host.attach(RoomChannel.CHAT);
            guest.attach(RoomChannel.CHAT);
            List.of(a, aChat).forEach(RecordingPeer::take);
            lobby.close(b);
            assertTold(a, "peer-left");
            assertTold(aChat, "peer-left");
            assertTrue(host.poll().path("peer").isNull());
        }

        @Test
        void ofAChatTellsTheOtherThereAloneHoweverItEnds() {
            RecordingPeer a = host.attach();
            guest.attach();
            for (boolean lost : new boolean[] {true, false}) {
                RecordingPeer aChat = host.attach(RoomChannel.CHAT);
                RecordingPeer bChat = guest.attach(RoomChannel.CHAT);
                List.of(a, aChat).forEach(RecordingPeer::take);
                if (lost) {
                    lobby.lose(bChat);
                } else {
                    lobby.close(bChat);
                }
                assertTold(aChat, "peer-left");
                assertTold(a);
                assertFalse(host.poll().path("peer").isNull());
                lobby.close(aChat);
            }
        }

        @Test
        void ofAReplacedSocketFreesNothing() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            RecordingPeer newer = guest.attach();
            assertTrue(b.wasReplaced());
            assertTold(a, "peer-left", "peer-joined");
            assertEquals(
                    newer.id(),
                    Lobby.last(a, "peer-joined").path("peer").path("id").asText());
            lobby.close(b);
            assertTold(a);
            assertFalse(host.poll().path("peer").isNull());
            a.signal("1");
            assertTrue(newer.take().contains(RecordingPeer.signalOf("1")));
        }

        @Test
        void happensWhereASocketAttachesElsewhere() {
            Page other = lobby.create("Eve");
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            other.attach(b, RoomChannel.TRANSFER);
            assertTold(a, "peer-left");
            assertEquals(Rooms.Outcome.NOT_FOUND, guest.pollOutcome());
            assertEquals("host", Lobby.last(b, "room-attached").path("role").asText());
        }

        @Test
        void doesNotHappenWhereThatFails() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            lobby.rooms.attach(b, "AAAAAA", guest.id, RoomChannel.TRANSFER);
            assertTold(a);
            a.signal("1");
            assertTrue(b.take().contains(RecordingPeer.signalOf("1")));
        }

        @Test
        void movesASocketThatAttachesToAnotherChannel() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            guest.attach(b, RoomChannel.CHAT);
            assertTold(a);
            assertFalse(host.poll().path("peer").isNull(), "the seat is not touched");
            RecordingPeer aChat = host.attach(RoomChannel.CHAT);
            aChat.signal("1");
            assertTrue(b.take().contains(RecordingPeer.signalOf("1")));
        }

        @Test
        void bringsNothingToWhoeverHasLeftMeanwhile() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            lobby.close(a);
            lobby.close(b);
            assertEquals(0, lobby.registry.stats().rooms());
            assertEquals(0, lobby.registry.stats().flights());
            assertEquals(0, lobby.registry.stats().connections());
        }

        @Test
        void byAStopOfTheServerFreesNothingAndTellsNobody() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            lobby.events.take();
            lobby.registry.stopping();
            lobby.close(b);
            assertTold(a);
            assertEquals(List.of(), lobby.roomEvents());
            assertEquals(1, lobby.registry.stats().rooms());
        }

        @Test
        void tellsTheStoryWithPublicIdsAndSignals() {
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            a.signal("1");
            b.signal("2");
            lobby.lose(b);
            RecordingPeer again = guest.attach();
            again.signal("3");
            lobby.close(again);
            lobby.events.take();
            lobby.close(a);
            String story = String.valueOf(
                    lobby.events.named("FLIGHT STORY COMPLETE").get(0).fields().get("story"));
            assertTrue(story.contains("signalsExchanged=3"), story);
            assertTrue(story.contains(ParticipantId.publicOf(host.id)), story);
            assertFalse(story.contains(host.id), story);
            assertTrue(story.contains("connectionType=lan"), story);
        }
    }

    @Nested
    final class Lists {
        private final RecordingPeer watcher = lobby.connect(HOME);

        @BeforeEach
        void settle() {
            lobby.passSeconds(1);
            watcher.take();
        }

        private String seen() {
            lobby.passSeconds(1);
            return watcher.received().get(watcher.received().size() - 1);
        }

        @Test
        void nameATransferSocketAloneAndNotPaired() {
            RecordingPeer a = host.attach();
            assertTrue(seen().contains(a.id()));
            assertTrue(seen().contains("\"Ann\""), "its name is the participant's");
            RecordingPeer b = guest.attach();
            assertFalse(seen().contains(a.id()));
            assertTrue(a.take().contains("{\"type\":\"users-on-network-update\",\"users\":[]}"));
            lobby.lose(b);
            assertFalse(seen().contains(a.id()), "while its pairing lasts");
            lobby.passSeconds(6);
            assertTrue(seen().contains(a.id()), "until the other is silent");
        }

        @Test
        void neverNameASocketForChatOrScreenShare() {
            RecordingPeer socket = lobby.connect(HOME);
            assertTrue(seen().contains(socket.id()));
            socket.take();
            host.attach(socket, RoomChannel.CHAT);
            assertFalse(seen().contains(socket.id()));
            lobby.registry.rename(watcher, "Wanda");
            lobby.passSeconds(1);
            assertEquals(List.of("room-attached"), Lobby.types(socket));
            assertTrue(socket.received().get(socket.received().size() - 1).contains("room-attached"), "no more lists");
            host.attach(socket, RoomChannel.TRANSFER);
            assertFalse(seen().contains(socket.id()), "for good");
        }
    }

    @Nested
    final class Invitations {
        @Test
        void passOnACodeThatOneKnows() {
            RecordingPeer loaded = lobby.connect(HOME);
            RecordingPeer invitee = lobby.connect(HOME);
            lobby.registry.rename(loaded, "Ann");
            Page alone = lobby.create("Ann");
            lobby.registry.invite(loaded, invitee.id(), alone.code, loaded);
            assertEquals(
                    alone.code,
                    Lobby.last(invitee, "flight-invitation").path("flightCode").asText());
            assertEquals(0, loaded.wrongCodes());
        }

        @Test
        void needAFreeSeatAndALiveCode() {
            RecordingPeer loaded = lobby.connect(HOME);
            RecordingPeer invitee = lobby.connect(HOME);
            invitee.take();
            lobby.registry.invite(loaded, invitee.id(), host.code, loaded);
            assertEquals(0, loaded.wrongCodes(), "it is full, but there");
            lobby.registry.invite(loaded, invitee.id(), "AAAAAA", loaded);
            assertEquals(1, loaded.wrongCodes());
            assertTold(invitee);
        }

        @Test
        void areFewForEachSenderAndEachInvitee() {
            Page alone = lobby.create("Ann");
            RecordingPeer loaded = lobby.connect(HOME);
            RecordingPeer other = lobby.connect(HOME);
            RecordingPeer invitee = lobby.connect(HOME);
            RecordingPeer another = lobby.connect(HOME);
            for (int i = 0; i < 30; i++) {
                lobby.registry.invite(loaded, invitee.id(), alone.code, loaded);
            }
            assertEquals(
                    10,
                    Lobby.types(invitee).stream()
                            .filter("flight-invitation"::equals)
                            .count());
            for (int i = 0; i < 30; i++) {
                lobby.registry.invite(loaded, another.id(), alone.code, loaded);
            }
            assertEquals(
                    10,
                    Lobby.types(another).stream()
                            .filter("flight-invitation"::equals)
                            .count());
            lobby.registry.invite(loaded, other.id(), alone.code, loaded);
            assertTold(other);
            lobby.passSeconds(6);
            lobby.registry.invite(loaded, other.id(), alone.code, loaded);
            assertTold(other, "flight-invitation");
        }
    }

    @Test
    void nothingOfThisHoldsOnToAClosedSocket() {
        RecordingPeer a = host.attach();
        RecordingPeer b = guest.attach();
        lobby.lose(b);
        Peer.Link link = a.link();
        assertTrue(link == null || !Objects.equals(link.to(), b));
    }
}
