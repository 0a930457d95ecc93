package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Random;
import xyz.dropsilk.server.testing.Mutations;

/** Messages as clients and attackers might send them: valid ones, and such with a few bytes changed. The same for the same seed. */
final class RandomMessages {
    private static final String[] TYPES = {
        "signal",
        "signal",
        "signal",
        "sign\\u0061l",
        "register-details",
        "create-flight",
        "join-flight",
        "invite-to-flight",
        "x"
    };
    private static final String[] KEYS = {
        "\\ude00",
        "a\\ud800",
        "\\\\ud800",
        "type",
        "data",
        "name",
        "flightCode",
        "inviteeId",
        "t\\u0079pe",
        "\\u0064ata",
        "x",
        "",
        "localIp",
        "typ",
        "d\\nata",
        "\ud83d\ude00"
    };
    private static final String[] SCALARS = {
        "0",
        "-0",
        "1",
        "-1.5e+10",
        "1E400",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        "\"\\ud800\"",
        "\"\u00e9\ud83d\ude00\"",
        "\"\\u0000\\\"\\\\\\/\"",
        "\"ABC234\""
    };
    private static final String[] SPACES = {"", "", "", "", " ", "\n", "\t\r", "  "};
    private static final String INTERESTING = "{}[]\",:\\u0 \n\t\r\f-+.eE/'tfn\u007f";

    private final Random random;
    private final List<byte[]> corpus = Mutations.corpus("messages");
    private final Mutations mutations;

    RandomMessages(long seed) {
        random = new Random(seed);
        mutations = new Mutations(random, INTERESTING, this::unchanged);
    }

    byte[] next() {
        byte[] message = unchanged();
        for (int changes = Math.max(0, random.nextInt(6) - 2); changes > 0; changes--) {
            message = mutations.changed(message);
        }
        return message;
    }

    private byte[] unchanged() {
        return random.nextInt(4) == 0 ? pick(corpus) : message().getBytes(UTF_8);
    }

    private String message() {
        StringBuilder text = new StringBuilder(pick(SPACES)).append('{');
        int members = 1 + random.nextInt(4);
        int type = random.nextInt(members);
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",").append(pick(SPACES)).append('"');
            if (i == type) {
                text.append("type\"").append(pick(SPACES)).append(':').append(pick(SPACES));
                text.append('"').append(pick(TYPES)).append('"');
            } else {
                text.append(pick(KEYS))
                        .append('"')
                        .append(pick(SPACES))
                        .append(':')
                        .append(pick(SPACES));
                value(text, 0);
            }
            text.append(pick(SPACES));
        }
        return text.append('}').append(pick(SPACES)).toString();
    }

    private void value(StringBuilder text, int depth) {
        int kind = random.nextInt(depth > 5 ? 5 : 9);
        if (kind < 4) {
            text.append(pick(SCALARS));
        } else if (kind == 4) {
            number(text);
        } else if (kind == 5) {
            nested(text);
        } else {
            boolean object = random.nextBoolean();
            text.append(object ? '{' : '[').append(pick(SPACES));
            int values = random.nextInt(4);
            for (int i = 0; i < values; i++) {
                text.append(i == 0 ? "" : ",").append(pick(SPACES));
                if (object) {
                    text.append('"')
                            .append(pick(KEYS))
                            .append('"')
                            .append(pick(SPACES))
                            .append(':')
                            .append(pick(SPACES));
                }
                value(text, depth + 1);
                text.append(pick(SPACES));
            }
            text.append(object ? '}' : ']');
        }
    }

    /** A number, now and then of about as many characters as are allowed. */
    private void number(StringBuilder text) {
        int digits = random.nextInt(8) == 0 ? 990 + random.nextInt(15) : 1 + random.nextInt(20);
        text.append(random.nextBoolean() ? "-" : "").append(1 + random.nextInt(9));
        int point = random.nextInt(2 * digits);
        for (int i = 1; i < digits; i++) {
            text.append(i == point ? "." : "").append(random.nextInt(10));
        }
        text.append(random.nextInt(4) == 0 ? "e-1" : "");
    }

    /** Now and then about as deep as is allowed. */
    private void nested(StringBuilder text) {
        int depth = random.nextInt(8) == 0 ? 490 + random.nextInt(15) : random.nextInt(10);
        boolean object = random.nextBoolean();
        text.append((object ? "{\"data\":" : "[").repeat(depth)).append(pick(SCALARS));
        text.append((object ? "}" : "]").repeat(depth));
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private byte[] pick(List<byte[]> from) {
        return from.get(random.nextInt(from.size()));
    }
}
