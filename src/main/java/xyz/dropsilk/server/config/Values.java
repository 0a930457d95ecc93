package xyz.dropsilk.server.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Cut;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.Level;

/**
 * Reads single values as text. Each method throws {@link IllegalArgumentException} with what would be right, in words that follow
 * the value and do not repeat it. Nothing is corrected. Stateless.
 */
final class Values {
    static final int MAX_PORT = 0xFFFF;

    /** Enough to recognise a value by. */
    private static final int MAX_SHOWN_CHARS = 200;

    private static final Pattern USER_INFO =
            Pattern.compile("(?s)\\A(?<scheme>(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:stun|turn)s?:)?).*@");
    private static final Pattern HOST_NAME = Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9._-]{1,253}");
    private static final Pattern WEB_HOST =
            Pattern.compile("(?<name>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110, 5.6.2
    private static final Pattern WORD = Pattern.compile("[!-~]+");
    private static final Pattern PATH_WORD = Pattern.compile("[A-Za-z0-9._~-]+"); // RFC 3986, 2.3

    private Values() {}

    /** {@code value} in quotes and on one line, for an operator's eyes: without what stands before an @, which may be a password. */
    static String shown(String value) {
        String line = USER_INFO.matcher(value.replaceAll("\\p{Cntrl}", "?")).replaceFirst("${scheme}***@");
        return '"' + (line.length() <= MAX_SHOWN_CHARS ? line : Cut.toUnits(line, MAX_SHOWN_CHARS) + "...") + '"';
    }

    static int whole(String text, int least, int most) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw new IllegalArgumentException("should be a whole number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }

    static boolean yesOrNo(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> throw new IllegalArgumentException("should be true or false");
        };
    }

    static boolean isProduction(String text) {
        return switch (text) {
            case "production" -> true;
            case "development", "test" -> false;
            default -> throw new IllegalArgumentException("should be development, test or production");
        };
    }

    static Level level(String text) {
        return Arrays.stream(Level.values())
                .filter(level -> level.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("should be debug, info, warn or error"));
    }

    /** The one of {@code known}, two at least, whose name {@code text} is, in any case. */
    static <E extends Enum<E>> E word(String text, E[] known) {
        return Arrays.stream(known)
                .filter(one -> one.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("should be "
                        + Arrays.stream(known)
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or "))));
    }

    static String host(String text) {
        String withoutZone = text.replaceFirst("%.*", "");
        if (!HOST_NAME.matcher(text).matches() && IpAddress.literal(withoutZone) == null) {
            throw new IllegalArgumentException("should be an address or a host name, without a port");
        }
        return text;
    }

    /** An absolute address on the web. One with an @ anywhere is none: what stands before it may be a password. */
    static URI webUrl(String text) {
        try {
            URI url = new URI(text);
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (web && text.indexOf('@') < 0 && url.getRawAuthority() != null && isWebHost(url.getRawAuthority())) {
                return url;
            }
        } catch (URISyntaxException wrong) {
            // told below
        }
        throw new IllegalArgumentException("should be an absolute http or https URL");
    }

    /** An address on the web to which paths are appended, so the slash at its end goes. */
    static URI baseUrl(String text) {
        URI url = webUrl(text);
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("should be a URL without a query");
        }
        return URI.create(text.replaceFirst("/+$", ""));
    }

    /** Whether {@code authority} is a host, with a port or without one. Underscores are none of a host's letters, but of Docker's names. */
    private static boolean isWebHost(String authority) {
        Matcher host = WEB_HOST.matcher(authority);
        if (!host.matches()) {
            return false;
        }
        String name = host.group("name");
        String port = host.group("port");
        boolean isAddress = !name.startsWith("[") || IpAddress.literal(name.substring(1, name.length() - 1)) != null;
        return isAddress && (port == null || (Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= MAX_PORT));
    }

    /** A pattern of origins; disregards case, since scheme and host do. {@code none} is one that matches nothing. */
    static Pattern originPattern(String text) {
        if (text.equalsIgnoreCase("none")) {
            return Config.Origins.NO_PREVIEWS;
        }
        try {
            return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException("should be a regular expression: " + wrong.getDescription(), wrong);
        }
    }

    static String headerName(String text) {
        return matching(HEADER_NAME, text, "should be the name of a header");
    }

    /** A secret for a header or a form. */
    static Secret secretWord(String text) {
        return new Secret(matching(WORD, text, "should be printable ASCII without blanks"));
    }

    static String pathWord(String text) {
        return matching(PATH_WORD, text, "should be letters, digits and - . _ ~");
    }

    static String line(String text) {
        if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("should be one line of text");
        }
        return text;
    }

    /** A number of minutes, with a fraction if need be, up to {@code most}. */
    static Duration minutes(String text, Duration most) {
        String right = "should be a number of minutes from 0 to " + most.toMinutes() + ", like 30 or 0.5";
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(right);
        }
        Duration minutes = Duration.ofMillis(new BigDecimal(text)
                .multiply(MILLIS_PER_MINUTE)
                .setScale(0, RoundingMode.CEILING)
                .longValueExact());
        if (minutes.compareTo(most) > 0) {
            throw new IllegalArgumentException(right);
        }
        return minutes;
    }

    /** At most nine digits before the point: what is longer is no number of minutes that anybody means. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    /** Of the wrong entries of a list. */
    private static final int MAX_TOLD = 5;

    private static final BigDecimal MILLIS_PER_MINUTE = BigDecimal.valueOf(60_000);

    /** Entries between commas; blanks round them do not count, nor do empty ones, but there must be an entry. All that are wrong are told at once. */
    static <T> List<T> list(String text, Function<String, T> entry) {
        boolean hidesSome = USER_INFO.matcher(text).find(); // a password may have a comma, too
        List<String> wrong = new ArrayList<>();
        List<T> entries = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String trimmed = Blanks.trimmed(part);
            if (trimmed.isEmpty()) {
                continue;
            }
            try {
                entries.add(entry.apply(trimmed));
            } catch (IllegalArgumentException e) {
                wrong.add((hidesSome ? "an entry" : shown(trimmed)) + ", which " + e.getMessage());
            }
        }
        if (!wrong.isEmpty()) {
            String told = String.join("; and ", wrong.subList(0, Math.min(wrong.size(), MAX_TOLD)));
            throw new IllegalArgumentException("has " + told);
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("should have an entry");
        }
        return List.copyOf(entries);
    }

    private static String matching(Pattern pattern, String text, String otherwise) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(otherwise);
        }
        return text;
    }

    /** What names of keys begin with. */
    static String keyPrefix(String text) {
        if (!text.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("should be 1 to 64 letters, digits, dots, dashes and underscores");
        }
        return text;
    }
}
