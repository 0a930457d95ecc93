package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deliveries as one instance has them made by another. All belong to one code, which stands beside them. Stateless. */
public final class DeliveryJson {
    private DeliveryJson() {}

    /** {@code deliveries} as a JSON array. */
    public static ArrayNode write(List<Delivery> deliveries) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(deliveries.size());
        deliveries.forEach(delivery -> json.add(write(delivery)));
        return json;
    }

    private static ObjectNode write(Delivery delivery) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("to", delivery.to());
        if (delivery instanceof Delivery.Created) {
            json.put("kind", "created");
        } else if (delivery instanceof Delivery.Paired paired) {
            json.put("kind", "paired")
                    .put("type", paired.type().word())
                    .put("channel", paired.channel().word())
                    .put("pairing", paired.pairing())
                    .set("peer", SeatJson.write(paired.peer()));
        } else if (delivery instanceof Delivery.PeerLeft left) {
            json.put("kind", "peer-left").put("renewed", left.renewed());
        } else if (delivery instanceof Delivery.PeerLost) {
            json.put("kind", "peer-lost");
        } else if (delivery instanceof Delivery.Attached attached) {
            attached(attached, json);
        } else if (delivery instanceof Delivery.Replaced) {
            json.put("kind", "replaced");
        } else if (delivery instanceof Delivery.Unseated) {
            json.put("kind", "unseated");
        } else if (delivery instanceof Delivery.Expelled) {
            json.put("kind", "expelled");
        }
        return json;
    }

    private static void attached(Delivery.Attached attached, ObjectNode json) {
        json.put("kind", "attached")
                .put("participant", attached.participant())
                .put("name", attached.name())
                .put("channel", attached.channel().word())
                .put("role", attached.role().word());
        PeerView peer = attached.peer();
        if (peer != null) {
            json.set("peer", ParticipantJson.write(peer.participant()));
            json.put("peerRole", peer.role().word());
        }
    }

    /**
     * What {@link #write} has written for {@code code}; kinds that this release does not know are left out.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static List<Delivery> read(String code, JsonNode json) {
        Json.require(json.isArray(), "deliveries");
        List<Delivery> deliveries = new ArrayList<>(json.size());
        for (JsonNode each : json) {
            Delivery delivery = delivery(code, Json.id(each, "to"), each);
            if (delivery != null) {
                deliveries.add(delivery);
            }
        }
        return deliveries;
    }

    private static @Nullable Delivery delivery(String code, String to, JsonNode json) {
        return switch (Json.text(json, "kind")) {
            case "created" -> new Delivery.Created(to, code);
            case "paired" ->
                new Delivery.Paired(
                        to,
                        code,
                        SeatJson.read(Json.object(json, "peer")),
                        StoryJson.type(json),
                        channel(json),
                        Json.whole(json, "pairing"));
            case "peer-left" -> new Delivery.PeerLeft(to, Json.flag(json, "renewed"));
            case "peer-lost" -> new Delivery.PeerLost(to);
            case "attached" ->
                new Delivery.Attached(
                        to,
                        code,
                        Json.id(json, "participant"),
                        SeatJson.name(json),
                        channel(json),
                        ParticipantJson.role(json),
                        json.has("peer") ? peer(json) : null);
            case "replaced" -> new Delivery.Replaced(to);
            case "unseated" -> new Delivery.Unseated(to);
            case "expelled" -> new Delivery.Expelled(to);
            default -> null;
        };
    }

    private static PeerView peer(JsonNode json) {
        Role role = "host".equals(Json.text(json, "peerRole")) ? Role.HOST : Role.GUEST;
        return new PeerView(ParticipantJson.read(Json.object(json, "peer")), role);
    }

    private static RoomChannel channel(JsonNode json) {
        RoomChannel channel = RoomChannel.of(Json.text(json, "channel"));
        if (channel == null) {
            throw new IllegalArgumentException("channel");
        }
        return channel;
    }
}
