package xyz.dropsilk.server.limit;

import xyz.dropsilk.server.address.NetworkKey;

/** How often a network may do one thing. Safe on any thread, never blocks. */
public interface RateLimit {
    /** Takes one permit for the network now; zero if granted, else the seconds until one is there. */
    long secondsUntilPermit(NetworkKey network);
}
