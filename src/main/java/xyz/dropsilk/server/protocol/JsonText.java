package xyz.dropsilk.server.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Pieces of JSON. */
public final class JsonText {
    private JsonText() {}

    /** {@code text} as a JSON string, quotes included. */
    public static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2);
        appendQuoted(json, text);
        return json.toString();
    }

    /** Appends {@code text} to {@code json} as a JSON string, quotes included. */
    public static void appendQuoted(StringBuilder json, String text) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }
}
