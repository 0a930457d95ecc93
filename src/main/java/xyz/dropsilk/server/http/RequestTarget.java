package xyz.dropsilk.server.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request is for (RFC 9112, 3.2; RFC 3986): every part of the target, and of {@code Host}, is checked, since whatever stands before this
 * server decides by its own reading of them.
 *
 * @param path the path as sent
 * @param rawQuery the query as sent, without the question mark; empty if there is none
 */
record RequestTarget(String path, String rawQuery) {
    private static final String PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";

    /** Possessive, so that no target makes it look twice. Browsers send some characters in queries that RFC 3986 does not know. */
    private static final Pattern PATH = Pattern.compile("(?:/" + PCHAR + "*+)++");

    private static final Pattern QUERY =
            Pattern.compile("(?:" + PCHAR + "|[/?\\[\\]{}|\\\\^`\"<>]|%(?![0-9A-Fa-f]{2}))*+");

    private static final Pattern PORT = Pattern.compile("(?::[0-9]{0,5})?");
    private static final Pattern REG_NAME = Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})++");
    private static final Pattern IP_LITERAL =
            Pattern.compile("\\[(?:[0-9A-Fa-f:.]{2,45}|v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\\]");

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
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        return PATH.matcher(path).matches() && QUERY.matcher(query).matches() ? new RequestTarget(path, query) : null;
    }

    /** Whether {@code text} is a host with or without a port, as {@code Host} names it; an empty one is (RFC 9112, 3.2). */
    static boolean isHost(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']') + 1;
            return end > 0
                    && IP_LITERAL.matcher(text.substring(0, end)).matches()
                    && PORT.matcher(text.substring(end)).matches();
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        return (name.isEmpty() ? colon < 0 : REG_NAME.matcher(name).matches())
                && PORT.matcher(colon < 0 ? "" : text.substring(colon)).matches();
    }
}
