package xyz.dropsilk.server.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** A socket of a simulated page: what it is told, held against the order that the contract allows. */
final class RoomSocket {
    final RecordingPeer peer;
    final SimulatedInstance instance;
    final RoomChannel channel;

    /** Whom it is paired with, as far as it was told. */
    @Nullable
    String partner;

    boolean attached;
    boolean gone;
    int signalsHeard;

    /** Whom it was told to have left, one after the other. */
    final List<String> left = new ArrayList<>();

    /** Attaches that were not answered yet, and since when the oldest waits: ticker nanoseconds. */
    private int asks;

    private long waitsSince;
    private int sent;

    /** The number of the last signal of each other socket. */
    private final Map<String, Integer> lastOf = new HashMap<>();

    RoomSocket(SimulatedInstance instance, String address, RoomChannel channel) {
        this.instance = instance;
        this.channel = channel;
        this.peer = new RecordingPeer(instance.home(), address);
        instance.registry.connect(peer);
    }

    void attach(String code, String secret, long now) {
        waitsSince = asks++ == 0 ? now : waitsSince;
        instance.rooms.attach(peer, code, secret, channel);
    }

    void signal() {
        if (partner != null && peer.signal("\"" + peer.id() + "/" + sent + "\"")) {
            sent++;
        }
    }

    /** It is closed by its page, or lost. */
    void end(RoomSockets.End end) {
        if (!gone) {
            gone = true;
            instance.registry.disconnect(peer, end);
        }
    }

    /** Its process is no more. */
    void vanish() {
        gone = true;
    }

    /** Hears what has come since the last time, at {@code now}; {@code story} is told of all but lists and signals. Answers take {@code most} nanoseconds. */
    void listen(Consumer<String> story, long now, long most) {
        for (String message : peer.drain()) {
            String type = Traveller.text(message, "type");
            if (!type.equals("users-on-network-update") && !type.equals("signal")) {
                story.accept("  " + this + " hears " + message);
            }
            hear(type, message, now);
        }
        long waits = Math.min(now - waitsSince, now - instance.process.awakeSince());
        boolean isLate = asks > 0 && !gone && !instance.process.isPaused() && waits > most;
        require(!isLate, "an attach is answered", "");
    }

    private void hear(String type, String message, long now) {
        switch (type) {
            case "room-attached" -> {
                answered(now);
                attached = true;
            }
            case "error" -> {
                answered(now);
                require(!message.contains("flight"), "no flight's error", message);
            }
            case "peer-joined" -> {
                require(attached, "attached before it is paired", message);
                partner = Traveller.text(message, "id");
            }
            case "peer-left" -> {
                require(attached, "only whoever is attached is left", message);
                left.add(String.valueOf(partner));
                partner = null;
            }
            case "signal" -> {
                String[] parts = Traveller.text(message, "data").split("/", -1);
                int number = Integer.parseInt(parts[1]);
                require(parts[0].equals(partner), "signals of the peer alone", message);
                require(number > lastOf.getOrDefault(parts[0], -1), "in order, each once", message);
                lastOf.put(parts[0], number);
                signalsHeard++;
            }
            default -> {
                // registered, lists
            }
        }
    }

    private void answered(long now) {
        require(asks > 0, "an answer to a question", "");
        asks--;
        waitsSince = now;
    }

    private void require(boolean holds, String rule, String message) {
        if (!holds) {
            throw new AssertionError(this + ", " + rule + ": " + message);
        }
    }

    @Override
    public String toString() {
        return channel.word() + " " + peer.id();
    }
}
