package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** Random operations on the registry and on a naive model: after each step all clients have been told what the model says. */
class FlightRegistryModelTest {
    private static final int CLIENTS = 12;
    private static final int STEPS_A_RUN = 500;
    private static final String[] ADDRESSES = {"192.168.1.2", "192.168.1.3", "10.0.0.1", "203.0.113.7", "2001:db8::1"};
    private static final String[] NAMES = {"Ada", "Bob", "Cyd", "Anonymous"};

    @ParameterizedTest
    @CsvSource({"2, 1, 20", "200, 2, 20", "1, 3, 10"})
    void theRegistryDoesWhatTheModelDoes(int maxListed, long seed, int runs) {
        for (int i = 0; i < runs; i++) {
            run(maxListed, 1_000 * seed + i);
        }
    }

    /** Two minutes of seeds that no run had before. */
    @Tag("long")
    @Test
    void theRegistryDoesWhatTheModelDoesForLong() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        for (long seed = System.nanoTime(); System.nanoTime() < end; seed++) {
            run(seed % 2 == 0 ? 2 : 200, seed);
        }
    }

    private static void run(int maxListed, long seed) {
        Run run = new Run(maxListed, new Random(seed));
        for (int step = 0; step < STEPS_A_RUN; step++) {
            try {
                run.step();
                run.compare();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "maxListed " + maxListed + ", seed " + seed + ", step " + step + ": " + run.last, e);
            }
        }
    }

    private static final class Run {
        /** Longer than any pause in networks this small. */
        private static final int LONG_ENOUGH_MILLIS = 250;

        private final Airfield field;
        private final FlightRegistry registry;
        private final NaiveModel model;
        private final long begun;
        private final Random random;
        private final List<String> codes = new ArrayList<>(List.of("AAAAAA"));
        private final Map<String, Heard> heard = new TreeMap<>();
        private final Map<String, Integer> events = new TreeMap<>();
        private int connects;
        private boolean rested;
        String last = "";

        Run(int maxListed, Random random) {
            this.field = new Airfield(maxListed);
            this.registry = field.registry;
            this.model = new NaiveModel(maxListed);
            this.random = random;
            this.begun = field.time.nanos();
        }

        void step() {
            int kind = random.nextInt(100);
            rested = false;
            if (model.clients.isEmpty() || (kind < 15 && model.clients.size() < CLIENTS)) {
                connect();
            } else if (kind < 25) {
                pass();
            } else {
                act(kind, any(model.clients));
            }
        }

        private void connect() {
            RecordingPeer peer = new RecordingPeer(ADDRESSES[random.nextInt(ADDRESSES.length)]);
            say("connect", peer);
            connects++;
            heard.put(peer.id(), new Heard());
            registry.connect(peer);
            model.connect(peer);
        }

        private void pass() {
            int millis = random.nextInt(4) == 0 ? LONG_ENOUGH_MILLIS : random.nextInt(60);
            last = "pass " + millis;
            field.passMillis(millis);
            rested = millis == LONG_ENOUGH_MILLIS;
        }

        private void act(int kind, NaiveModel.Client client) {
            RecordingPeer peer = client.peer;
            if (kind < 33) {
                say("disconnect", peer);
                registry.disconnect(peer, RoomSockets.End.CLOSED);
                model.disconnect(client);
                assertEquals(client.told, ofNoList(peer.drain(), heard(client)), "what one is told until it goes");
            } else if (kind < 43) {
                String name = NAMES[random.nextInt(NAMES.length)];
                say("rename to " + name, peer);
                registry.rename(peer, name);
                client.name = name;
            } else if (kind < 55) {
                say("create", peer);
                String before = client.code;
                registry.createFlight(peer);
                String code = before == null ? createdCode(peer) : before;
                codes.add(code);
                model.createFlight(client, code);
            } else if (kind < 75) {
                boolean mayTry = random.nextInt(8) != 0;
                String code = random.nextBoolean() || model.flights().isEmpty()
                        ? any(codes)
                        : any(List.copyOf(model.flights().keySet()));
                say("join " + code, peer);
                peer.mayTryCode(mayTry);
                registry.joinFlight(peer, code, peer);
                model.joinFlight(client, code, mayTry);
            } else if (kind < 87) {
                String invitee = random.nextInt(10) == 0
                        ? "nobodyatall0"
                        : any(model.clients).peer.id();
                String code = client.code != null && random.nextInt(4) != 0 ? client.code : any(codes);
                say("invite " + invitee + " to " + code, peer);
                peer.mayTryCode(true);
                registry.invite(peer, invitee, code, peer);
                model.invite(client, invitee, code, TimeUnit.NANOSECONDS.toMillis(field.time.nanos() - begun));
            } else {
                String data = "\"" + connects + "." + random.nextInt() + "\"";
                say("signal", peer);
                peer.signal(data);
                model.signal(client, data);
            }
        }

        private static String createdCode(RecordingPeer peer) {
            List<String> received = peer.received();
            return received.get(received.size() - 1).replaceFirst(".*\"flightCode\":\"(.{6})\"}", "$1");
        }

        void compare() {
            registry.checkInvariants();
            assertEquals(model.stats(), registry.stats());
            for (NaiveModel.Client client : model.clients) {
                Heard told = heard(client);
                assertEquals(client.told, ofNoList(client.peer.drain(), told), client.peer + " was told");
                client.told.clear();
                if (told.newList != null) {
                    assertEquals(model.listOf(client), told.newList, client.peer + " was shown");
                }
                if (rested || model.isInFullFlight(client)) {
                    assertEquals(model.listOf(client), told.list, client.peer + " sees");
                }
            }
            compareEvents();
        }

        private void compareEvents() {
            for (ServerEvent event : field.events.take()) {
                Refusal refusal = event.refusal();
                events.merge(refusal == null ? event.eventName() : refusal.name(), 1, Integer::sum);
            }
            assertEquals(model.created, count("flight:created"));
            assertEquals(model.joined, count("flight:joined"));
            assertEquals(model.created - model.flights().size(), count("flight:ended"));
            assertEquals(model.created - model.flights().size(), count("FLIGHT STORY COMPLETE"));
            assertEquals(model.invitations, count("flight:invitation"));
            assertEquals(model.refusedInvitations, count("INVITATION"));
            assertEquals(model.wrongCodes, count("WRONG_CODE"));
            assertEquals(model.tooManyAttempts, count("JOIN_RATE"));
            assertEquals(0, count("system:error"));
        }

        private int count(String event) {
            return events.getOrDefault(event, 0);
        }

        private Heard heard(NaiveModel.Client client) {
            return Objects.requireNonNull(heard.get(client.peer.id()));
        }

        /** {@code messages} but for the lists, which {@code told} notes; a list that changes nothing is a fault, unless a flight was between. */
        private static List<String> ofNoList(List<String> messages, Heard told) {
            List<String> rest = new ArrayList<>();
            told.newList = null;
            for (String message : messages) {
                if (!Told.isList(message)) {
                    rest.add(message);
                } else {
                    boolean bracketsAFlight = !rest.isEmpty()
                            && (rest.get(rest.size() - 1).contains("peer-joined")
                                    || rest.get(rest.size() - 1).equals(Told.PEER_LEFT));
                    assertEquals(false, message.equals(told.list) && !bracketsAFlight, "told again: " + message);
                    told.list = message;
                    told.newList = message;
                }
            }
            return rest;
        }

        private <T> T any(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private void say(String what, RecordingPeer who) {
            last = who + " " + what;
        }
    }

    /** The list that a client was shown last, and whether that was in this step. */
    private static final class Heard {
        @Nullable
        String list;

        @Nullable
        String newList;
    }
}
