package xyz.dropsilk.server.protocol;

/** Checks UTF-8 (RFC 3629): what RFC 6455, 5.6 demands of a text message. Stateless. */
public final class Utf8 {
    private Utf8() {}

    /** Whether {@code bytes} from {@code from} to {@code to} (exclusive) are well-formed: no overlong form, no surrogate, nothing cut off. */
    public static boolean isValid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int lead = bytes[i++];
            if (lead >= 0) {
                continue;
            }
            int continuations;
            int second = i < to ? bytes[i] & 0xFF : 0;
            switch ((lead >> 4) & 0xF) {
                case 0xC, 0xD -> {
                    if ((lead & 0xFF) < 0xC2) {
                        return false; // overlong
                    }
                    continuations = 1;
                }
                case 0xE -> {
                    if ((lead == (byte) 0xE0 && second < 0xA0) || (lead == (byte) 0xED && second > 0x9F)) {
                        return false; // overlong, or a surrogate
                    }
                    continuations = 2;
                }
                case 0xF -> {
                    if ((lead & 0xFF) > 0xF4
                            || (lead == (byte) 0xF0 && second < 0x90)
                            || (lead == (byte) 0xF4 && second > 0x8F)) {
                        return false; // overlong, or past U+10FFFF
                    }
                    continuations = 3;
                }
                default -> {
                    return false; // a continuation byte without its lead
                }
            }
            for (int end = i + continuations; i < end; i++) {
                if (i >= to || (bytes[i] & 0xC0) != 0x80) {
                    return false;
                }
            }
        }
        return true;
    }
}
