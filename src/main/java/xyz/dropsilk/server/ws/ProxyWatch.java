package xyz.dropsilk.server.ws;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.Doubt;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.http.Request;

/**
 * Looks for a proxy whose clients all look like one, so that strangers see each other and are limited together: the commonest mistake of those who
 * host this server (contract, 5); for one that lacks the header that the server is told to take; and for one that lets no WebSocket through. Tells
 * each kind once. Safe on any thread.
 */
public final class ProxyWatch {
    /** One such handshake may be anybody's joke. */
    static final int SEVERAL = 3;

    private final ClientAddress addresses;
    private final EventSink events;
    private final String whereToSee;

    /** All but NAMED_OTHERWISE, which any client could have us say; the page and {@code /api/whoami} tell it. */
    private final Map<Doubt.Kind, AtomicInteger> doubtful = Map.of(
            Doubt.Kind.NAMES_NOBODY, new AtomicInteger(),
            Doubt.Kind.NOT_TRUSTED, new AtomicInteger(),
            Doubt.Kind.NOT_AS_CONFIGURED, new AtomicInteger());

    private final AtomicInteger withoutUpgrade = new AtomicInteger();

    /** A watch over what {@code addresses} decides; {@code hasCheckPage} where there is a page that shows it. */
    public ProxyWatch(ClientAddress addresses, EventSink events, boolean hasCheckPage) {
        this.addresses = addresses;
        this.events = events;
        whereToSee = hasCheckPage ? "; the page /check shows what this server takes a visitor's address for" : "";
    }

    /** A handshake came. */
    void look(Request request) {
        Doubt doubt = addresses.explain(request.peer(), request.fields()::all).doubt();
        if (doubt == null) {
            return;
        }
        AtomicInteger count = doubtful.get(doubt.kind());
        if (count != null) {
            tellOnce(count, doubt.advice() + whereToSee);
        }
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
