package xyz.dropsilk.server.base;

/** Texts made shorter without leaving half of a surrogate pair, which no encoding can write. */
public final class Cut {
    private Cut() {}

    /** The first {@code units} UTF-16 units of {@code text}, or one less where a pair stands across the end. */
    public static String toUnits(String text, int units) {
        if (text.length() <= units) {
            return text;
        }
        boolean splits = units > 0
                && Character.isHighSurrogate(text.charAt(units - 1))
                && Character.isLowSurrogate(text.charAt(units));
        return text.substring(0, splits ? units - 1 : units);
    }
}
