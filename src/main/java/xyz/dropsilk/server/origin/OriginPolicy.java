package xyz.dropsilk.server.origin;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Cleaned;
import xyz.dropsilk.server.base.MeteredText;
import xyz.dropsilk.server.config.Config;

/**
 * Which pages may use this server (the contract, 1, "Origins"). Compares the header's own text, since a parser does not keep
 * {@code app://.}; case never counts, since an origin is a scheme, a host and a port. Safe on any
 * thread; the origins of the server's own page are the only ones that it learns later.
 */
public final class OriginPolicy {
    /** A host name of 253 characters with a generous scheme and a port. */
    private static final int MAX_CHARS = 300;

    /** Of an origin that is told, in UTF-16 units. */
    private static final int MAX_TOLD_UNITS = 100;

    private static final Pattern LOCAL = Pattern.compile("(?i)http://(?:localhost|127\\.0\\.0\\.1):([0-9]{1,5})");

    private final Set<String> allowed;
    private final Pattern preview;
    private final boolean production;
    private final PageOrigins own;

    OriginPolicy(List<String> allowed, Pattern preview, boolean production) {
        this(allowed, preview, production, PageOrigins.none());
    }

    private OriginPolicy(List<String> allowed, Pattern preview, boolean production, PageOrigins own) {
        this.own = own;
        this.allowed = allowed.stream().map(OriginPolicy::folded).collect(Collectors.toUnmodifiableSet());
        this.preview = preview;
        this.production = production;
    }

    /** The policy for {@code origins}; in {@code production} who names no origin is kept out. Asks which addresses this machine has. */
    public static OriginPolicy of(Config.Origins origins, boolean production) {
        return of(origins, production, PageOrigins.none());
    }

    /** The same, which admits those of the server's {@code own} page too. */
    public static OriginPolicy of(Config.Origins origins, boolean production, PageOrigins own) {
        Stream<String> local = LocalOrigins.of(origins.localPorts()).stream();
        List<String> allowed = Stream.concat(origins.allowed().stream(), local).toList();
        return new OriginPolicy(allowed, origins.preview(), production, own);
    }

    /** Whether a request with this {@code Origin} header, null for none, may upgrade or call the API. */
    public boolean admits(@Nullable String origin) {
        if (origin == null) {
            return !production;
        }
        if (!isSane(origin)) {
            return false;
        }
        String folded = folded(origin);
        return allowed.contains(folded) || own.has(folded) || MeteredText.matches(preview, origin);
    }

    /** What operators are told of {@code origin}, null for none, refused to {@code client}: it, and what would let it in. */
    public OriginRefused refused(InetAddress client, @Nullable String origin) {
        return origin == null
                ? new OriginRefused(client, null, "with NODE_ENV=production only pages of allowed origins may come")
                : new OriginRefused(client, Cleaned.of(origin, MAX_TOLD_UNITS), hint(origin));
    }

    private static String hint(String origin) {
        if (origin.equals("null") || !isSane(origin)) {
            return "no web server's pages have such an origin: serve the page from one, and add that to ALLOWED_ORIGINS";
        }
        Matcher local = LOCAL.matcher(origin);
        return local.matches()
                ? "start with --allow-local-port=" + local.group(1) + ", or add it to ALLOWED_ORIGINS"
                : "add it to ALLOWED_ORIGINS";
    }

    /** Origins are ASCII (RFC 6454, 6.2); beyond it, letters exist that become others when their case changes. */
    private static boolean isSane(String origin) {
        boolean sane = origin.length() <= MAX_CHARS;
        for (int i = 0; sane && i < origin.length(); i++) {
            sane = origin.charAt(i) > ' ' && origin.charAt(i) < 0x7F;
        }
        return sane;
    }

    static String folded(String origin) {
        return origin.toLowerCase(Locale.ROOT);
    }
}
