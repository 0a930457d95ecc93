package xyz.dropsilk.server.address;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What proxies add to requests, and what follows from it for an address. No proof: anybody can send such fields. Stateless. */
public final class ProxySigns {
    /** Those that name the client alone, the most trustworthy first, and so could go into {@code CLIENT_IP_HEADER}. */
    private static final List<String> NAMING =
            List.of("CF-Connecting-IP", "True-Client-IP", "Fly-Client-IP", "X-Real-IP", "X-Client-IP");

    /** Those of networks that stand before everything else: where they come through, they are right. */
    private static final List<String> EDGES = List.of("CF-Connecting-IP", "True-Client-IP");

    private static final List<String> OTHERS =
            List.of("X-Forwarded-For", "Forwarded", "Via", "X-Forwarded-Proto", "X-Forwarded-Host");

    private ProxySigns() {}

    /** Whether {@code address}, which {@code source} names behind a peer, trusted or not, is more likely a proxy's than a client's. */
    static Finding.Doubt doubt(
            boolean isPeerTrusted, InetAddress address, String source, Function<String, List<String>> headerValues) {
        if (source.equals(Finding.SOCKET)) {
            if (!areIn(headerValues)) {
                return Finding.Doubt.NONE;
            }
            return isPeerTrusted ? Finding.Doubt.NAMES_NOBODY : Finding.Doubt.NOT_TRUSTED;
        }
        boolean isOther = source.equals(Finding.FORWARDED_FOR)
                && EDGES.stream()
                        .map(name -> named(name, headerValues))
                        .anyMatch(named -> named != null && !named.equals(address));
        return isOther ? Finding.Doubt.NAMED_OTHERWISE : Finding.Doubt.NONE;
    }

    /** The header in which a proxy names somebody alone, or null. */
    public static @Nullable String namingHeader(Function<String, List<String>> headerValues) {
        return NAMING.stream()
                .filter(name -> named(name, headerValues) != null)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable InetAddress named(String name, Function<String, List<String>> headerValues) {
        List<String> values = headerValues.apply(name);
        return values.size() == 1 ? IpAddress.parse(values.get(0)) : null;
    }

    private static boolean areIn(Function<String, List<String>> headerValues) {
        return NAMING.stream().anyMatch(name -> !headerValues.apply(name).isEmpty())
                || OTHERS.stream().anyMatch(name -> !headerValues.apply(name).isEmpty());
    }
}
