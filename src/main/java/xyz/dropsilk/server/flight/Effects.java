package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.ServerEvent;

/** What an operation of {@link FlightRegistry} leaves to be done without its lock. Used by the operation's thread alone. */
final class Effects {
    /** Peers that something was appended for, in the order in which it is to leave. */
    final List<Peer> flushes = new ArrayList<>(2);

    final List<ServerEvent> happened = new ArrayList<>(2);

    /** Networks whose members have to be shown a change. */
    List<Network> due = List.of();

    /** The flight whose last member left. */
    @Nullable
    Flight ended;
}
