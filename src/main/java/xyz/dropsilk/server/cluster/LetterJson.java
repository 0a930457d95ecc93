package xyz.dropsilk.server.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.DeliveryJson;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.SeatJson;

/**
 * Letters and records as text. Each letter carries the version of its form; what this release does not know of it is ignored, and a form of which it
 * knows nothing is refused. Stateless.
 */
final class LetterJson {
    /** What this release writes, and the newest that it reads. */
    static final int VERSION = 1;

    /** The longest text that is looked at, in characters: a record with the longest story is a tenth of it. */
    private static final int MOST_CHARS = 256 * 1024;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private LetterJson() {}

    // --- writing ---

    private static ObjectNode head(String sender, long number, String kind) {
        return MAPPER.createObjectNode()
                .put("v", VERSION)
                .put("s", sender)
                .put("n", number)
                .put("kind", kind);
    }

    static String committed(
            String sender, long number, Bus.Proposal proposal, String value, List<Delivery> deliveries) {
        ObjectNode json = head(sender, number, "committed")
                .put("id", proposal.id())
                .put("code", proposal.code())
                .put("base", proposal.expected())
                .put("version", proposal.version());
        if (!value.isEmpty()) {
            json.putRawValue("value", new RawValue(value));
        }
        json.set("deliveries", DeliveryJson.write(deliveries));
        return text(json);
    }

    /** Ids hold nothing that JSON would have to escape. */
    static String signal(String sender, long number, String to, long pairing) {
        return "{\"v\":" + VERSION + ",\"s\":\"" + sender + "\",\"n\":" + number + ",\"kind\":\"signal\",\"to\":\"" + to
                + "\",\"pairing\":" + pairing + "}";
    }

    static String invitation(String sender, long number, Letter.Invitation invitation) {
        return text(head(sender, number, "invitation")
                .put("to", invitation.to())
                .put("network", SeatJson.network(invitation.network()))
                .put("code", invitation.code())
                .put("id", invitation.from().id())
                .put("name", invitation.from().name()));
    }

    static String mark(String sender, long number, String id) {
        return text(head(sender, number, "mark").put("id", id));
    }

    /** {@code entry} as records keep it; empty for none. */
    static String value(@Nullable Entry entry) {
        return entry == null ? "" : text(EntryJson.write(entry));
    }

    static String text(JsonNode json) {
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- reading ---

    /**
     * What lives under {@code code}, by what its record says; null where that is nothing.
     *
     * @throws IllegalArgumentException if no instance has written that
     */
    static @Nullable Entry entry(String code, String value) {
        return value.isEmpty() ? null : EntryJson.read(code, json(value));
    }

    /**
     * The letter in {@code text}; null for a kind that this release does not know.
     *
     * @throws IllegalArgumentException if no instance has written that
     */
    static Letter.@Nullable Received letter(String text) {
        JsonNode json = json(text);
        long number = number(json, "n");
        if (number(json, "v") > VERSION) {
            throw new IllegalArgumentException("v");
        }
        Letter letter = letter(json);
        return letter == null ? null : new Letter.Received(word(json, "s"), number, letter);
    }

    private static @Nullable Letter letter(JsonNode json) {
        return switch (word(json, "kind")) {
            case "committed" -> {
                String code = word(json, "code");
                yield new Letter.Committed(
                        word(json, "id"),
                        code,
                        json.path("base").asText(),
                        word(json, "version"),
                        json.has("value") ? EntryJson.read(code, json.path("value")) : null,
                        DeliveryJson.read(code, json.path("deliveries")));
            }
            case "signal" -> new Letter.Signal(word(json, "to"), number(json, "pairing"));
            case "invitation" ->
                new Letter.Invitation(
                        word(json, "to"), SeatJson.network(word(json, "network")), code(json), SeatJson.user(json));
            case "mark" -> new Letter.Mark(word(json, "id"));
            default -> null;
        };
    }

    /** It is told to a page as it is. */
    private static String code(JsonNode json) {
        String code = word(json, "code");
        if (!code.matches("[A-Z2-9]{6}")) {
            throw new IllegalArgumentException("code");
        }
        return code;
    }

    static String word(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new IllegalArgumentException(name);
        }
        return value.textValue();
    }

    static long number(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException(name);
        }
        return value.longValue();
    }

    static JsonNode json(String text) {
        if (text.length() > MOST_CHARS) {
            throw new IllegalArgumentException("longer than anything that an instance writes");
        }
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json == null || !json.isObject()) {
                throw new IllegalArgumentException("no object");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON", e);
        }
    }
}
