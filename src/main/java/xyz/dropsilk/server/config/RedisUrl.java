package xyz.dropsilk.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Secret;

/**
 * Where the engine is that instances share, and how to log in, taken apart from {@code redis://USER:PASSWORD@HOST:PORT/DB} and its kin. A value that
 * shows no secret as a string.
 *
 * @param host its name or address, IPv6 without brackets
 * @param port its TCP port
 * @param tls whether the connection is to be encrypted
 * @param user whom to log in as, or null for the default user
 * @param password the password, or null if none is needed
 * @param database the number of the database
 */
public record RedisUrl(
        String host,
        int port,
        boolean tls,
        @Nullable String user,
        @Nullable Secret password,
        int database) {
    private static final int DEFAULT_PORT = 6379;
    private static final int MOST_DATABASES = 16_384;
    private static final String FORM =
            "should be redis://USER:PASSWORD@HOST:PORT/DB (or rediss://, valkey://, valkeys://), "
                    + DatabaseUrl.ESCAPES;
    private static final Pattern URL = Pattern.compile("(?i:(?:redis|valkey)(?<tls>s)?)://(?:(?<credentials>[^/?@]*)@)?"
            + "(?:\\[(?<ipv6>[^]]+)]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>[0-9]{0,5}))?(?:/(?<database>[0-9]{0,5}))?");

    /**
     * Reads {@code url}.
     *
     * @throws IllegalArgumentException if it is wrong; the message repeats nothing of it
     */
    static RedisUrl parse(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        String ipv6 = parts.group("ipv6");
        if (ipv6 != null && (ipv6.indexOf(':') < 0 || IpAddress.literal(ipv6) == null)) {
            throw new IllegalArgumentException("should have an IPv6 address, and nothing else, in brackets");
        }
        String credentials = orEmpty(parts.group("credentials"));
        int colon = credentials.indexOf(':');
        if (colon < 0 && !credentials.isEmpty()) {
            throw new IllegalArgumentException("should have a colon before the password, also where no user is named");
        }
        String user = colon < 0 ? "" : DatabaseUrl.part("user", credentials.substring(0, colon));
        String password = colon < 0 ? "" : DatabaseUrl.part("password", credentials.substring(colon + 1));
        if (password.isEmpty() && !user.isEmpty()) {
            throw new IllegalArgumentException("should have a password for the user that it names");
        }
        return new RedisUrl(
                ipv6 != null ? ipv6 : orEmpty(parts.group("name")),
                number(parts.group("port"), DEFAULT_PORT, 1, Values.MAX_PORT, "a port from 1 to " + Values.MAX_PORT),
                parts.group("tls") != null,
                user.isEmpty() ? null : user,
                password.isEmpty() ? null : new Secret(password),
                number(parts.group("database"), 0, 0, MOST_DATABASES - 1, "the number of a database"));
    }

    private static int number(@Nullable String text, int otherwise, int least, int most, String what) {
        int number = orEmpty(text).isEmpty() ? otherwise : Integer.parseInt(orEmpty(text));
        if (number < least || number > most) {
            throw new IllegalArgumentException("should have " + what);
        }
        return number;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** For log lines: neither who logs in, nor how. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/"
                + database;
    }
}
