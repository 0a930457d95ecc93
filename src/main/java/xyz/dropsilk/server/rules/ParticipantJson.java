package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Participants of rooms, with their sockets, as instances hand them on. Stateless. */
final class ParticipantJson {
    private static final long MOST_BYTES = (1L << 53) - 1;

    private ParticipantJson() {}

    static ObjectNode write(Participant participant) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", participant.id())
                .put("name", participant.name())
                .put("ready", participant.ready())
                .put("fileCount", participant.fileCount())
                .put("totalBytes", participant.totalBytes())
                .put("chat", participant.chat())
                .put("sharing", participant.sharing())
                .put("silent", participant.silent())
                .put("lost", participant.lost());
        ObjectNode sockets = json.putObject("sockets");
        for (RoomChannel channel : RoomChannel.values()) {
            Attachment socket = participant.on(channel);
            if (socket != null) {
                sockets.set(channel.word(), write(socket));
            }
        }
        return json;
    }

    private static ObjectNode write(Attachment socket) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("role", socket.role().word())
                .put("told", socket.told().name().toLowerCase(Locale.ROOT))
                .put("pairing", socket.pairing());
        if (socket.partner() != null) {
            json.put("partner", socket.partner());
        }
        return json.set("socket", SeatJson.write(socket.socket()));
    }

    static Participant read(JsonNode json) {
        long totalBytes = Json.whole(json, "totalBytes");
        Json.require(totalBytes <= MOST_BYTES, "totalBytes");
        Participant participant = new Participant(
                Json.id(json, "id"),
                SeatJson.name(json),
                Json.flag(json, "ready"),
                Json.small(json, "fileCount"),
                totalBytes,
                Json.flag(json, "chat"),
                Json.flag(json, "sharing"),
                Json.flag(json, "silent"),
                json.has("lost") && Json.flag(json, "lost"),
                null,
                null,
                null);
        for (RoomChannel channel : RoomChannel.values()) {
            if (json.path("sockets").has(channel.word())) {
                participant = participant.with(channel, attachment(Json.object(json.path("sockets"), channel.word())));
            }
        }
        return participant;
    }

    private static Attachment attachment(JsonNode json) {
        return new Attachment(
                SeatJson.read(Json.object(json, "socket")),
                role(json),
                Attachment.Told.valueOf(Json.text(json, "told").toUpperCase(Locale.ROOT)),
                Json.idOrNull(json, "partner"),
                Json.whole(json, "pairing"));
    }

    static Role role(JsonNode json) {
        String word = Json.text(json, "role");
        for (Role role : Role.values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("role");
    }
}
