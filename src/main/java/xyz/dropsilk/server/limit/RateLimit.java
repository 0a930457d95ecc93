package xyz.dropsilk.server.limit;

import xyz.dropsilk.server.address.NetworkKey;

/** How often a network may do something. Safe on any thread, never blocks. */
@FunctionalInterface
public interface RateLimit {
    /** Takes one permit for the network now; 0 if granted, else the whole seconds until one is there. */
    long secondsUntilPermit(NetworkKey network);
}
