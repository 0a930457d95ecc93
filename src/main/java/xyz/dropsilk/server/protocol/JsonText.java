package xyz.dropsilk.server.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Pieces of JSON. */
public final class JsonText {
    private JsonText() {}

    /** {@code text} as a JSON string, quotes included. */
    public static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
