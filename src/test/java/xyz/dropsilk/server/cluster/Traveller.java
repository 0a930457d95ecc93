package xyz.dropsilk.server.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.RecordingPeer;

/** A client of the simulation: what it has been told, held against the order that the contract allows. */
final class Traveller {
    final RecordingPeer peer;
    final SimulatedInstance instance;

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

    private boolean isNewPairing;

    /** Whoever is told that a peer left may have been taken out of its flight as well. */
    private boolean mayBeOut;

    Traveller(SimulatedInstance instance, String address, boolean mayMiss) {
        this.instance = instance;
        this.peer = new RecordingPeer(instance.home(), address);
        this.mayMiss = mayMiss;
    }

    /** Sends a signal that says whose it is, in which of its pairings, and the how manieth. */
    void signal() {
        if (peer.link() != null && partner != null) {
            peer.signal("\"" + peer.id() + "/" + peersJoined + "/" + sent + "\"");
            sent++;
        }
    }

    /** Hears what has come since the last time. */
    void listen() {
        for (String message : peer.drain()) {
            hear(message);
        }
    }

    /** All that it was told. */
    final List<String> log = new ArrayList<>();

    private void hear(String message) {
        log.add(message);
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
            }
            case "peer-joined" -> {
                require(partner == null, "one peer at a time", message);
                String joined = text(message, "flightCode");
                require(code == null || code.equals(joined) || mayBeOut, "its own flight", message);
                mayBeOut = false;
                code = joined;
                partner = text(message, "id");
                peersJoined++;
                sent = 0;
                isNewPairing = true;
                emptyListIsNext = true;
            }
            case "peer-left" -> {
                require(partner != null, "only a peer leaves", message);
                partner = null;
                mayBeOut = true;
                peersLeft++;
            }
            case "signal" -> hearSignal(message, text(message, "data").split("/", -1));
            default -> {
                // registered, errors, invitations
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
        require(mayMiss ? number >= expected : number == expected, "in order, each once: " + expected, message);
        isNewPairing = false;
        lastOf.put(parts[0], new int[] {pairing, number});
        signalsHeard++;
    }

    private void require(boolean holds, String rule, String message) {
        if (!holds) {
            throw new AssertionError(peer + ", " + rule + ": " + message);
        }
    }

    private static String text(String message, String key) {
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
