package xyz.dropsilk.server.base;

/** Words of strangers, fit for an operator's log and terminal. */
public final class Cleaned {
    private Cleaned() {}

    /** {@code text} without control and format characters (categories Cc and Cf), of at most {@code units} UTF-16 units. */
    public static String of(String text, int units) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), units));
        text.codePoints()
                .filter(point ->
                        Character.getType(point) != Character.CONTROL && Character.getType(point) != Character.FORMAT)
                .limit(units)
                .forEach(clean::appendCodePoint);
        return Cut.toUnits(clean.toString(), units);
    }
}
