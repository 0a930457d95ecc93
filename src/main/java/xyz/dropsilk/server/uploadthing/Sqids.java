package xyz.dropsilk.server.uploadthing;

import java.util.List;
import java.util.Locale;

/**
 * Sqids for one number: short texts that look random and hold no listed word. Written here because the published Java library
 * differs from the JavaScript one in rare cases, and every character counts.
 */
final class Sqids {
    private Sqids() {}

    /** The id of {@code number} in the characters of {@code alphabet}, at least {@code minLength} long. */
    static String encode(String alphabet, long number, int minLength) {
        char[] shuffled = alphabet.toCharArray();
        shuffle(shuffled);
        for (int attempt = 0; attempt <= shuffled.length; attempt++) {
            String id = encode(shuffled, number, minLength, attempt);
            if (!isBlocked(id)) {
                return id;
            }
        }
        throw new IllegalArgumentException("every id of this number is blocked");
    }

    private static String encode(char[] shuffled, long number, int minLength, int attempt) {
        int length = shuffled.length;
        int offset = (shuffled[(int) (number % length)] + 1 + attempt) % length;
        char first = shuffled[offset];
        char[] digits = new char[length];
        for (int i = 0; i < length; i++) {
            digits[length - 1 - i] = shuffled[(i + offset) % length];
        }
        StringBuilder id = new StringBuilder().append(first).append(inDigits(number, digits));
        if (id.length() < minLength) {
            id.append(digits[0]);
        }
        while (id.length() < minLength) {
            shuffle(digits);
            id.append(digits, 0, Math.min(minLength - id.length(), length));
        }
        return id.toString();
    }

    /** {@code number} written with {@code digits[1]} as zero; the first of them separates numbers and is none itself. */
    private static String inDigits(long number, char[] digits) {
        int base = digits.length - 1;
        StringBuilder reversed = new StringBuilder();
        long rest = number;
        do {
            reversed.append(digits[1 + (int) (rest % base)]);
            rest /= base;
        } while (rest > 0);
        return reversed.reverse().toString();
    }

    private static void shuffle(char[] chars) {
        for (int i = 0, j = chars.length - 1; j > 0; i++, j--) {
            int other = (i * j + chars[i] + chars[j]) % chars.length;
            char swapped = chars[i];
            chars[i] = chars[other];
            chars[other] = swapped;
        }
    }

    private static boolean isBlocked(String id) {
        String lower = id.toLowerCase(Locale.ROOT);
        return BlockList.WORDS.stream().anyMatch(word -> blocks(word, lower));
    }

    private static boolean blocks(String word, String id) {
        if (word.length() > id.length()) {
            return false;
        }
        if (word.length() <= 3 || id.length() <= 3) {
            return id.equals(word);
        }
        return word.chars().anyMatch(Character::isDigit) ? id.startsWith(word) || id.endsWith(word) : id.contains(word);
    }

    /** Read on first use. */
    private static final class BlockList {
        static final List<String> WORDS = FileTypes.lines("sqids-blocklist.txt");
    }
}
