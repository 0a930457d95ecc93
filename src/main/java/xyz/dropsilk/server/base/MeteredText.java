package xyz.dropsilk.server.base;

import java.util.regex.Pattern;

/**
 * Text of which a match can read only so much: an operator's pattern with nested quantifiers would otherwise let a caller keep an event loop busy for
 * years. For one match.
 */
public final class MeteredText implements CharSequence {
    /** Characters that one match may read: a hundred times what a sane pattern needs, some half a millisecond. */
    private static final int MAX_READS = 50_000;

    private final String text;
    private int reads;

    private MeteredText(String text) {
        this.text = text;
    }

    /** Whether {@code pattern} is found to match the whole of {@code text}. */
    public static boolean matches(Pattern pattern, String text) {
        try {
            return pattern.matcher(new MeteredText(text)).matches();
        } catch (Exhausted hostile) {
            return false;
        }
    }

    /** No stack trace: a caller can cause it at will. */
    private static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super(null, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        }
    }

    @Override
    public char charAt(int index) {
        if (++reads > MAX_READS) {
            throw new Exhausted();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
