package xyz.dropsilk.server.config;

import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xyz.dropsilk.server.address.IpAddress;

/**
 * An origin as a browser writes it in its {@code Origin} header: the host as the URL standard serialises it, no default port, no slash.
 * Stateless.
 */
final class BrowserOrigin {
    private static final String RIGHT = "should be an origin such as https://example.com, without path or wildcard";
    private static final String RIGHT_HOST =
            "should have a host name (in its xn-- form where it has other letters) and a port from 1 to "
                    + Values.MAX_PORT;
    private static final Pattern ORIGIN = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[!-~&&[^/?#@*\\\\]]+/?|file:///?");
    private static final Pattern WEB = Pattern.compile("(?<scheme>(?i:https?))://(?<authority>[^\\s/?#@*\\\\]+)/?");
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[(?<ipv6>[0-9A-Fa-f:.]+)]|(?<name>[^\\[\\]:]+))(?::(?<port>[0-9]{1,5}))?");

    /** Labels between dots, none of them empty. Underscores are none of a host's letters, but of Docker's names. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*\\.?");

    private static final int MAX_NAME_CHARS = 254;

    /** The end of a name that every browser takes for an IPv4 address, if need be in octal, hexadecimal or of fewer parts. */
    private static final Pattern NUMBER_AT_END = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");

    private static final Pattern ASCII_LABELS = Pattern.compile("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?");

    /** Four letters that browsers keep, and the JDK's older rules (IDNA 2003) turn into others. */
    private static final Pattern KEPT_BY_BROWSERS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private BrowserOrigin() {}

    /**
     * What a browser sends for {@code text}.
     *
     * @throws IllegalArgumentException if that is nothing
     */
    static String of(String text) {
        Matcher web = WEB.matcher(text);
        if (web.matches()) {
            return web(web.group("scheme").toLowerCase(Locale.ROOT), web.group("authority"));
        }
        if (text.toLowerCase(Locale.ROOT).startsWith("http")
                || !ORIGIN.matcher(text).matches()) {
            throw new IllegalArgumentException(RIGHT);
        }
        if (text.toLowerCase(Locale.ROOT).matches("wss?://.*")) {
            throw new IllegalArgumentException(
                    "should be the page's origin, which begins with https:// or http://, not the server's address");
        }
        return text.endsWith("://") ? text : text.replaceFirst("/$", "");
    }

    private static String web(String scheme, String authority) {
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            throw new IllegalArgumentException(RIGHT_HOST);
        }
        String host = parts.group("ipv6") != null ? ipv6(parts.group("ipv6")) : name(parts.group("name"));
        int ofScheme = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        int port = parts.group("port") == null ? ofScheme : Integer.parseInt(parts.group("port"));
        if (port < 1 || port > Values.MAX_PORT) {
            throw new IllegalArgumentException(RIGHT_HOST);
        }
        return scheme + "://" + host + (port == ofScheme ? "" : ":" + port);
    }

    private static String name(String text) {
        String name = ascii(text);
        if (name.length() > MAX_NAME_CHARS || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(RIGHT_HOST);
        }
        if (NUMBER_AT_END.matcher(name).matches() && IpAddress.literal(name) == null) {
            throw new IllegalArgumentException(
                    "should have an IPv4 address as browsers write it: four decimal numbers, such as 127.0.0.1");
        }
        return name;
    }

    private static String ascii(String name) {
        if (KEPT_BY_BROWSERS.matcher(name).find()) {
            throw new IllegalArgumentException(RIGHT_HOST);
        }
        if (ASCII_LABELS.matcher(name).matches()) {
            return name.toLowerCase(Locale.ROOT); // most are, and the tables for the others are large
        }
        try {
            return IDN.toASCII(name).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
            throw new IllegalArgumentException(RIGHT_HOST, wrong);
        }
    }

    /** Browsers write IPv4-mapped addresses in hexadecimal. */
    private static String ipv6(String text) {
        InetAddress address = text.indexOf(':') < 0 ? null : IpAddress.literal(text);
        if (address == null) {
            throw new IllegalArgumentException(RIGHT_HOST);
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address
                ? "[::ffff:%x:%x]".formatted(pair(bytes[0], bytes[1]), pair(bytes[2], bytes[3]))
                : "[" + IpAddress.text(address) + "]";
    }

    private static int pair(byte high, byte low) {
        return (high & 0xFF) << 8 | (low & 0xFF);
    }
}
