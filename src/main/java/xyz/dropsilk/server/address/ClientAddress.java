package xyz.dropsilk.server.address;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides which address a client has (the contract, 3). The one place that does, so that HTTP, WebSockets, limits and logs agree, and tells why
 * where somebody asks. Immutable, safe on any thread.
 */
public final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** How many values of the header are looked at: more proxies than any real chain has, and what a forged one can cost. */
    private static final int MAX_HOPS = 64;

    private final List<Cidr> trusted;
    private final @Nullable String clientIpHeader;

    /**
     * @param trusted the proxies whose word is taken
     * @param clientIpHeader the header in which they name the client alone, or null if there is none
     */
    public ClientAddress(List<Cidr> trusted, @Nullable String clientIpHeader) {
        this.trusted = List.copyOf(trusted);
        this.clientIpHeader = clientIpHeader;
    }

    /**
     * The address of the client behind {@code tcpPeer}, without a zone.
     *
     * @param headerValues gives the lines of a header, in the order in which they came; none if it was not sent
     */
    public InetAddress resolve(InetAddress tcpPeer, Function<String, List<String>> headerValues) {
        return decide(IpAddress.canonical(tcpPeer), headerValues, Steps.UNTOLD);
    }

    /** The same decision with its reasons. */
    public Finding explain(InetAddress tcpPeer, Function<String, List<String>> headerValues) {
        InetAddress peer = IpAddress.canonical(tcpPeer);
        Told steps = new Told();
        InetAddress address = decide(peer, headerValues, steps);
        Doubt doubt = new ProxySigns(headerValues, clientIpHeader, this::isTrusted).doubt(peer, address, steps.source);
        return new Finding(peer, address, steps.source, List.copyOf(steps.passed), doubt);
    }

    private InetAddress decide(InetAddress peer, Function<String, List<String>> headerValues, Steps steps) {
        if (!isTrusted(peer)) {
            return peer;
        }
        if (clientIpHeader != null) {
            List<String> values = headerValues.apply(clientIpHeader);
            InetAddress named = values.size() == 1 ? IpAddress.parse(values.get(0)) : null;
            if (named != null) {
                steps.passed(peer, clientIpHeader);
                return named;
            }
        }
        return walk(peer, headerValues.apply(FORWARDED_FOR), steps);
    }

    /** From the right, since each proxy appends whom it saw: what stands left of the first stranger may be that stranger's lie. */
    private InetAddress walk(InetAddress peer, List<String> lines, Steps steps) {
        InetAddress lastGood = peer;
        int hops = 0;
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            int end = line.length();
            do {
                int comma = line.lastIndexOf(',', end - 1);
                InetAddress address = hops++ < MAX_HOPS ? IpAddress.parse(line.substring(comma + 1, end)) : null;
                if (address == null) {
                    return lastGood;
                }
                steps.passed(lastGood, Finding.FORWARDED_FOR);
                if (!isTrusted(address)) {
                    return address;
                }
                lastGood = address;
                end = comma;
            } while (end >= 0);
        }
        return lastGood;
    }

    private boolean isTrusted(InetAddress address) {
        for (Cidr range : trusted) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Hears how a decision comes about. */
    private interface Steps {
        /** For those who want the outcome alone: costs nothing. */
        Steps UNTOLD = (proxy, source) -> {};

        /** A trusted {@code proxy} was passed, for {@code source} names who came to it. */
        void passed(InetAddress proxy, String source);
    }

    /** The steps of one decision. */
    private static final class Told implements Steps {
        private final List<InetAddress> passed = new ArrayList<>();
        private String source = Finding.SOCKET;

        @Override
        public void passed(InetAddress proxy, String named) {
            passed.add(proxy);
            source = named;
        }
    }
}
