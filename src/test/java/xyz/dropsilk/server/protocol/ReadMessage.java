package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a {@link MessageReader} makes of a message, as one line: the call with its arguments, or the problem. */
final class ReadMessage implements MessageHandler {
    static final String INVALID = Problem.INVALID_MESSAGE.name();
    static final String UNKNOWN = Problem.UNKNOWN_TYPE.name();

    /** One for all tests of a thread, so that each message is read behind many others. */
    private static final ThreadLocal<MessageReader> READER = ThreadLocal.withInitial(MessageReader::new);

    private String call = "none";
    private byte[] relayed = {};

    private ReadMessage() {}

    static String read(String message) {
        return read(message.getBytes(UTF_8));
    }

    static String read(byte[] message) {
        ReadMessage handler = new ReadMessage();
        return handler.outcome(message);
    }

    /** The signal that reaches the peer; fails if {@code message} is none. */
    static byte[] relayed(byte[] message) {
        ReadMessage handler = new ReadMessage();
        String outcome = handler.outcome(message);
        if (handler.relayed.length == 0) {
            throw new AssertionError("no signal but " + outcome);
        }
        return handler.relayed;
    }

    static String relayed(String message) {
        return new String(relayed(message.getBytes(UTF_8)), UTF_8);
    }

    private String outcome(byte[] message) {
        // What stands around a message is what others left there: here, what would make a message of more things than
        // are one.
        byte[] bytes = new byte[MessageReader.HEADROOM + message.length + MessageReader.TAILROOM];
        Arrays.fill(bytes, (byte) '"');
        System.arraycopy(message, 0, bytes, MessageReader.HEADROOM, message.length);
        try {
            READER.get().read(bytes, MessageReader.HEADROOM, MessageReader.HEADROOM + message.length, this);
            return call;
        } catch (ProtocolException e) {
            if (!call.equals("none")) {
                throw new AssertionError("called " + call + " and then refused", e);
            }
            return e.problem().name();
        }
    }

    @Override
    public void registerDetails(@Nullable String name) {
        call = "register-details " + name;
    }

    @Override
    public void createFlight() {
        call = "create-flight";
    }

    @Override
    public void joinFlight(@Nullable String flightCode) {
        call = "join-flight " + flightCode;
    }

    @Override
    public void inviteToFlight(String inviteeId, String flightCode) {
        call = "invite-to-flight " + inviteeId + " " + flightCode;
    }

    @Override
    public void attachRoom(String roomCode, String participantId, String channel) {
        call = "attach-room " + roomCode + " " + participantId + " " + channel;
    }

    @Override
    public void signal(byte[] bytes, int from, int to) {
        call = "signal";
        relayed = Arrays.copyOfRange(bytes, from, to);
    }
}
