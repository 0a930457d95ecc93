package xyz.dropsilk.server.ws;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.http.Fields;
import xyz.dropsilk.server.http.Request;

/**
 * Looks for a proxy whose clients all look like one, so that strangers see each other and are limited together: the commonest mistake of those who
 * host this server (contract, 5). Tells each of its two kinds once. Safe on any thread.
 */
public final class ProxyWatch {
    /** One such handshake may be anybody's joke. */
    static final int SEVERAL = 5;

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** What proxies add, besides the client's address. */
    private static final List<String> SIGNS = List.of(
            "Via",
            "Forwarded",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Real-IP",
            "CF-Connecting-IP",
            "True-Client-IP");

    private final List<Cidr> trusted;
    private final EventSink events;
    private final AtomicInteger unnamed = new AtomicInteger();
    private final AtomicInteger untrusted = new AtomicInteger();

    /** A watch over proxies, of which those in {@code trusted} are believed. */
    public ProxyWatch(List<Cidr> trusted, EventSink events) {
        this.trusted = trusted;
        this.events = events;
    }

    /** A handshake came from {@code peer}, the TCP connection's other end. */
    void look(@Nullable SocketAddress peer, Request request) {
        if (!(peer instanceof InetSocketAddress socket) || socket.getAddress() == null) {
            return;
        }
        InetAddress address = IpAddress.canonical(socket.getAddress());
        boolean isTrusted = trusted.stream().anyMatch(range -> range.contains(address));
        if (isTrusted && request.client().equals(address) && hasSigns(request.fields())) {
            tellOnce(
                    unnamed,
                    "clients come through the proxy at " + IpAddress.text(address)
                            + ", which names none of them, so all are in"
                            + " one network: have it set X-Forwarded-For, or name its own header in CLIENT_IP_HEADER");
        } else if (!isTrusted && request.fields().has(FORWARDED_FOR)) {
            tellOnce(
                    untrusted,
                    "clients come with X-Forwarded-For through " + IpAddress.text(address)
                            + ", which is not trusted, so all are"
                            + " in one network: if that is your proxy, add its range to TRUSTED_PROXIES");
        }
    }

    private static boolean hasSigns(Fields fields) {
        return SIGNS.stream().anyMatch(fields::has);
    }

    private void tellOnce(AtomicInteger count, String warning) {
        if (count.get() < SEVERAL && count.incrementAndGet() == SEVERAL) {
            events.publish(ServerEvent.configWarning(warning));
        }
    }
}
