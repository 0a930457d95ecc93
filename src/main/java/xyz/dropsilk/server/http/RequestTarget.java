package xyz.dropsilk.server.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;

/**
 * What a request is for (RFC 9112, 3.2; RFC 3986): every part of the target, and of {@code Host}, is checked, since whatever stands before this
 * server decides by its own reading of them.
 *
 * @param path the path as sent
 * @param rawQuery the query as sent, without the question mark; empty if there is none
 */
record RequestTarget(String path, String rawQuery) {
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final String SUB_DELIMITERS = "!$&'()*+,;=";

    // Sets of ASCII characters by their codes, since this is read for every request.
    private static final boolean[] REG_NAME = set(UNRESERVED + SUB_DELIMITERS);
    private static final boolean[] PATH = set(UNRESERVED + SUB_DELIMITERS + ":@/");

    /** Browsers send some characters in queries that RFC 3986 does not know, and a percent sign that is none of an escape. */
    private static final boolean[] QUERY = set(UNRESERVED + SUB_DELIMITERS + ":@/?[]{}|\\^`\"<>%");

    private static final int MAX_PORT = 65_535;
    private static final int MAX_PORT_DIGITS = 5;

    /** What RFC 3986, 3.2.2, leaves room for behind IPv6. */
    private static final Pattern FUTURE_ADDRESS = Pattern.compile("v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+");

    private static final String[] SCHEMES = {"http://", "https://"};

    /** Reads {@code target}; null if it is none that an origin server is asked for. */
    static @Nullable RequestTarget parse(String target) {
        if (target.startsWith("/")) {
            return ofPath(target);
        }
        if (target.equals("*")) {
            return new RequestTarget("*", ""); // for OPTIONS; for any other method it is a path that nothing is at
        }
        for (String scheme : SCHEMES) {
            if (target.regionMatches(/* ignoreCase= */ true, 0, scheme, 0, scheme.length())) {
                return ofAbsolute(target.substring(scheme.length()));
            }
        }
        return null;
    }

    /** An absolute target without its scheme, which a client may send too (RFC 9112, 3.2.2). */
    private static @Nullable RequestTarget ofAbsolute(String rest) {
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        String authority = rest.substring(0, end);
        String path = rest.substring(end);
        return authority.isEmpty() || !isHost(authority) ? null : ofPath(path.startsWith("/") ? path : "/" + path);
    }

    private static @Nullable RequestTarget ofPath(String target) {
        int question = target.indexOf('?');
        int end = question < 0 ? target.length() : question;
        if (!consistsOf(target, 0, end, PATH, /* escapes= */ true)
                || (question >= 0 && !consistsOf(target, end + 1, target.length(), QUERY, /* escapes= */ false))) {
            return null;
        }
        return question < 0
                ? new RequestTarget(target, "")
                : new RequestTarget(target.substring(0, question), target.substring(question + 1));
    }

    /** Whether {@code text} is a host with or without a port, as {@code Host} names it; an empty one is (RFC 9112, 3.2). */
    static boolean isHost(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end > 0 && isAddress(text.substring(1, end)) && isPort(text, end + 1);
        }
        int colon = text.indexOf(':');
        int end = colon < 0 ? text.length() : colon;
        return consistsOf(text, 0, end, REG_NAME, /* escapes= */ true) && (end > 0 || colon < 0) && isPort(text, end);
    }

    private static boolean isAddress(String literal) {
        return literal.indexOf(':') < 0
                ? FUTURE_ADDRESS.matcher(literal).matches()
                : IpAddress.literal(literal) != null
                        || FUTURE_ADDRESS.matcher(literal).matches();
    }

    /** Whether nothing stands in {@code text} from {@code from} on, or a colon with a port or none behind it. */
    private static boolean isPort(String text, int from) {
        if (from == text.length()) {
            return true;
        }
        int port = 0;
        boolean valid = text.charAt(from) == ':' && text.length() - from - 1 <= MAX_PORT_DIGITS;
        for (int i = from + 1; valid && i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            valid = digit >= 0 && digit <= 9;
            port = port * 10 + digit;
        }
        return valid && port <= MAX_PORT;
    }

    private static boolean consistsOf(String text, int from, int to, boolean[] characters, boolean escapes) {
        for (int i = from; i < to; i++) {
            char character = text.charAt(i);
            if (escapes && character == '%') {
                if (i + 2 >= to || !isHex(text.charAt(i + 1)) || !isHex(text.charAt(i + 2))) {
                    return false;
                }
                i += 2;
            } else if (character >= characters.length || !characters[character]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char character) {
        return (character >= '0' && character <= '9')
                || (character >= 'a' && character <= 'f')
                || (character >= 'A' && character <= 'F');
    }

    private static boolean[] set(String characters) {
        boolean[] set = new boolean[0x80];
        for (int i = 0; i < characters.length(); i++) {
            set[characters.charAt(i)] = true;
        }
        return set;
    }
}
