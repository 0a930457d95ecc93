package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Secret;

/**
 * Where the database is and how to log in, taken apart from {@code postgresql://USER:PASSWORD@HOST:PORT/DB?options}, libpq's form. A
 * value that shows no secret as a string.
 *
 * @param hosts where to connect, in the order to try; at least one
 * @param database the database's name
 * @param user whom to log in as, or null for the driver's default
 * @param password the password, or null if none is needed
 * @param properties the driver's properties by its own names, {@code sslmode} among them always
 */
public record DatabaseUrl(
        List<Host> hosts,
        String database,
        @Nullable String user,
        @Nullable Secret password,
        Map<String, String> properties) {
    /** How a user or password with characters that an address gives a meaning to is written (RFC 3986, 2.1). */
    static final String ESCAPES =
            "special characters of user and password percent-encoded: / is %2F, ? %3F, # %23, @ %40, : %3A, % %25";

    private static final int DEFAULT_PORT = 5432;
    private static final String FORM = "should be postgresql://USER:PASSWORD@HOST:PORT/DB, " + ESCAPES;
    private static final Pattern URL = Pattern.compile(
            "(?s)postgres(?:ql)?://(?:(?<credentials>[^/?]*)@)?(?<hosts>[^/?@]+)(?:/(?<database>[^?]*))?(?:\\?(?<query>.*))?");
    /** What stands behind the hosts only where they are none, but the rest of a password after its slash or question mark. */
    private static final Pattern TORN = Pattern.compile("[#@]");

    private static final Pattern HOST = Pattern.compile(Blanks.ANY + "(?:\\[(?<ipv6>[^]]+)]|(?<name>[A-Za-z0-9._-]+))"
            + Blanks.ANY + "(?::" + Blanks.ANY + "(?<port>[0-9]{0,5})" + Blanks.ANY + ")?");
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})|%00");

    /**
     * One server of the database.
     *
     * @param name its name or address, IPv6 without brackets
     * @param port its TCP port
     */
    public record Host(String name, int port) {
        /** As it stands in a URL: {@code name:port}, IPv6 in brackets. */
        @Override
        public String toString() {
            return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
        }
    }

    /**
     * Reads {@code url}. Blanks round a part do not count: they come along with what is pasted.
     *
     * @param defaultSslMode for a URL that names no {@code sslmode}
     * @param doubts hears of what is hardly meant so, such as an option that is not known, in words that show no secret
     * @throws IllegalArgumentException if it is wrong; the message repeats nothing of it
     */
    static DatabaseUrl parse(String url, String defaultSslMode, Consumer<String> doubts) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        String query = orEmpty(parts.group("query"));
        if (TORN.matcher(orEmpty(parts.group("database")) + query).find()) {
            throw new IllegalArgumentException(
                    "has a # or @ after its first / or ?, as where a password has one of these: it should have "
                            + ESCAPES);
        }
        String credentials = orEmpty(parts.group("credentials"));
        int colon = credentials.indexOf(':');
        String user = part("user", colon < 0 ? credentials : credentials.substring(0, colon));
        String password = colon < 0 ? "" : part("password", credentials.substring(colon + 1));
        if (colon >= 0 && password.isEmpty()) {
            doubts.accept("has an empty password");
        }
        String database = part("database", orEmpty(parts.group("database")));
        if (database.isEmpty() && user.isEmpty()) {
            throw new IllegalArgumentException("should name a database");
        }
        return new DatabaseUrl(
                Arrays.stream(orEmpty(parts.group("hosts")).split(",", -1))
                        .map(DatabaseUrl::host)
                        .toList(),
                database.isEmpty() ? user : database, // libpq's default
                user.isEmpty() ? null : user,
                password.isEmpty() ? null : new Secret(password),
                DatabaseOptions.properties(
                        query,
                        defaultSslMode,
                        name -> doubts.accept(
                                "has the option " + name + ", which this server does not know: it is left out")));
    }

    private static Host host(String text) {
        Matcher parts = HOST.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        String ipv6 = parts.group("ipv6");
        if (ipv6 != null && (ipv6.indexOf(':') < 0 || IpAddress.literal(ipv6) == null)) {
            throw new IllegalArgumentException("should have an IPv6 address, and nothing else, in brackets");
        }
        String port = orEmpty(parts.group("port"));
        int number = port.isEmpty() ? DEFAULT_PORT : Integer.parseInt(port);
        if (number < 1 || number > Values.MAX_PORT) {
            throw new IllegalArgumentException("should have a port from 1 to " + Values.MAX_PORT);
        }
        return new Host(ipv6 != null ? ipv6 : orEmpty(parts.group("name")), number);
    }

    /** One part, without its percent-encoding and blanks; encoded ones may be meant, but hardly ever are. */
    static String part(String name, String text) {
        String decoded = decoded(Blanks.trimmed(text));
        if (!Blanks.trimmed(decoded).equals(decoded) || decoded.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("should have no blank round its " + name
                    + " and no line end in it, not even percent-encoded (%20, %0A)");
        }
        return decoded;
    }

    /** Without its percent-encoding (RFC 3986, 2.1). A plus is a plus, as libpq has it. */
    private static String decoded(String text) {
        if (BAD_ESCAPE.matcher(text).find()) {
            throw new IllegalArgumentException(
                    "should have two hexadecimal digits after each %, %25 for the sign itself");
        }
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** For log lines: neither who logs in, nor how. */
    @Override
    public String toString() {
        return hosts.stream().map(Host::toString).collect(Collectors.joining(",", "postgresql://", "/")) + database;
    }
}
