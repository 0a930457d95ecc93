package xyz.dropsilk.server.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xyz.dropsilk.server.address.IpAddress;

/**
 * Addresses of STUN and TURN servers as browsers take them (RFC 7064, 3.1; RFC 7065, 3.1). One that a browser does not take makes it refuse all of
 * them, so they are looked at closely. Stateless.
 */
final class TurnUrl {
    /** Browsers refuse more, and each costs every connection time. */
    private static final int MOST = 32;

    private static final Pattern FORM = Pattern.compile(
            "(?<scheme>(?i:stuns?|turns?)):(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{1,5}))?"
                    + "(?<transport>\\?transport=(?:udp|tcp))?");
    private static final String RIGHT =
            "should be stun:HOST, turn:HOST or turns:HOST with a port if need be, such as turn:turn.example.com:3478?transport=udp";

    private TurnUrl() {}

    /** The entries of {@code text}, as they are given. */
    static List<String> list(String text) {
        List<String> urls = Values.list(text, TurnUrl::one);
        if (urls.size() > MOST) {
            throw new IllegalArgumentException("should have at most " + MOST + " entries");
        }
        if (urls.stream().allMatch(url -> url.toLowerCase(Locale.ROOT).startsWith("stun"))) {
            throw new IllegalArgumentException("should have an entry that begins with turn: or turns:");
        }
        return urls;
    }

    private static String one(String text) {
        Matcher url = FORM.matcher(text);
        if (!url.matches()) {
            throw new IllegalArgumentException(RIGHT);
        }
        String host = url.group("host");
        if (host.startsWith("[") && IpAddress.literal(host.substring(1, host.length() - 1)) == null) {
            throw new IllegalArgumentException(RIGHT);
        }
        String port = url.group("port");
        if (port != null && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > Values.MAX_PORT)) {
            throw new IllegalArgumentException("should have a port from 1 to " + Values.MAX_PORT);
        }
        if (url.group("transport") != null
                && url.group("scheme").toLowerCase(Locale.ROOT).startsWith("stun")) {
            throw new IllegalArgumentException("should have no ?transport=, which is for turn: and turns:");
        }
        return text;
    }
}
