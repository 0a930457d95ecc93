package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client as others see it: its id and name, encoded once and shared by every list that names it. Immutable; a client that changes its
 * name gets a new one.
 */
public final class User {
    /** The name of a client that has not given one. */
    public static final String ANONYMOUS = "Anonymous";

    /** The longest name, in UTF-16 units once cleaned. */
    public static final int MAX_NAME_UNITS = 50;

    /** Differs with each start, so that nobody can look for names whose marks are equal. */
    private static final long SEED = ThreadLocalRandom.current().nextLong();

    private final String id;
    private final String name;
    private final byte[] json;

    /** A hash of the JSON, so that the sum over a list's users tells lists apart; see {@link NetworkView}. */
    private final long mark;

    /**
     * A user.
     *
     * @param id of {@code [0-9a-z]}
     * @param name cleaned already
     */
    public User(String id, String name) {
        this.id = id;
        this.name = name;
        this.json = ("{\"id\":\"" + id + "\",\"name\":" + JsonText.quoted(name) + "}").getBytes(UTF_8);
        this.mark = hash(json);
    }

    private static long hash(byte[] bytes) {
        long hash = SEED;
        for (byte b : bytes) {
            hash = (hash ^ b) * 0x9E3779B97F4A7C15L; // odd, so that no step loses a bit
            hash ^= hash >>> 32;
        }
        return hash;
    }

    /** The id that others invite by. */
    public String id() {
        return id;
    }

    /** The same client under {@code newName}, which is cleaned already. */
    public User named(String newName) {
        return newName.equals(name) ? this : new User(id, newName);
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** Whether {@code other} is named the same: what the JSON says is all that there is. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof User user && Arrays.equals(json, user.json);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json);
    }

    @Override
    public String toString() {
        return json();
    }

    String json() {
        return new String(json, UTF_8);
    }

    byte[] jsonBytes() {
        return json;
    }

    String quotedName() {
        return JsonText.quoted(name);
    }

    long mark() {
        return mark;
    }

    /**
     * The name to show for {@code sent}, or null if nothing fit to show is left or too much: the contract's cleaning. The web app puts names
     * into its page as HTML without escaping, so the characters that matter there become harmless twins.
     */
    public static @Nullable String cleanName(String sent) {
        StringBuilder clean = new StringBuilder(Math.min(sent.length(), 2 * MAX_NAME_UNITS));
        sent.codePoints().filter(User::isShown).map(User::harmlessTwin).forEach(clean::appendCodePoint);
        String name = WhiteSpace.trim(clean.toString());
        return name.isEmpty() || name.length() > MAX_NAME_UNITS ? null : name;
    }

    private static boolean isShown(int c) {
        int category = Character.getType(c);
        return c == ZERO_WIDTH_JOINER || (category != Character.CONTROL && category != Character.FORMAT);
    }

    /** U+200D, a format character that stays: emoji are joined by it. */
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private static int harmlessTwin(int c) {
        return switch (c) {
            case '<' -> '\u2039';
            case '>' -> '\u203A';
            case '&' -> '\uFF06';
            case '"' -> '\u201D';
            case '\'', '`' -> '\u2019';
            default -> Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c; // half a pair has no UTF-8
        };
    }

    private static final int REPLACEMENT = 0xFFFD;
}
