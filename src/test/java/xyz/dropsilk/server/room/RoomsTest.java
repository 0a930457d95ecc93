package xyz.dropsilk.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.room.Lobby.Page;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The rooms contract, 1 and 2: summaries, seats, silence and expiry. */
final class RoomsTest {
    private final Lobby lobby = new Lobby();

    @Nested
    final class Summaries {
        @Test
        void ofALoneHost() {
            JsonNode summary = lobby.create("Ann").poll();
            assertEquals(
                    List.of("roomCode", "status", "shouldConnect", "expiresAt", "self", "peer", "screenShare", "chat"),
                    fields(summary));
            assertTrue(summary.path("roomCode").asText().matches("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}"));
            assertEquals("waiting", summary.path("status").asText());
            assertFalse(summary.path("shouldConnect").asBoolean(true));
            assertEquals("2026-01-01T00:30:00.000Z", summary.path("expiresAt").asText());
            assertTrue(summary.path("peer").isNull());
            assertEquals(
                    List.of("participantId", "role", "name", "ready", "fileCount", "totalBytes"),
                    fields(summary.path("self")));
            assertTrue(summary.path("self").path("participantId").asText().matches("[0-9a-z]{20,}"));
            assertEquals("host", summary.path("self").path("role").asText());
            assertEquals(
                    "{\"activeParticipantId\":null,\"requestedBySelf\":false,\"requestedByPeer\":false,\"isActive\":false}",
                    summary.path("screenShare").toString());
            assertEquals(
                    "{\"requestedBySelf\":false,\"requestedByPeer\":false,\"isActive\":false}",
                    summary.path("chat").toString());
        }

        private List<String> fields(JsonNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            return names;
        }

        @Test
        void showThePeerByAPublicIdThatIsWorthNothing() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            String shown = host.poll().path("peer").path("participantId").asText();
            assertTrue(shown.matches("[0-9a-z]{12,}"), shown);
            assertNotEquals(guest.id, shown);
            assertEquals(shown, host.poll().path("peer").path("participantId").asText(), "the same in every answer");
            assertEquals(
                    Rooms.Outcome.NOT_FOUND,
                    Lobby.answer(lobby.rooms.poll(host.code, shown, Lobby.HOME)).outcome());
            assertEquals(ParticipantId.publicOf(guest.id), shown);
        }

        @Test
        void areReadyOnceEitherIs() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            assertEquals("paired", host.poll().path("status").asText());
            JsonNode ready = guest.ready(2, 1_048_576);
            assertEquals("ready", ready.path("status").asText());
            assertTrue(ready.path("shouldConnect").asBoolean());
            JsonNode seen = host.poll();
            assertTrue(seen.path("shouldConnect").asBoolean());
            assertFalse(seen.path("self").path("ready").asBoolean());
            assertEquals(2, seen.path("peer").path("fileCount").asInt());
            assertEquals(1_048_576, seen.path("peer").path("totalBytes").asLong());
            guest.ready(0, 0);
            assertTrue(host.poll().path("peer").path("ready").asBoolean(), "nothing sets it back");
            assertEquals(0, host.poll().path("peer").path("fileCount").asInt());
        }

        @Test
        void sendNobodyWhereTheServerWouldLetNobodyIn() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            host.ready();
            RecordingPeer socket = host.attach();
            lobby.admitsSockets = false;
            assertTrue(host.poll().path("shouldConnect").asBoolean(), "it has a socket");
            assertFalse(guest.poll().path("shouldConnect").asBoolean());
            assertEquals("ready", guest.poll().path("status").asText());
            lobby.close(socket);
        }

        @Test
        void tellOfChatAndShare() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            guest.chat(true);
            assertEquals(
                    "{\"requestedBySelf\":false,\"requestedByPeer\":true,\"isActive\":true}",
                    host.poll().path("chat").toString());
            assertEquals(Rooms.Outcome.DONE, host.share(true).outcome());
            assertEquals(
                    host.id,
                    host.poll().path("screenShare").path("activeParticipantId").asText());
            assertEquals(
                    ParticipantId.publicOf(host.id),
                    guest.poll().path("screenShare").path("activeParticipantId").asText());
            assertEquals(Rooms.Outcome.PEER_SHARES, guest.share(true).outcome());
            assertEquals(Rooms.Outcome.DONE, guest.share(false).outcome());
            assertEquals(Rooms.Outcome.DONE, host.share(true).outcome(), "again is no harm");
            assertEquals(Rooms.Outcome.DONE, host.share(false).outcome());
            assertEquals(Rooms.Outcome.DONE, guest.share(true).outcome());
        }
    }

    @Nested
    final class Seats {
        @Test
        void areTwo() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT), "Bob");
            assertEquals("guest", guest.poll().path("self").path("role").asText());
            assertEquals(Rooms.Outcome.FULL, lobby.joinOutcome(host.code));
            assertEquals(Rooms.Outcome.NOT_FOUND, lobby.joinOutcome("AAAAAA"));
            assertEquals(2, lobby.wrongCodes);
        }

        @Test
        void aGuestThatLeavesFreesItsSeatAndBothFlags() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            host.ready(3, 30);
            host.chat(true);
            host.share(true);
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            lobby.close(b);
            JsonNode summary = host.poll();
            assertEquals("waiting", summary.path("status").asText());
            assertTrue(summary.path("self").path("ready").asBoolean());
            assertEquals(3, summary.path("self").path("fileCount").asInt());
            assertFalse(summary.path("chat").path("isActive").asBoolean(true));
            assertFalse(summary.path("screenShare").path("isActive").asBoolean(true));
            assertEquals(Rooms.Outcome.NOT_FOUND, guest.pollOutcome());
            assertTrue(Lobby.types(a).contains("peer-left"));
            assertEquals(
                    "ready", lobby.join(host.code, "Cyd").poll().path("status").asText());
        }

        @Test
        void aHostThatLeavesMakesTheGuestHostUnderTheSameId() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            guest.ready();
            RecordingPeer a = host.attach();
            lobby.close(a);
            JsonNode summary = guest.poll();
            assertEquals("host", summary.path("self").path("role").asText());
            assertEquals(guest.id, summary.path("self").path("participantId").asText());
            assertEquals("Bob", summary.path("self").path("name").asText());
            assertTrue(summary.path("self").path("ready").asBoolean());
            assertEquals(Rooms.Outcome.NOT_FOUND, host.pollOutcome());
        }

        @Test
        void theLastOneToLeaveEndsTheRoom() {
            Page host = lobby.create("Ann");
            lobby.close(host.attach());
            assertEquals(Rooms.Outcome.NOT_FOUND, host.pollOutcome());
            assertEquals(Rooms.Outcome.NOT_FOUND, lobby.joinOutcome(host.code));
            assertEquals(
                    List.of("room:created", "room:left", "room:ended", "FLIGHT STORY COMPLETE"), lobby.roomEvents());
            assertEquals(0, lobby.registry.stats().rooms());
        }

        @Test
        void aSocketThatIsLostFreesNone() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            RecordingPeer a = host.attach();
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            lobby.lose(b);
            assertFalse(host.poll().path("peer").isNull());
            lobby.passSeconds(4.5);
            assertEquals(List.of(), Lobby.types(a), "it may come back");
            guest.poll();
            lobby.passSeconds(60);
            assertEquals(List.of(), Lobby.types(a));
            assertFalse(host.poll().path("peer").isNull());
        }
    }

    @Nested
    final class Silence {
        @Test
        void beginsFiveSecondsAfterALostSocket() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            RecordingPeer a = host.attach();
            RecordingPeer chat = host.attach(RoomChannel.CHAT);
            RecordingPeer b = guest.attach();
            Lobby.types(a);
            Lobby.types(chat);
            lobby.events.take();
            lobby.lose(b);
            lobby.passSeconds(4.5);
            assertFalse(host.poll().path("peer").isNull());
            lobby.passSeconds(1);
            assertEquals(List.of("peer-left"), Lobby.types(a));
            assertEquals(List.of("peer-left"), Lobby.types(chat), "every socket that it has attached");
            assertEquals("waiting", host.poll().path("status").asText());
            assertEquals(List.of("room:silent"), lobby.roomEvents());
        }

        @Test
        void beginsTenSecondsAfterOneWasToldToConnect() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            host.ready();
            assertTrue(guest.poll().path("shouldConnect").asBoolean());
            lobby.passSeconds(9.5);
            assertFalse(host.poll().path("peer").isNull());
            lobby.passSeconds(1);
            assertTrue(host.poll().path("peer").isNull());
        }

        @Test
        void beginsOtherwiseAfterALongTime() {
            Page host = lobby.create("Ann");
            lobby.join(host.code, "Bob");
            lobby.pass(Lobby.SILENCE.minusSeconds(1));
            assertFalse(host.poll().path("peer").isNull());
            lobby.passSeconds(2);
            assertTrue(host.poll().path("peer").isNull());
        }

        @Test
        void endsWhenItIsHeardOfAgainAsIfNothingHadBeen() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            guest.ready(7, 70);
            guest.chat(true);
            lobby.passSeconds(11);
            assertTrue(host.poll().path("peer").isNull());
            lobby.events.take();
            assertEquals("guest", guest.poll().path("self").path("role").asText());
            JsonNode seen = host.poll();
            assertEquals(7, seen.path("peer").path("fileCount").asInt());
            assertTrue(seen.path("chat").path("requestedByPeer").asBoolean());
            assertEquals(List.of("room:back"), lobby.roomEvents());
        }

        @Test
        void lendsTheSeatToWhoeverJoins() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            guest.poll();
            lobby.passSeconds(4.5);
            host.poll();
            assertEquals(Rooms.Outcome.FULL, lobby.joinOutcome(host.code));
            lobby.passSeconds(1);
            host.poll();
            Page third = lobby.join(host.code, "Cyd");
            assertEquals(Rooms.Outcome.NOT_FOUND, guest.pollOutcome());
            assertEquals("Cyd", host.poll().path("peer").path("name").asText());
            assertEquals("Ann", third.poll().path("peer").path("name").asText());
        }

        @Test
        void ofTheHostLendsItsSeatToo() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            lobby.passSeconds(6);
            guest.poll();
            Page third = lobby.join(host.code, "Cyd");
            assertEquals("host", guest.poll().path("self").path("role").asText());
            assertEquals("guest", third.poll().path("self").path("role").asText());
            assertEquals(Rooms.Outcome.NOT_FOUND, host.pollOutcome());
        }

        @Test
        void neverTakesASeatFromWhoHasASocket() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            host.attach();
            RecordingPeer chat = guest.attach(RoomChannel.CHAT);
            lobby.passSeconds(600);
            assertEquals(Rooms.Outcome.FULL, lobby.joinOutcome(host.code));
            assertFalse(host.poll().path("peer").isNull());
            lobby.close(chat);
            lobby.passSeconds(4.5);
            assertEquals(Rooms.Outcome.FULL, lobby.joinOutcome(host.code));
            lobby.passSeconds(1);
            lobby.join(host.code, "Cyd");
        }

        @Test
        void ofALoneHostIsInNobodysWay() {
            Page host = lobby.create("Ann");
            lobby.pass(Duration.ofMinutes(20));
            Page guest = lobby.join(host.code, "Bob");
            assertEquals("Ann", guest.poll().path("peer").path("name").asText(), "whoever comes sees who sits there");
            lobby.passSeconds(9);
            assertFalse(guest.poll().path("peer").isNull());
        }

        @Test
        void doesNotBeginWhileTheServerStandsStill() {
            Page host = lobby.create("Ann");
            lobby.join(host.code, "Bob");
            RecordingPeer a = host.attach();
            lobby.time.advance(Duration.ofHours(5));
            lobby.rooms.sweep();
            assertEquals(List.of("room-attached"), Lobby.types(a));
            assertFalse(host.poll().path("peer").isNull());
        }

        @Test
        void twoSharersBecomeOne() {
            Page host = lobby.create("Ann");
            Page guest = lobby.join(host.code, "Bob");
            guest.share(true);
            lobby.pass(Lobby.SILENCE.plusSeconds(1));
            assertFalse(host.poll().path("screenShare").path("isActive").asBoolean(true));
            assertEquals(Rooms.Outcome.DONE, host.share(true).outcome());
            JsonNode back = guest.poll();
            assertFalse(back.path("screenShare").path("requestedBySelf").asBoolean(true));
            assertTrue(back.path("screenShare").path("requestedByPeer").asBoolean());
        }
    }

    @Nested
    final class Expiry {
        @Test
        void comesAfterAnybodyWasLastHeardOf() {
            Page host = lobby.create("Ann");
            lobby.pass(Lobby.TIME_TO_LIVE.minusSeconds(1));
            host.poll();
            lobby.pass(Lobby.TIME_TO_LIVE.minusSeconds(1));
            host.poll();
            lobby.events.take();
            lobby.time.advance(Duration.ofSeconds(1));
            lobby.rooms.sweep();
            for (int i = 0; i < Lobby.TIME_TO_LIVE.toSeconds() - 2; i++) {
                lobby.time.advance(Duration.ofSeconds(1));
                lobby.rooms.sweep();
            }
            assertEquals(List.of(), lobby.roomEvents());
            lobby.time.advance(Duration.ofSeconds(1));
            assertEquals(Rooms.Outcome.NOT_FOUND, host.pollOutcome(), "unknown at once, whenever the cleanup runs");
            assertEquals(List.of("room:ended", "FLIGHT STORY COMPLETE"), lobby.roomEvents());
        }

        @Test
        void neverComesWhileASocketIsAttached() {
            Page host = lobby.create("Ann");
            RecordingPeer a = host.attach();
            lobby.pass(Duration.ofHours(3));
            assertEquals("waiting", host.poll().path("status").asText());
            lobby.close(a);
        }

        @Test
        void givesTheMemoryBack() {
            for (int i = 0; i < 50; i++) {
                lobby.create("Ann");
            }
            assertEquals(50, lobby.registry.stats().rooms());
            lobby.pass(Lobby.TIME_TO_LIVE.plusSeconds(1));
            assertEquals(0, lobby.registry.stats().rooms());
        }
    }

    @Nested
    final class Limits {
        @Test
        void aNetworkHasItsShare() {
            Lobby small = new Lobby(100, 2);
            small.create("Ann");
            Page second = small.create("Ann");
            assertEquals(
                    Rooms.Outcome.NETWORK_FULL,
                    Lobby.answer(small.rooms.create("Ann", Lobby.HOME)).outcome());
            assertEquals(
                    Rooms.Outcome.DONE,
                    Lobby.answer(small.rooms.create("Bob", Lobby.caller("203.0.113.7")))
                            .outcome());
            small.close(second.attach());
            small.create("Ann");
        }

        @Test
        void theRoomThatWasUnheardOfLongestGivesWay() {
            Lobby small = new Lobby(2, 100);
            Page first = small.create("Ann");
            small.passSeconds(1);
            Page second = small.create("Bob");
            assertEquals(
                    Rooms.Outcome.SERVER_FULL,
                    Lobby.answer(small.rooms.create("Cyd", Lobby.HOME)).outcome());
            small.pass(Lobby.SILENCE);
            small.events.take();
            Page third = small.create("Cyd");
            assertEquals(Rooms.Outcome.NOT_FOUND, first.pollOutcome());
            assertEquals("waiting", second.poll().path("status").asText());
            assertEquals("waiting", third.poll().path("status").asText());
            assertEquals(
                    "evicted", small.events.named("room:ended").get(0).fields().get("reason"));
        }
    }
}
