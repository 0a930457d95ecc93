package xyz.dropsilk.server.http;

import java.time.InstantSource;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.limit.MemoryBudget;

/**
 * What all HTTP connections share.
 *
 * @param clientAddress tells who a client is
 * @param router answers requests
 * @param upgrade takes connections over
 * @param memory limits what they hold together with what came of them
 * @param clock tells the time of day, for {@code Date}
 * @param events hears of what is refused
 */
public record HttpContext(
        ClientAddress clientAddress,
        Router router,
        Upgrade upgrade,
        MemoryBudget memory,
        InstantSource clock,
        EventSink events) {}
