package xyz.dropsilk.server.event;

/**
 * How much of an event is written.
 *
 * @param units UTF-16 units of a text
 * @param items of a list, members of an object
 * @param depth of objects and lists within each other, of which those that are deeper are written empty
 */
record Size(int units, int items, int depth) {
    /** More than a line can hold. */
    static final Size WHOLE = new Size(LineBuffer.MAX_BYTES, LineBuffer.MAX_BYTES, 32);

    /** One after the other until the line is short enough. The last one is for any event: 16 pairs of 40 units, of 6 bytes at most. */
    static final Size[] FALLING = {
        WHOLE, new Size(2_000, 60, 8), new Size(600, 20, 6), new Size(200, 8, 4), new Size(40, 16, 1)
    };

    /** Whether nothing is left out. */
    boolean isWhole() {
        return units == WHOLE.units;
    }

    int items(int atDepth) {
        return atDepth < depth ? items : 0;
    }
}
