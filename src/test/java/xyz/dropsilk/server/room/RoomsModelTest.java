package xyz.dropsilk.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.testing.RecordingPeer;
import xyz.dropsilk.server.testing.WebClient;

/**
 * Random requests, sockets and time on one room, and on the rooms contract in the plainest way: every answer, and every message but lists, is what
 * the model says. One participant's steps after the other's, as any interleaving of requests is for whoever decides under one lock.
 */
class RoomsModelTest {
    private static final int STEPS = 400;
    private static final List<RoomChannel> CHANNELS = List.of(RoomChannel.values());
    private static final long SILENCE_MILLIS = Lobby.SILENCE.toMillis();
    private static final long LIFE_MILLIS = Lobby.TIME_TO_LIVE.toMillis();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theRoomDoesWhatTheModelDoes(long seed) {
        for (int run = 0; run < 25; run++) {
            run(1_000 * seed + run);
        }
    }

    /** Two minutes of seeds that no run had before. */
    @Tag("long")
    @Test
    void theRoomDoesWhatTheModelDoesForLong() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        for (long seed = System.nanoTime(); System.nanoTime() - end < 0; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        Run run = new Run(new Random(seed));
        for (int step = 0; step < STEPS; step++) {
            try {
                run.step();
                run.compare();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + step + ": " + run.last, e);
            }
        }
    }

    private static final class Sock {
        final RecordingPeer peer;
        final List<String> told = new ArrayList<>();

        @Nullable
        Person owner;

        RoomChannel channel = RoomChannel.TRANSFER;
        boolean asHost;
        boolean toldLeft;

        @Nullable
        Sock partner;

        Sock(RecordingPeer peer) {
            this.peer = peer;
        }
    }

    private static final class Person {
        final Lobby.Page page;
        boolean ready;
        boolean chat;
        boolean shares;
        boolean silent;
        boolean toldToConnect;
        boolean lost;

        /** It is about to leave, by its transfer socket. */
        boolean closing;

        long heardAt;
        final Map<RoomChannel, Sock> sockets = new EnumMap<>(RoomChannel.class);

        Person(Lobby.Page page, long now) {
            this.page = page;
            this.heardAt = now;
        }

        long patience() {
            return lost ? 5_000 : toldToConnect ? 10_000 : SILENCE_MILLIS;
        }
    }

    private static final class Run {
        private final Lobby lobby = new Lobby();
        private final Random random;
        private final List<Person> seats = new ArrayList<>();
        private final List<Person> gone = new ArrayList<>();
        private final List<Sock> socks = new ArrayList<>();
        private long now;

        /** When somebody who has left was last heard of. */
        private long leftAt;

        String last = "";

        Run(Random random) {
            this.random = random;
        }

        void step() {
            int kind = random.nextInt(100);
            if (seats.isEmpty()) {
                last = "create";
                seats.add(new Person(lobby.create("Ann"), now));
                leftAt = now;
            } else if (kind < 8) {
                join();
            } else if (kind < 40) {
                request(any(seats), kind);
            } else if (kind < 43 && !gone.isEmpty()) {
                last = "poll of somebody who is gone";
                assertEquals(Rooms.Outcome.NOT_FOUND, any(gone).page.pollOutcome());
            } else if (kind < 60) {
                attach();
            } else if (kind < 68) {
                end();
            } else if (kind < 80) {
                signal();
            } else {
                pass();
            }
        }

        private <T> T any(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        // --- time ---

        private void pass() {
            int[] seconds = {1, 2, 4, 6, 11, 60, 151, 1_801};
            long millis = seconds[random.nextInt(random.nextInt(6) == 0 ? seconds.length : 5)] * 1_000L;
            last = "pass " + millis;
            for (long left = millis; left > 0; left -= 500) {
                lobby.pass(Duration.ofMillis(500));
                now += 500;
                sweep();
            }
        }

        private void sweep() {
            if (endIfExpired()) {
                return;
            }
            if (seats.size() == 2) {
                judge(seats.get(1));
                judge(seats.get(0));
            }
        }

        private boolean endIfExpired() {
            boolean expired = !seats.isEmpty()
                    && now - leftAt >= LIFE_MILLIS
                    && seats.stream().allMatch(each -> each.sockets.isEmpty() && now - each.heardAt >= LIFE_MILLIS);
            if (expired) {
                gone.addAll(seats);
                seats.clear();
            }
            return expired;
        }

        private void judge(Person person) {
            boolean falls = seats.size() == 2
                    && !person.silent
                    && person.sockets.isEmpty()
                    && now - person.heardAt >= person.patience();
            if (falls) {
                person.silent = true;
                leftAlone(other(person));
            }
        }

        private void heard(Person person) {
            person.heardAt = now;
            person.lost = false;
            if (person.silent) {
                person.silent = false;
                Person other = other(person);
                if (other != null) {
                    other.heardAt = now;
                    person.shares &= !other.shares;
                }
            }
        }

        private @Nullable Person other(Person person) {
            return seats.size() < 2 ? null : seats.get(0) == person ? seats.get(1) : seats.get(0);
        }

        // --- requests ---

        private void join() {
            last = "join";
            Person leaver = null;
            if (seats.size() == 2) {
                leaver = givesWay(seats.get(1)) ? seats.get(1) : givesWay(seats.get(0)) ? seats.get(0) : null;
                if (leaver == null) {
                    assertEquals(Rooms.Outcome.FULL, lobby.joinOutcome(seats.get(0).page.code));
                    return;
                }
            }
            Lobby.Page page = lobby.join(seats.get(0).page.code, "Somebody");
            if (leaver != null) {
                takeOut(leaver);
            }
            Person host = seats.get(0);
            host.silent = false;
            host.heardAt = now;
            Person joiner = new Person(page, now);
            seats.add(joiner);
            joiner.toldToConnect = host.ready;
        }

        private boolean givesWay(Person person) {
            return person.silent || (person.sockets.isEmpty() && now - person.heardAt >= 5_000);
        }

        private void request(Person person, int kind) {
            Person other = other(person);
            JsonNode seen;
            if (kind < 24) {
                last = "poll";
                heard(person);
                seen = person.page.poll();
            } else if (kind < 29) {
                last = "ready";
                heard(person);
                person.ready = true;
                seen = person.page.ready();
            } else if (kind < 34) {
                last = "chat";
                heard(person);
                person.chat = random.nextBoolean();
                seen = person.page.chat(person.chat);
            } else {
                boolean active = random.nextInt(3) != 0;
                last = "share " + active;
                Rooms.Answer answer = person.page.share(active);
                boolean refused = active && other != null && other.shares && !other.silent;
                assertEquals(refused ? Rooms.Outcome.PEER_SHARES : Rooms.Outcome.DONE, answer.outcome());
                if (refused) {
                    person.heardAt = now;
                    person.lost = false;
                    return;
                }
                heard(person);
                person.shares = active;
                seen = WebClient.json(new String(answer.summary(), UTF_8));
            }
            if (other != null) {
                judge(other);
            }
            assertSummary(person, seen);
            boolean connects = seen.path("shouldConnect").asBoolean();
            if (connects != person.toldToConnect) {
                person.toldToConnect = connects;
            }
        }

        private void assertSummary(Person person, JsonNode seen) {
            Person other = other(person);
            Person shown = other == null || other.silent ? null : other;
            assertEquals(
                    seats.get(0) == person ? "host" : "guest",
                    seen.path("self").path("role").asText());
            assertEquals(shown == null, seen.path("peer").isNull(), "an empty seat");
            boolean ready = shown != null && (person.ready || shown.ready);
            assertEquals(
                    shown == null ? "waiting" : ready ? "ready" : "paired",
                    seen.path("status").asText());
            assertEquals(ready, seen.path("shouldConnect").asBoolean());
            assertEquals(person.ready, seen.path("self").path("ready").asBoolean());
            assertEquals(person.chat, seen.path("chat").path("requestedBySelf").asBoolean());
            assertEquals(
                    shown != null && shown.chat,
                    seen.path("chat").path("requestedByPeer").asBoolean());
            assertEquals(
                    person.shares,
                    seen.path("screenShare").path("requestedBySelf").asBoolean());
            assertEquals(
                    shown != null && shown.shares,
                    seen.path("screenShare").path("requestedByPeer").asBoolean());
        }

        // --- sockets ---

        private void attach() {
            Person person = any(seats);
            RoomChannel channel = random.nextInt(4) == 0 ? any(CHANNELS) : RoomChannel.TRANSFER;
            Sock sock;
            if (socks.isEmpty() || random.nextInt(3) == 0) {
                sock = new Sock(lobby.connect("192.168.1.2"));
                socks.add(sock);
            } else {
                sock = any(socks);
            }
            last = "attach on " + channel;
            person.page.attach(sock.peer, channel);
            person.heardAt = now;
            person.lost = false;
            if (sock.owner != null && (sock.owner != person || sock.channel != channel)) {
                detach(sock, sock.owner == person ? "moved" : "closed");
            }
            if (!seats.contains(person)) {
                throw new IllegalStateException("a socket's former end never ends the room that it attaches to");
            }
            heard(person);
            Sock old = person.sockets.get(channel);
            if (old != null && old != sock) {
                old.owner = null;
                old.partner = null;
                socks.remove(old); // which the server closes
            }
            boolean again = old == sock;
            person.sockets.put(channel, sock);
            sock.owner = person;
            sock.channel = channel;
            sock.asHost = seats.get(0) == person;
            if (!again) {
                sock.partner = null;
                sock.toldLeft = false;
            }
            sock.told.add("room-attached");
            pair(channel);
        }

        private void pair(RoomChannel channel) {
            if (seats.size() < 2) {
                return;
            }
            Sock a = seats.get(0).sockets.get(channel);
            Sock b = seats.get(1).sockets.get(channel);
            if (a == null || b == null || !a.asHost || b.asHost) {
                return;
            }
            boolean isNew = a.partner != b || b.partner != a || a.toldLeft || b.toldLeft;
            if (isNew) {
                for (Sock each : List.of(a, b)) {
                    boolean shares = each.owner != null && each.owner.shares;
                    boolean drops = channel == RoomChannel.TRANSFER
                            ? each.partner != null && !each.toldLeft
                            : channel == RoomChannel.SCREEN_SHARE && shares;
                    if (drops) {
                        each.told.add("peer-left");
                    }
                }
                a.partner = b;
                b.partner = a;
                a.toldLeft = false;
                b.toldLeft = false;
            }
            b.told.add("peer-joined");
            a.told.add("peer-joined");
        }

        private void end() {
            if (socks.isEmpty()) {
                return;
            }
            Sock sock = any(socks);
            boolean closed = random.nextBoolean();
            last = closed ? "close" : "lose";
            if (closed) {
                lobby.close(sock.peer);
            } else {
                lobby.lose(sock.peer);
            }
            detach(sock, closed ? "closed" : "lost");
            socks.remove(sock);
        }

        private void detach(Sock sock, String how) {
            Person owner = sock.owner;
            if (owner == null) {
                return;
            }
            sock.owner = null;
            Sock partner = sock.partner;
            sock.partner = null;
            owner.sockets.remove(sock.channel);
            if (sock.channel == RoomChannel.TRANSFER) {
                if (how.equals("closed")) {
                    owner.closing = true;
                    takeOut(owner);
                    return;
                }
            } else if (partner != null && partner.partner == sock && !partner.toldLeft && !sock.toldLeft) {
                partner.told.add("peer-left");
                partner.toldLeft = true;
            }
            if (owner.sockets.isEmpty()) {
                owner.heardAt = now;
                owner.lost = sock.channel == RoomChannel.TRANSFER && how.equals("lost");
            }
        }

        private void takeOut(Person leaver) {
            boolean attached = seats.stream().anyMatch(each -> !each.sockets.isEmpty());
            leftAt = Math.max(leftAt, attached || leaver.closing ? now : leaver.heardAt);
            for (Person each : seats) {
                leftAt = Math.max(leftAt, each.heardAt);
            }
            for (Sock each : leaver.sockets.values()) {
                each.owner = null;
                each.partner = null;
            }
            leaver.sockets.clear();
            seats.remove(leaver);
            gone.add(leaver);
            if (!seats.isEmpty()) {
                Person stays = seats.get(0);
                stays.chat = false;
                stays.shares = false;
                leftAlone(stays);
            }
        }

        private void leftAlone(@Nullable Person person) {
            if (person == null) {
                return;
            }
            for (Sock each : person.sockets.values()) {
                if (!each.toldLeft) {
                    each.told.add("peer-left");
                    each.toldLeft = true;
                }
            }
        }

        private void signal() {
            if (socks.isEmpty()) {
                return;
            }
            Sock sock = any(socks);
            last = "signal";
            sock.peer.signal("1");
            Sock partner = sock.partner;
            if (sock.owner != null
                    && !sock.toldLeft
                    && partner != null
                    && partner.partner == sock
                    && partner.owner != null) {
                partner.told.add("signal");
            }
        }

        void compare() {
            for (Sock sock : socks) {
                assertEquals(sock.told, Lobby.types(sock.peer), last + ", " + sock.peer);
                sock.told.clear();
            }
            assertEquals(seats.isEmpty() ? 0 : 1, lobby.registry.stats().rooms(), "rooms");
            boolean transfers = seats.stream().anyMatch(each -> each.sockets.containsKey(RoomChannel.TRANSFER));
            assertEquals(transfers ? 1 : 0, lobby.registry.stats().flights(), "a room with a transfer socket counts");
            assertEquals(0, lobby.events.named("system:error").size());
        }
    }
}
