package xyz.dropsilk.server.flight;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.WhiteSpace;

/** A flight's code, as people read it to each other. */
public final class FlightCode {
    /** Upper case without look-alikes: no I, O, 0 and 1. */
    static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    static final int LENGTH = 6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private FlightCode() {}

    /** A new random code: 30 bits. */
    public static String random() {
        int bits = RANDOM.nextInt();
        StringBuilder code = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            code.append(ALPHABET.charAt(bits & 31));
            bits >>>= 5;
        }
        return code.toString();
    }

    /** {@code sent} as a code is compared, or null if it is not 6 characters once white space at its ends is gone. */
    public static @Nullable String parse(@Nullable String sent) {
        if (sent == null) {
            return null;
        }
        String code = WhiteSpace.trim(sent);
        return code.length() == LENGTH ? upperCase(code) : null;
    }

    /** Upper case in ASCII alone: no other letter may become one of a code's, and none may become two. */
    private static String upperCase(String code) {
        StringBuilder upper = null; // pages send it as they got it
        for (int i = 0; i < code.length(); i++) {
            char letter = code.charAt(i);
            if (letter >= 'a' && letter <= 'z') {
                upper = upper == null ? new StringBuilder(code) : upper;
                upper.setCharAt(i, (char) (letter + 'A' - 'a'));
            }
        }
        return upper == null ? code : upper.toString();
    }
}
