package xyz.dropsilk.server.http;

import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.event.EventSink;

/**
 * What all HTTP connections share.
 *
 * @param clientAddress tells who a client is
 * @param router answers requests
 * @param upgrade takes connections over
 * @param events hears of what is refused
 */
public record HttpSettings(ClientAddress clientAddress, Router router, Upgrade upgrade, EventSink events) {}
