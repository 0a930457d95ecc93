package xyz.dropsilk.server.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.RecordingPeer;

/** A client of the simulation: what it has been told, held against the order that the contract allows. */
final class Traveller {
    private static final String LIST = "{\"type\":\"users-on-network-update\"";
    private static final String SIGNAL = "{\"type\":\"signal\"";

    /** Two seconds for the answer of the others, and once more where a code has to be another one. */
    private static final long ANSWERED_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

    final RecordingPeer peer;
    final SimulatedInstance instance;
    private final LongSupplier ticker;

    @Nullable
    String code;

    @Nullable
    String partner;

    String list = "";
    boolean gone;
    int peersLeft;
    int peersJoined;
    int signalsHeard;
    private int sent;
    private boolean emptyListIsNext;

    /** The pairing in which each other client's last signal was sent, as it counts them, and the number of that signal. */
    private final Map<String, int[]> lastOf = new HashMap<>();

    /** Whether signals may be missing, since the engine has lost some. */
    private final boolean mayMiss;

    /** Whether the first ones of a pairing may be, where somebody else had the seat when it began. */
    private final boolean mayMissFirst;

    private boolean isNewPairing;

    /** Whoever is told that a peer left may have been taken out of its flight as well. */
    private boolean mayBeOut;

    /** What it has asked for and was not answered yet, oldest first. */
    private final Deque<Ask> asks = new ArrayDeque<>();

    /** Whom it was told to have left it, and under which code. */
    final List<Parting> partings = new ArrayList<>();

    /** Whom it has been with, by code. */
    final Map<String, Set<String>> partners = new HashMap<>();

    /** How often it was told that it has no seat, by code, whatever the others were told for a moment. */
    private final Map<String, Integer> refusals = new HashMap<>();

    /** How many signals it can tell to be missing. */
    int missed;

    /**
     * What it has asked for.
     *
     * @param code to join; empty for a flight of its own
     */
    private record Ask(String code) {}

    /** A peer that left. */
    record Parting(String partner, String code) {}

    /** Whether it was told, some time, that it is with {@code other} under {@code joined}. */
    boolean wasWith(Traveller other, String joined) {
        return partners.getOrDefault(joined, Set.of()).contains(other.peer.id());
    }

    /** Whether its seat under {@code joined} may have been taken back so often that {@code other} was left so often, though it has one by now. */
    boolean mayHaveLeft(Traveller other, String joined) {
        long times = other.partings.stream()
                .filter(parting -> parting.code.equals(joined) && parting.partner.equals(peer.id()))
                .count();
        return times <= refusals.getOrDefault(joined, 0);
    }

    /** When the oldest question came to be the oldest: ticker nanoseconds. */
    private long waitsSince;

    /** A client of {@code instance}, by the time of {@code ticker}. */
    Traveller(SimulatedInstance instance, String address, Collection<Fault> faults, LongSupplier ticker) {
        this.instance = instance;
        this.ticker = ticker;
        this.peer = new RecordingPeer(instance.home(), address);
        this.mayMiss = !Fault.loseNothing(faults);
        this.mayMissFirst = !faults.isEmpty();
    }

    void create() {
        ask("");
        instance.registry.createFlight(peer);
    }

    void join(String joined) {
        ask(joined);
        instance.registry.joinFlight(peer, joined, peer);
    }

    private void ask(String joined) {
        if (asks.isEmpty()) {
            waitsSince = ticker.getAsLong();
        }
        asks.add(new Ask(joined));
    }

    private void answered(String how, String message) {
        Ask oldest = asks.poll();
        waitsSince = ticker.getAsLong();
        require(oldest != null && (how.equals("error") || oldest.code.equals(how)), "asked for", message);
        if (oldest != null && message.contains("flight_not_found")) {
            refusals.merge(oldest.code, 1, Integer::sum);
        }
    }

    /** Each question is answered by exactly one of created, joined and an error, and soon. */
    void checkIsAnswered() {
        long now = ticker.getAsLong();
        long waits = Math.min(now - waitsSince, now - instance.process.awakeSince());
        require(
                asks.isEmpty() || instance.process.isPaused() || waits <= ANSWERED_NANOS,
                "is answered",
                String.valueOf(asks.peek()));
    }

    /** Sends a signal that says whose it is, in which of its pairings, and the how manieth. */
    void signal() {
        if (peer.link() != null && partner != null) {
            peer.signal("\"" + peer.id() + "/" + peersJoined + "/" + sent + "\"");
            sent++;
        }
    }

    /** Hears what has come since the last time; {@code story} is told of all but lists and signals. */
    void listen(Consumer<String> story) {
        for (String message : peer.drain()) {
            if (!message.startsWith(LIST) && !message.startsWith(SIGNAL)) {
                story.accept("  " + this + " hears " + message);
            }
            hear(message);
        }
    }

    private void hear(String message) {
        String type = text(message, "type");
        require(!emptyListIsNext || message.endsWith("\"users\":[]}"), "the empty list follows peer-joined", message);
        switch (type) {
            case "users-on-network-update" -> {
                require(partner == null || emptyListIsNext, "no list in a full flight", message);
                emptyListIsNext = false;
                list = message;
            }
            case "flight-created" -> {
                require(code == null || mayBeOut, "one flight at a time", message);
                mayBeOut = false;
                code = text(message, "flightCode");
                answered("", message);
            }
            case "error" -> answered("error", message);
            case "peer-joined" -> {
                require(partner == null, "one peer at a time", message);
                String joined = text(message, "flightCode");
                require(code == null || code.equals(joined) || mayBeOut, "its own flight", message);
                if (!joined.equals(code)) {
                    answered(joined, message);
                }
                mayBeOut = false;
                code = joined;
                partner = text(message, "id");
                partners.computeIfAbsent(code, each -> new HashSet<>()).add(partner);
                peersJoined++;
                sent = 0;
                isNewPairing = true;
                emptyListIsNext = true;
            }
            case "peer-left" -> {
                String left = partner;
                require(left != null, "only a peer leaves", message);
                if (left != null && code != null) {
                    partings.add(new Parting(left, code));
                }
                partner = null;
                mayBeOut = true;
                peersLeft++;
            }
            case "signal" -> hearSignal(message, text(message, "data").split("/", -1));
            default -> {
                // registered, invitations
            }
        }
    }

    private void hearSignal(String message, String[] parts) {
        require(parts[0].equals(partner), "signals of the peer alone", message);
        int pairing = Integer.parseInt(parts[1]);
        int number = Integer.parseInt(parts[2]);
        int[] last = lastOf.getOrDefault(parts[0], new int[] {-1, -1});
        if (isNewPairing) {
            require(pairing > last[0], "none of an earlier pairing", message);
        } else {
            require(pairing == last[0], "none of another pairing", message);
        }
        int expected = isNewPairing ? 0 : last[1] + 1;
        boolean hadAnother =
                partners.getOrDefault(String.valueOf(code), Set.of()).size() > 1;
        boolean mayLack = mayMiss || (mayMissFirst && isNewPairing && hadAnother);
        require(mayLack ? number >= expected : number == expected, "in order, each once: " + expected, message);
        missed += isNewPairing
                ? 0
                : number - expected; // the first may come before this one's instance knows of the pairing
        isNewPairing = false;
        lastOf.put(parts[0], new int[] {pairing, number});
        signalsHeard++;
    }

    private void require(boolean holds, String rule, String message) {
        if (!holds) {
            throw new AssertionError(peer + ", " + rule + ": " + message);
        }
    }

    static String text(String message, String key) {
        String before = '"' + key + "\":\"";
        int from = message.indexOf(before) + before.length();
        return from < before.length() ? "" : message.substring(from, message.indexOf('"', from));
    }

    static List<String> idsIn(String list) {
        return Arrays.stream(list.split("\"id\":\"", -1))
                .skip(1)
                .map(part -> part.substring(0, part.indexOf('"')))
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return peer.id();
    }
}
