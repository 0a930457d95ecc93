package xyz.dropsilk.server.address;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What in a request tells of a proxy, and what follows from it for an address. No proof: anybody can send such fields. Stateless. */
public final class ProxySigns {
    /** Those that name the client alone, the most trustworthy first, and so could go into {@code CLIENT_IP_HEADER}. */
    private static final List<String> NAMING =
            List.of("CF-Connecting-IP", "True-Client-IP", "Fly-Client-IP", "X-Real-IP", "X-Client-IP");

    /** Those of networks that stand before everything else: where they come through, they are right. */
    private static final List<String> EDGES = List.of("CF-Connecting-IP", "True-Client-IP");

    private static final List<String> OTHERS =
            List.of("X-Forwarded-For", "Forwarded", "Via", "X-Forwarded-Proto", "X-Forwarded-Host");

    /** How origins of pages begin that this machine serves itself: those alone may open plain connections to it. */
    private static final List<String> OWN_PAGES = List.of("https://localhost", "https://127.", "https://[::1]");

    private ProxySigns() {}

    /** Whether {@code address}, which {@code source} names behind a peer, trusted or not, is more likely a proxy's than a client's. */
    static Finding.Doubt doubt(
            boolean isPeerTrusted, InetAddress address, String source, Function<String, List<String>> headerValues) {
        if (source.equals(Finding.SOCKET)) {
            if (areIn(headerValues)) {
                return isPeerTrusted ? Finding.Doubt.NAMES_NOBODY : Finding.Doubt.NOT_TRUSTED;
            }
            return isPeerTrusted && isForSecurePage(headerValues) ? Finding.Doubt.NAMES_NOBODY : Finding.Doubt.NONE;
        }
        boolean isOther = source.equals(Finding.FORWARDED_FOR) && isNamedOtherwise(address, headerValues);
        return isOther ? Finding.Doubt.NAMED_OTHERWISE : Finding.Doubt.NONE;
    }

    // Loops and no streams: every handshake is looked at.
    private static boolean isNamedOtherwise(InetAddress address, Function<String, List<String>> headerValues) {
        for (String name : EDGES) {
            InetAddress named = named(name, headerValues);
            if (named != null && !named.equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** The header in which a proxy names somebody alone, or null. */
    public static @Nullable String namingHeader(Function<String, List<String>> headerValues) {
        for (String name : NAMING) {
            if (named(name, headerValues) != null) {
                return name;
            }
        }
        return null;
    }

    private static @Nullable InetAddress named(String name, Function<String, List<String>> headerValues) {
        List<String> values = headerValues.apply(name);
        return values.size() == 1 ? IpAddress.parse(values.get(0)) : null;
    }

    /**
     * Whether a page over HTTPS asks. Browsers let it open none but encrypted connections, and this server speaks plain HTTP: somebody between
     * them does the TLS, even if it adds nothing that shows it.
     */
    private static boolean isForSecurePage(Function<String, List<String>> headerValues) {
        List<String> origins = headerValues.apply("Origin");
        if (origins.size() != 1 || !origins.get(0).startsWith("https://")) {
            return false;
        }
        for (String own : OWN_PAGES) {
            if (origins.get(0).startsWith(own)) {
                return false;
            }
        }
        return true;
    }

    private static boolean areIn(Function<String, List<String>> headerValues) {
        return isAnyIn(NAMING, headerValues) || isAnyIn(OTHERS, headerValues);
    }

    private static boolean isAnyIn(List<String> names, Function<String, List<String>> headerValues) {
        for (String name : names) {
            if (!headerValues.apply(name).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
