package xyz.dropsilk.server.uploadthing;

import java.security.SecureRandom;
import java.util.function.Supplier;

/**
 * Makes the keys of uploaded files: twelve characters that tell the app, which the cloud checks, then 36 of our own. The SDK makes those
 * from a hash with 2^30 values; here they are random, so that two files never meet and nobody guesses one. Safe on any thread.
 */
public final class FileKeys {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final int APP_PART_CHARS = 12;
    static final int FILE_PART_CHARS = 36;

    private final Supplier<String> fileParts;

    private static final int HASH_START = 5381;
    private static final int HASH_FACTOR = 33;
    private static final int BIT_30 = 0x4000_0000;

    FileKeys(Supplier<String> fileParts) {
        this.fileParts = fileParts;
    }

    /** Keys whose second part is random. */
    public static FileKeys random() {
        SecureRandom random = new SecureRandom();
        return new FileKeys(() -> {
            StringBuilder part = new StringBuilder(FILE_PART_CHARS);
            for (int i = 0; i < FILE_PART_CHARS; i++) {
                part.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            return part.toString();
        });
    }

    /** A new key for a file of {@code appId}. */
    String next(String appId) {
        return appPart(appId) + fileParts.get();
    }

    /** The part of a key that all files of {@code appId} share. */
    static String appPart(String appId) {
        return Sqids.encode(alphabet(appId), Math.abs(hash(appId)), APP_PART_CHARS);
    }

    /** The alphabet in which keys of {@code appId} are written. */
    static String alphabet(String appId) {
        int hash = hash(appId);
        char[] chars = ALPHABET.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            int other = (hash % (i + 1) + i) % chars.length;
            char swapped = chars[i];
            chars[i] = chars[other];
            chars[other] = swapped;
        }
        return new String(chars);
    }

    /** UploadThing's hash of a text: 31 significant bits, signed. */
    static int hash(String text) {
        int hash = HASH_START;
        for (int i = text.length() - 1; i >= 0; i--) {
            hash = (hash * HASH_FACTOR) ^ text.charAt(i);
        }
        // The sign bit is copied into bit 30, so that an absolute value never exceeds 2^30.
        return (hash & ~BIT_30) | ((hash >>> 1) & BIT_30);
    }
}
