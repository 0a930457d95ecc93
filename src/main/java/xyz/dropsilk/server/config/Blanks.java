package xyz.dropsilk.server.config;

/** White space of all kinds, and what is as invisible, which comes along with copied text. Stateless. */
final class Blanks {
    /** Any number of blanks, for a regular expression. */
    static final String ANY = "[\\s\\p{Z}\\p{Cc}\\p{Cf}]*";

    private Blanks() {}

    /** {@code text} without blanks at its ends. */
    static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (from < to && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Zero-width spaces and byte order marks, too. */
    private static boolean isBlank(char letter) {
        return Character.isWhitespace(letter)
                || Character.isSpaceChar(letter)
                || Character.isISOControl(letter)
                || Character.getType(letter) == Character.FORMAT;
    }
}
