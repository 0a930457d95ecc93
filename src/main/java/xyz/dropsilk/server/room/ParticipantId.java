package xyz.dropsilk.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * The two ids of a participant (rooms contract, 1): the secret, which its page acts with, and the public one, which others and logs see. The second
 * is a hash of the first, so that whoever has it has nothing, and it is the same in every answer and after a restart.
 */
final class ParticipantId {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Characters of both, of 32 kinds: 130 bits. */
    static final int LENGTH = 26;

    private static final int RADIX = 32;

    private ParticipantId() {}

    /** A new secret. */
    static String random() {
        byte[] random = new byte[LENGTH];
        RANDOM.nextBytes(random);
        return text(random);
    }

    /** The public id of whoever acts with {@code secret}. */
    static String publicOf(String secret) {
        try {
            return text(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Five bits of each of the first bytes. */
    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            text.append(Character.forDigit(bytes[i] & (RADIX - 1), RADIX));
        }
        return text.toString();
    }

    /** Whether the two are equal, in a time that does not tell where they differ. Every poll asks, so nothing is copied for it. */
    static boolean areEqual(String one, String other) {
        int difference = one.length() ^ other.length();
        for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
            difference |= one.charAt(i) ^ other.charAt(i);
        }
        return difference == 0;
    }
}
