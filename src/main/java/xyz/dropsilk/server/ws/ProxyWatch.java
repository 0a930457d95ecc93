package xyz.dropsilk.server.ws;

import java.util.concurrent.atomic.AtomicInteger;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.Finding;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.ProxySigns;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.http.Request;

/**
 * Looks for a proxy whose clients all look like one, so that strangers see each other and are limited together: the commonest mistake of those who
 * host this server (contract, 5); and for one that lets no WebSocket through. Tells each kind once. Safe on any thread.
 */
public final class ProxyWatch {
    /** One such handshake may be anybody's joke. */
    static final int SEVERAL = 3;

    private final ClientAddress addresses;
    private final EventSink events;
    private final String whereToSee;
    private final AtomicInteger unnamed = new AtomicInteger();
    private final AtomicInteger untrusted = new AtomicInteger();
    private final AtomicInteger withoutUpgrade = new AtomicInteger();

    /** A watch over what {@code addresses} decides; {@code hasCheckPage} where there is a page that shows it. */
    public ProxyWatch(ClientAddress addresses, EventSink events, boolean hasCheckPage) {
        this.addresses = addresses;
        this.events = events;
        whereToSee = hasCheckPage ? "; the page /check shows what this server takes a visitor's address for" : "";
    }

    /** A handshake came. */
    void look(Request request) {
        if (unnamed.get() >= SEVERAL && untrusted.get() >= SEVERAL) {
            return;
        }
        Finding finding = addresses.explain(request.peer(), request.fields()::all);
        String peer = IpAddress.text(finding.peer());
        switch (finding.doubt()) {
            case NONE, NAMED_OTHERWISE -> {} // the latter is what any client can have us say
            case NAMES_NOBODY ->
                tellOnce(
                        unnamed,
                        "clients come through the proxy at " + peer
                                + ", which names none of them, so all are in one network: have it set X-Forwarded-For, or "
                                + ownHeader(request) + whereToSee);
            case NOT_TRUSTED ->
                tellOnce(
                        untrusted,
                        "clients come through " + peer
                                + ", which adds what proxies add and is not trusted, so all are in one network: if that is"
                                + " your proxy, add its range to TRUSTED_PROXIES, which takes the place of the loopback and"
                                + " private ranges that are trusted without it" + whereToSee);
        }
    }

    /** What to do about a proxy that has a header of its own, by name if it was seen. */
    private static String ownHeader(Request request) {
        String header = ProxySigns.namingHeader(request.fields()::all);
        return header == null
                ? "name its own header in CLIENT_IP_HEADER"
                : "set CLIENT_IP_HEADER=" + header + ", if it is the proxy that sets this header and clients can't";
    }

    /** A handshake came that was none any more. */
    void missedUpgrade() {
        tellOnce(
                withoutUpgrade,
                "handshakes of WebSockets come without their Upgrade, so no page can connect: have the proxy pass it on, in nginx by"
                        + " proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade and proxy_set_header Connection upgrade");
    }

    private void tellOnce(AtomicInteger count, String warning) {
        if (count.get() < SEVERAL && count.incrementAndGet() == SEVERAL) {
            events.publish(new SystemEvent.ConfigWarning(warning));
        }
    }
}
