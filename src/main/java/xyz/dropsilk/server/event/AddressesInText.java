package xyz.dropsilk.server.event;

import java.net.InetAddress;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;

/**
 * Finds addresses in texts that others wrote: messages of exceptions and libraries, origins, names. Rather one too many than one too few: a version
 * of four numbers is taken for an address. Stateless, safe on any thread.
 */
final class AddressesInText {
    private static final Pattern IPV4 = Pattern.compile("(?<![0-9])[0-9]{1,3}(?:\\.[0-9]{1,3}){3}(?![0-9])");

    /** What an IPv6 address may be part of: a run with two colons at least, possibly with a port or a colon of the sentence behind it. */
    private static final Pattern IPV6 = Pattern.compile("(?<![0-9A-Za-z])[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    /** Longer runs have no address that anybody would read. */
    private static final int MAX_RUN = 200;

    private static final String UNREADABLE = "[address]";

    private AddressesInText() {}

    /** {@code text} with each address replaced by what {@code name} makes of it, null for one that can't be told for sure. */
    static String replaced(String text, Function<@Nullable InetAddress, String> name) {
        String rest = text;
        if (rest.indexOf(':') != rest.lastIndexOf(':')) {
            rest = IPV6.matcher(rest).replaceAll(run -> Matcher.quoteReplacement(inRun(run.group(), name)));
        }
        if (rest.indexOf('.') != rest.lastIndexOf('.')) {
            rest = IPV4.matcher(rest)
                    .replaceAll(found -> Matcher.quoteReplacement(name.apply(IpAddress.literal(found.group()))));
        }
        return rest;
    }

    /** The longest address that begins earliest, at the run's beginning or behind a colon, and ends before a colon or stop. */
    private static String inRun(String run, Function<@Nullable InetAddress, String> name) {
        if (run.length() > MAX_RUN) {
            return UNREADABLE;
        }
        for (int from = 0; from < run.length(); from = next(run, from)) {
            for (int to = run.length(); to > from + 1; to = before(run, to)) {
                String part = run.substring(from, to);
                InetAddress address = part.indexOf(':') < 0 || part.equals("::") ? null : IpAddress.literal(part);
                if (address != null) {
                    return run.substring(0, from) + name.apply(address) + run.substring(to);
                }
            }
        }
        return run;
    }

    private static int next(String run, int from) {
        int colon = run.indexOf(':', from);
        return colon < 0 ? run.length() : colon + 1;
    }

    /** The end of the next shorter part: without its last colon or stop, or without what stands behind that. */
    private static int before(String run, int to) {
        int end = Math.max(run.lastIndexOf(':', to - 1), run.lastIndexOf('.', to - 1));
        return end == to - 1 ? end : end + 1;
    }
}
