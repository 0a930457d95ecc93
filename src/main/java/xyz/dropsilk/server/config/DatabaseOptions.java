package xyz.dropsilk.server.config;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The options behind the question mark of a database's URL, by libpq's names or the driver's, as properties of the driver. An option
 * that is not known is left out, as Node's drivers do, and told, unless that could weaken the connection or send it elsewhere. Stateless.
 */
final class DatabaseOptions {
    private static final String SSL_MODE = "sslmode";
    private static final String STRICTEST = "verify-full";

    /** What is none may be the rest of a password. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,39}");

    /** These would change what stands before the question mark. */
    private static final Set<String> MISPLACED = Set.of("host", "hostaddr", "port", "user", "password", "dbname");

    private static final Map<String, Option> OPTIONS = Map.ofEntries(
            entry("application_name", text("ApplicationName")),
            entry("ApplicationName", text("ApplicationName")),
            entry("channel_binding", choice("channelBinding", "disable", "prefer", "require")),
            entry("channelBinding", choice("channelBinding", "disable", "prefer", "require")),
            entry("connect_timeout", number("connectTimeout")),
            entry("connectTimeout", number("connectTimeout")),
            entry("currentSchema", text("currentSchema")),
            entry("gssencmode", choice("gssEncMode", "disable", "prefer", "require")),
            entry("loginTimeout", number("loginTimeout")),
            entry("options", text("options")),
            entry("prepareThreshold", number("prepareThreshold")),
            entry("require_auth", text("requireAuth")),
            entry("socketTimeout", number("socketTimeout")),
            entry("ssl", new Option(SSL_MODE, "true or false", DatabaseOptions::sslMode)),
            entry("sslcert", text("sslcert")),
            entry("sslkey", text("sslkey")),
            entry(SSL_MODE, choice(SSL_MODE, "disable", "allow", "prefer", "require", "verify-ca", STRICTEST)),
            entry("sslnegotiation", choice("sslNegotiation", "postgres", "direct")),
            entry("sslpassword", text("sslpassword")),
            entry("sslrootcert", text("sslrootcert")),
            entry(
                    "target_session_attrs",
                    new Option("targetServerType", "a word of libpq's", DatabaseOptions::serverType)),
            entry("tcpKeepAlive", choice("tcpKeepAlive", "true", "false")));

    private DatabaseOptions() {}

    /**
     * One option.
     *
     * @param property the driver's name for it
     * @param right what its value should be
     * @param value the driver's value for a value, or null for a wrong one
     */
    private record Option(String property, String right, Function<String, @Nullable String> value) {}

    private static Option text(String property) {
        return new Option(property, "text", value -> value);
    }

    private static Option number(String property) {
        return new Option(property, "a whole number", value -> value.matches("[0-9]{1,9}") ? value : null);
    }

    private static Option choice(String property, String... values) {
        return new Option(
                property,
                "one of " + String.join(", ", values),
                value -> List.of(values).contains(value) ? value : null);
    }

    /** libpq's reading of the option that JDBC's URLs have. */
    private static @Nullable String sslMode(String ssl) {
        return switch (ssl) {
            case "true" -> "require";
            case "false" -> "disable";
            default -> null;
        };
    }

    private static @Nullable String serverType(String sessionAttributes) {
        return switch (sessionAttributes) {
            case "any" -> "any";
            case "read-write", "primary" -> "primary";
            case "read-only", "standby" -> "secondary";
            case "prefer-standby" -> "preferSecondary";
            default -> null;
        };
    }

    /**
     * The driver's properties for {@code query}, {@code sslmode} among them.
     *
     * @param leftOut hears the name of each option that is not known, as it may be shown
     * @throws IllegalArgumentException if an option is wrong; the message repeats no value
     */
    static Map<String, String> properties(String query, String defaultSslMode, Consumer<String> leftOut) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                String name = DatabaseUrl.part("options", pair.substring(0, equals));
                String value = DatabaseUrl.part("options", pair.substring(equals + 1));
                if (!add(properties, name, value)) {
                    leftOut.accept(NAME.matcher(name).matches() ? name : "(not shown)");
                }
            } else if (!Blanks.trimmed(pair).isEmpty()) {
                throw new IllegalArgumentException("should have NAME=VALUE after the question mark");
            }
        }
        if ("system".equals(properties.get("sslrootcert"))) {
            trustTheSystem(properties);
        }
        properties.putIfAbsent(SSL_MODE, defaultSslMode);
        return Collections.unmodifiableMap(properties);
    }

    /** Whether the option is known. */
    private static boolean add(Map<String, String> properties, String name, String value) {
        if (MISPLACED.contains(name)) {
            throw new IllegalArgumentException("should name host, port, user and database before the question mark");
        }
        Option option = OPTIONS.get(name);
        if (option != null) {
            String property = option.value().apply(value);
            if (property == null) {
                throw new IllegalArgumentException("has the option " + name + ", which should be " + option.right());
            }
            properties.put(option.property(), property);
        } else {
            String meant = Similar.slipOf(name, OPTIONS.keySet()).orElse("");
            if (name.toLowerCase(Locale.ROOT).startsWith("ssl") || meant.startsWith("ssl")) {
                throw new IllegalArgumentException("has an option for TLS that is not known"
                        + (meant.isEmpty() ? "" : " (" + meant + " is probably meant)")
                        + ", so leaving it out may be unsafe");
            }
        }
        return option != null;
    }

    /** libpq's meaning: the certificates that the platform trusts, and then nothing but the strictest mode makes sense. */
    private static void trustTheSystem(Map<String, String> properties) {
        properties.remove("sslrootcert");
        properties.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        if (!STRICTEST.equals(properties.getOrDefault(SSL_MODE, STRICTEST))) {
            throw new IllegalArgumentException("has sslrootcert=system, which needs sslmode=" + STRICTEST);
        }
        properties.put(SSL_MODE, STRICTEST);
    }
}
