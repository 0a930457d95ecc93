package xyz.dropsilk.server.flight;

import org.jspecify.annotations.Nullable;

/** Up to two members under one code. Mutable, guarded by the registry's lock. */
final class Flight {
    final String code;
    final FlightStory story;

    /** Who has been here longest: the one who hears of a guest second. Null only while the flight ends. */
    @Nullable
    Member host;

    @Nullable
    Member guest;

    /** Set while there are two. */
    @Nullable
    Pairing pairing;

    Flight(String code, Member host, FlightStory story) {
        this.code = code;
        this.host = host;
        this.story = story;
    }

    boolean isFull() {
        return guest != null;
    }

    /** Takes {@code member} out; whoever stays is the host now, and is returned. */
    @Nullable
    Member remove(Member member) {
        host = member == host ? guest : host;
        guest = null;
        pairing = null;
        return host;
    }
}
