package xyz.dropsilk.server.protocol;

/** Signals as browsers send them. */
public final class Signals {
    private static final String PREFIX = "{\"type\":\"signal\",\"data\":{\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0";
    private static final String LINE = "\\r\\na=candidate:842163049 1 udp 16777";
    private static final String SUFFIX = "\"}}}";

    private Signals() {}

    /** A session description of {@code bytes} bytes. */
    public static String ofLength(int bytes) {
        StringBuilder text = new StringBuilder(PREFIX);
        while (text.length() + LINE.length() + SUFFIX.length() <= bytes) {
            text.append(LINE);
        }
        while (text.length() + SUFFIX.length() < bytes) {
            text.append('5');
        }
        return text.append(SUFFIX).toString();
    }
}
