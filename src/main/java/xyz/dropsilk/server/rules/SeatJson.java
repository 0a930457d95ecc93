package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Locale;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.User;

/** Users, networks and seats as instances tell them to each other. Addresses of clients never leave their instance. Stateless. */
public final class SeatJson {
    private static final int HEX = 16;
    private static final int LONG_BITS = 64;

    private SeatJson() {}

    static ObjectNode write(Seat seat) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", seat.id())
                .put("name", seat.user().name())
                .put("network", network(seat.network()));
    }

    static Seat read(JsonNode seat) {
        return new Seat(user(seat), network(Json.text(seat, "network")), null);
    }

    /** The user with the id and the name in {@code object}; names of which a page would take harm are refused. */
    public static User user(JsonNode object) {
        return new User(Json.id(object, "id"), name(object));
    }

    static String name(JsonNode object) {
        String name = Json.text(object, "name");
        Json.require(name.equals(User.cleanName(name)), "name");
        return name;
    }

    /** {@code key} as a word, for example {@code ipv4_24-c0a801}. */
    public static String network(NetworkKey key) {
        return key.kind().name().toLowerCase(Locale.ROOT) + '-' + Long.toHexString(key.bits());
    }

    /** What {@link #network(NetworkKey)} has written. */
    public static NetworkKey network(String word) {
        int dash = word.indexOf('-');
        Json.require(dash > 0, "network");
        try {
            BigInteger bits = new BigInteger(word.substring(dash + 1), HEX);
            Json.require(bits.signum() >= 0 && bits.bitLength() <= LONG_BITS, "network");
            return new NetworkKey(
                    NetworkKey.Kind.valueOf(word.substring(0, dash).toUpperCase(Locale.ROOT)), bits.longValue());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("network", e);
        }
    }
}
