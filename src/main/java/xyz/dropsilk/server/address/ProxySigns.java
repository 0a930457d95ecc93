package xyz.dropsilk.server.address;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request tells of proxies, and what to do where its address is more likely one of theirs than a client's. No proof: anybody can send such
 * fields. For one request.
 */
final class ProxySigns {
    /** Headers in which networks that stand before everything else name the client alone: where they come through, they are right. */
    private static final List<String> EDGES = List.of("CF-Connecting-IP", "True-Client-IP", "Fly-Client-IP");

    /** Those in which other proxies do. */
    private static final List<String> INNER = List.of("X-Real-IP", "X-Client-IP");

    /** All that could go into {@code CLIENT_IP_HEADER}, the most trustworthy first. */
    private static final List<String> NAMING =
            Stream.of(EDGES, INNER).flatMap(List::stream).toList();

    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String FORWARDED = "Forwarded";
    private static final List<String> OTHERS =
            List.of(FORWARDED_FOR, FORWARDED, "Via", "X-Forwarded-Proto", "X-Forwarded-Host");

    /** How origins of pages begin that this machine serves itself: those alone may open plain connections to it. */
    private static final List<String> OWN_PAGES = List.of("https://localhost", "https://127.", "https://[::1]");

    private final Function<String, List<String>> fields;
    private final @Nullable String clientIpHeader;
    private final Predicate<InetAddress> trusted;

    ProxySigns(Function<String, List<String>> fields, @Nullable String clientIpHeader, Predicate<InetAddress> trusted) {
        this.fields = fields;
        this.clientIpHeader = clientIpHeader;
        this.trusted = trusted;
    }

    /** What speaks against {@code address}, which {@code source} names behind {@code peer}, or null. */
    @Nullable
    Doubt doubt(InetAddress peer, InetAddress address, String source) {
        if (source.equals(Finding.SOCKET)) {
            if (!trusted.test(peer)) {
                return hasAny(NAMING) || hasAny(OTHERS) ? notTrusted(peer) : null;
            }
            return hasAny(NAMING) || hasAny(OTHERS) || isForSecurePage() ? namesNobody(peer) : null;
        }
        if (!source.equals(Finding.FORWARDED_FOR)) {
            return null;
        }
        if (clientIpHeader != null) {
            return notAsConfigured(peer, clientIpHeader);
        }
        String advice = adviceOnOthers(peer, address);
        return advice == null ? null : new Doubt(Doubt.Kind.NAMED_OTHERWISE, advice);
    }

    private static Doubt notTrusted(InetAddress peer) {
        return new Doubt(
                Doubt.Kind.NOT_TRUSTED,
                "Requests of " + IpAddress.text(peer)
                        + " have fields that proxies add, and it is not trusted, so all who come through it are one"
                        + " network: if it is your proxy, add it, or its range, to TRUSTED_PROXIES, which takes the place of the"
                        + " loopback and private ranges that are trusted without it");
    }

    private Doubt namesNobody(InetAddress peer) {
        String list = "have it set X-Forwarded-For";
        if (!fields.apply(FORWARDED_FOR).isEmpty()) {
            list = "its X-Forwarded-For has no address at its end; have it put the client's there";
        } else if (!fields.apply(FORWARDED).isEmpty()) {
            list = "it sends Forwarded, which this server does not read; have it set X-Forwarded-For";
        }
        String header = namingHeader();
        String own = ", or name its own header in CLIENT_IP_HEADER";
        if (clientIpHeader != null) {
            own = ", or " + clientIpHeader + ", which CLIENT_IP_HEADER names";
        } else if (header != null) {
            own = ", or set CLIENT_IP_HEADER=" + header
                    + ", if it is the proxy that sets this header and clients can't";
        }
        return new Doubt(
                Doubt.Kind.NAMES_NOBODY,
                "The proxy at " + IpAddress.text(peer)
                        + " names none of its clients, so all who come through it are one network: " + list + own);
    }

    /** Whoever may send the header himself, since no proxy overwrites it, chooses his address. */
    private static Doubt notAsConfigured(InetAddress peer, String header) {
        return new Doubt(
                Doubt.Kind.NOT_AS_CONFIGURED,
                "CLIENT_IP_HEADER names " + header + ", and a request came through " + IpAddress.text(peer)
                        + " without it, or without an address in it, so X-Forwarded-For counted: if it got past the network that"
                        + " sends " + header
                        + ", shut that way; if nothing sends it, take the setting out; else clients can send it"
                        + " themselves and claim any address");
    }

    private @Nullable String adviceOnOthers(InetAddress peer, InetAddress address) {
        for (String name : EDGES) {
            InetAddress named = named(name);
            if (named != null) {
                return named.equals(address) ? null : insideOf(name);
            }
        }
        for (String name : INNER) {
            InetAddress named = named(name);
            if (named != null && !named.equals(address) && !trusted.test(named)) {
                return secondProxy(peer, name);
            }
        }
        return null;
    }

    private static String insideOf(String header) {
        return "Another address stands in " + header
                + ": if such a network is in front of your server, and nobody gets past it, set CLIENT_IP_HEADER="
                + header + "; the address taken is then one of its own";
    }

    private static String secondProxy(InetAddress peer, String header) {
        String at = IpAddress.text(peer);
        return "Another address stands in " + header + ": if there is a proxy in front of the one at " + at
                + ", all who come through it are one network until the one at " + at
                + " believes it (nginx: set_real_ip_from, real_ip_header; Caddy: trusted_proxies) and hands on its X-Forwarded-For";
    }

    /** The header in which a proxy names somebody alone, or null. */
    private @Nullable String namingHeader() {
        for (String name : NAMING) {
            if (named(name) != null) {
                return name;
            }
        }
        return null;
    }

    private @Nullable InetAddress named(String name) {
        List<String> values = fields.apply(name);
        return values.size() == 1 ? IpAddress.parse(values.get(0)) : null;
    }

    /**
     * Whether a page over HTTPS asks. Browsers let it open none but encrypted connections, and this server speaks plain HTTP: somebody between
     * them does the TLS, even if it adds nothing that shows it.
     */
    private boolean isForSecurePage() {
        List<String> origins = fields.apply("Origin");
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

    // Loops and no streams: every handshake is looked at.
    private boolean hasAny(List<String> names) {
        for (String name : names) {
            if (!fields.apply(name).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
