package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one client message from its bytes and calls the handler's method for it. A signal's {@code data} is checked and passed on where it
 * stands, never parsed into objects. Confined to one thread; keeps nothing of a message
 * but the array that it was read in, until the next one.
 *
 * <p><b>Why not a JSON library.</b> This is the hot spot of the server, and Jackson's byte parser accepts more than the contract does
 * (docs/decisions/0003). Values with escapes, rare here, do go through Jackson.
 */
public final class MessageReader {
    private static final byte[] SIGNAL_PREFIX = ascii("{\"type\":\"signal\",\"data\":");

    /** Bytes before the message that the reader may write over: a signal's prefix goes before its {@code data} in place. */
    public static final int HEADROOM = SIGNAL_PREFIX.length;

    /** Bytes behind the message that the reader writes over. */
    public static final int TAILROOM = JsonScanner.TAILROOM;

    private static final byte[] TYPE = ascii("type");
    private static final byte[] DATA = ascii("data");
    private static final byte[] NAME = ascii("name");
    private static final byte[] FLIGHT_CODE = ascii("flightCode");
    private static final byte[] INVITEE_ID = ascii("inviteeId");
    private static final byte[] ROOM_CODE = ascii("roomCode");
    private static final byte[] PARTICIPANT_ID = ascii("participantId");
    private static final byte[] CHANNEL = ascii("channel");
    private static final String DEFAULT_CHANNEL = "transfer";
    private static final byte[] QUOTED_SIGNAL = ascii("\"signal\"");

    private static final JsonFactory JSON = new JsonFactory();

    private final JsonScanner scanner = new JsonScanner();

    private byte[] text = {};
    private final Value type = new Value();
    private final Value data = new Value();
    private final Value name = new Value();
    private final Value flightCode = new Value();
    private final Value inviteeId = new Value();
    private final Value roomCode = new Value();
    private final Value participantId = new Value();
    private final Value channel = new Value();

    /** Where a value of the message at hand stands, a string's quotes included. */
    private static final class Value {
        int from;
        int to;

        boolean isPresent() {
            return to != 0; // a value never ends at the buffer's first byte
        }

        void clear() {
            to = 0;
        }
    }

    /**
     * Reads the message in {@code bytes} from {@code from} to {@code to} (exclusive), which is valid UTF-8. {@link #HEADROOM} bytes before it
     * and {@link #TAILROOM} behind it exist; they and the message itself are written over.
     *
     * @throws ProtocolException if the message is malformed or of an unknown type; the handler was not called then
     */
    public void read(byte[] bytes, int from, int to, MessageHandler handler) throws ProtocolException {
        text = bytes;
        Arrays.fill(bytes, to, to + TAILROOM, (byte) 0);
        type.clear();
        data.clear();
        name.clear();
        flightCode.clear();
        inviteeId.clear();
        roomCode.clear();
        participantId.clear();
        channel.clear();
        findValues(from, to);
        if (!type.isPresent() || !isString(type)) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        if (matches(type.from, type.to, QUOTED_SIGNAL)) {
            signal(handler);
        } else {
            dispatch(string(type), handler);
        }
    }

    private void findValues(int from, int to) throws ProtocolException {
        int i = JsonScanner.skipSpace(text, from);
        if (text[i] != '{') {
            throw ProtocolException.INVALID_MESSAGE;
        }
        i = JsonScanner.skipSpace(text, i + 1);
        if (text[i] != '}') {
            i = JsonScanner.skipSpace(text, member(i));
            while (text[i] == ',') {
                i = JsonScanner.skipSpace(text, member(JsonScanner.skipSpace(text, i + 1)));
            }
        }
        if (text[i] != '}' || JsonScanner.skipSpace(text, i + 1) != to) {
            throw ProtocolException.INVALID_MESSAGE;
        }
    }

    /** Walks over one {@code "key":value} at {@code i} and notes where the value stands if it is one we know. */
    private int member(int i) throws ProtocolException {
        if (text[i] != '"') {
            throw ProtocolException.INVALID_MESSAGE;
        }
        int keyEnd = JsonScanner.skipString(text, i + 1);
        Value value = known(i + 1, keyEnd - 1);
        int from = JsonScanner.skipColon(text, keyEnd);
        int to = scanner.skipValue(text, from);
        if (value != null) {
            if (value.isPresent() && (value == type || value == data)) {
                throw ProtocolException.INVALID_MESSAGE; // readers differ on which of the two counts
            }
            value.from = from;
            value.to = to;
        }
        return to;
    }

    private @Nullable Value known(int from, int to) {
        if (spells(from, to, TYPE)) {
            return type;
        } else if (spells(from, to, DATA)) {
            return data;
        } else if (spells(from, to, NAME)) {
            return name;
        } else if (spells(from, to, FLIGHT_CODE)) {
            return flightCode;
        } else if (spells(from, to, INVITEE_ID)) {
            return inviteeId;
        } else if (spells(from, to, ROOM_CODE)) {
            return roomCode;
        } else if (spells(from, to, PARTICIPANT_ID)) {
            return participantId;
        } else if (spells(from, to, CHANNEL)) {
            return channel;
        }
        return null;
    }

    private void dispatch(String typeName, MessageHandler handler) throws ProtocolException {
        switch (typeName) {
            case "signal" -> signal(handler);
            case "register-details" -> handler.registerDetails(stringOrNull(name));
            case "create-flight" -> handler.createFlight();
            case "join-flight" -> handler.joinFlight(stringOrNull(flightCode));
            case "invite-to-flight" -> handler.inviteToFlight(required(inviteeId), required(flightCode));
            case "attach-room" ->
                handler.attachRoom(
                        required(roomCode),
                        required(participantId),
                        channel.isPresent() ? required(channel) : DEFAULT_CHANNEL);
            default -> throw ProtocolException.unknownType(typeName);
        }
    }

    /** Builds the peer's message around {@code data} where it stands: what was before and behind it has been read. */
    private void signal(MessageHandler handler) throws ProtocolException {
        if (!data.isPresent()) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        int from = data.from - SIGNAL_PREFIX.length;
        System.arraycopy(SIGNAL_PREFIX, 0, text, from, SIGNAL_PREFIX.length);
        text[data.to] = '}';
        handler.signal(text, from, data.to + 1);
    }

    // --- strings ---

    private boolean isString(Value value) {
        return text[value.from] == '"';
    }

    private @Nullable String stringOrNull(Value value) {
        return value.isPresent() && isString(value) ? string(value) : null;
    }

    private String required(Value value) throws ProtocolException {
        String string = stringOrNull(value);
        if (string == null) {
            throw ProtocolException.INVALID_MESSAGE;
        }
        return string;
    }

    private String string(Value value) {
        return hasEscape(value.from, value.to)
                ? unescaped(value.from, value.to)
                : new String(text, value.from + 1, value.to - value.from - 2, UTF_8);
    }

    private boolean matches(int from, int to, byte[] expected) {
        return Arrays.equals(text, from, to, expected, 0, expected.length);
    }

    /** Whether the key from {@code from} to {@code to} is {@code expected}, however it is escaped. In place: keys are the client's to invent. */
    private boolean spells(int from, int to, byte[] expected) {
        int i = from;
        for (byte letter : expected) {
            if (i == to) {
                return false;
            } else if (text[i] == letter) {
                i++;
            } else if (text[i] == '\\' && text[i + 1] == 'u' && hex(i + 2) == letter) {
                i += 6; // no other escape stands for a letter
            } else {
                return false;
            }
        }
        return i == to;
    }

    private int hex(int from) {
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            unit = unit << 4 | Character.digit(text[i], 16);
        }
        return unit;
    }

    private boolean hasEscape(int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** The string whose JSON, quotes included, stands from {@code from} to {@code to}, checked already. */
    private String unescaped(int from, int to) {
        try (JsonParser parser = JSON.createParser(text, from, to - from)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw new UncheckedIOException("a string that the scanner took", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
