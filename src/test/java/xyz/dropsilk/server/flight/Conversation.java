package xyz.dropsilk.server.flight;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.RecordingPeer;

/** What one client has heard, held against the order that the contract allows. For the thread that owns the client. */
final class Conversation {
    final RecordingPeer peer;
    private boolean registered;
    private @Nullable String code;

    /** The id of the other member of a full flight. */
    private @Nullable String partner;

    /** The list heard last, null where one has to come. */
    private @Nullable String list;

    private boolean listIsNext;
    private boolean emptyListIsNext;
    private int signalsOfPairing;
    private long signals;

    Conversation(RecordingPeer peer) {
        this.peer = peer;
    }

    @Nullable
    String code() {
        return code;
    }

    @Nullable
    String partner() {
        return partner;
    }

    @Nullable
    String list() {
        return list;
    }

    /** Signals heard in all. */
    long signals() {
        return signals;
    }

    /** Hears what has come since the last time. */
    void listen() {
        List<String> messages = peer.drain();
        for (String message : messages) {
            hear(message, messages);
        }
    }

    private void hear(String message, List<String> all) {
        require(registered == !type(message).equals("registered"), "registered comes once and first", message, all);
        require(!emptyListIsNext || message.equals(Told.NOBODY), "the empty list follows peer-joined", message, all);
        require(!listIsNext || Told.isList(message), "a list follows registered", message, all);
        switch (type(message)) {
            case "registered" -> {
                require(text(message, "id").equals(peer.id()), "one's own id", message, all);
                registered = true;
                listIsNext = true;
            }
            case "users-on-network-update" -> {
                require(partner == null || emptyListIsNext, "no list in a full flight", message, all);
                require(!message.contains(peer.id()), "nobody sees itself", message, all);
                emptyListIsNext = false;
                listIsNext = false;
                list = message;
            }
            case "flight-created" -> {
                require(code == null, "one flight at a time", message, all);
                code = text(message, "flightCode");
            }
            case "peer-joined" -> {
                require(partner == null, "one peer at a time", message, all);
                require(code == null || code.equals(text(message, "flightCode")), "one's own flight", message, all);
                code = text(message, "flightCode");
                partner = text(message, "id");
                signalsOfPairing = 0;
                emptyListIsNext = true;
            }
            case "peer-left" -> {
                require(partner != null, "only a peer leaves", message, all);
                partner = null;
                list = null;
            }
            case "signal" -> {
                String expected = partner + "/" + signalsOfPairing;
                require(partner != null && text(message, "data").equals(expected), expected, message, all);
                signalsOfPairing++;
                signals++;
            }
            case "flight-invitation" -> require(partner == null, "only who is listed is invited", message, all);
            case "error" -> {
                // to whoever did something wrong, at any time
            }
            default -> require(false, "a message of the contract", message, all);
        }
    }

    private void require(boolean holds, String rule, String message, List<String> all) {
        if (!holds) {
            throw new AssertionError(peer + ", " + rule + ": " + message + " in " + all);
        }
    }

    private static String type(String message) {
        return text(message, "type");
    }

    /** The first string member called {@code key}. */
    private static String text(String message, String key) {
        String before = '"' + key + "\":\"";
        int from = message.indexOf(before) + before.length();
        return message.substring(from, message.indexOf('"', from));
    }
}
