package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;

/**
 * What the server says to one client, as its JSON text; the users on a network are a {@link UsersList} instead. Immutable, so one
 * instance may go to many clients. The factories are the only place that spells these messages.
 */
public final class ServerMessage {
    /** {@code peer-left}. */
    public static final ServerMessage PEER_LEFT = new ServerMessage("{\"type\":\"peer-left\"}");

    /** {@code server-shutdown}, which announces the close that follows. */
    public static final ServerMessage SERVER_SHUTDOWN = new ServerMessage(
            "{\"type\":\"server-shutdown\",\"message\":\"Server is shutting down for maintenance.\"}");

    private final byte[] json;

    ServerMessage(String json) {
        this.json = json.getBytes(UTF_8);
    }

    /** {@code registered}, the first message on each connection. */
    public static ServerMessage registered(String id) {
        return new ServerMessage("{\"type\":\"registered\",\"id\":\"" + id + "\"}");
    }

    /** {@code flight-created}. */
    public static ServerMessage flightCreated(String code) {
        return new ServerMessage("{\"type\":\"flight-created\",\"flightCode\":\"" + code + "\"}");
    }

    /** {@code peer-joined}: {@code peer} is the other member. */
    public static ServerMessage peerJoined(String code, User peer, ConnectionType connectionType) {
        return new ServerMessage("{\"type\":\"peer-joined\",\"flightCode\":\"" + code + "\",\"peer\":" + peer.json()
                + ",\"connectionType\":\"" + connectionType.word() + "\"}");
    }

    /** {@code room-attached}: {@code peer} is the other participant as a JSON object, or {@code null}. */
    public static ServerMessage roomAttached(String code, String role, String peer) {
        return new ServerMessage("{\"type\":\"room-attached\",\"flightCode\":\"" + code + "\",\"role\":\"" + role
                + "\",\"peer\":" + peer + "}");
    }

    /** {@code flight-invitation}. */
    public static ServerMessage flightInvitation(String code, User from) {
        return new ServerMessage("{\"type\":\"flight-invitation\",\"flightCode\":\"" + code + "\",\"fromName\":"
                + from.quotedName() + "}");
    }

    /** {@code error}, with the sentence for the page and the word for machines. */
    static ServerMessage error(String code, String sentence) {
        return new ServerMessage("{\"type\":\"error\",\"message\":\"" + sentence + "\",\"code\":\"" + code + "\"}");
    }

    /** Bytes of the JSON text. */
    public int length() {
        return json.length;
    }

    /** Appends the JSON text to {@code out}, which is borrowed. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(json);
    }

    /** The JSON text. */
    @Override
    public String toString() {
        return new String(json, UTF_8);
    }
}
