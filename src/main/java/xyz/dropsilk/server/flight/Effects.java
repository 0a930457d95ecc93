package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.List;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.rules.Fact;

/** What an operation of {@link FlightRegistry} leaves to be done without its lock. Used by the operation's thread alone. */
final class Effects {
    /** Peers that something was appended for, in the order in which it is to leave. */
    final List<Peer> flushes = new ArrayList<>(2);

    /** Peers whose sockets were replaced by others. */
    final List<Peer> replaced = new ArrayList<>(0);

    final List<Fact> facts = new ArrayList<>(1);
    final List<ServerEvent> events = new ArrayList<>(1);

    /** Networks whose members have to be shown a change. */
    final List<Network> due = new ArrayList<>(0);

    /** Of those who named a code under which nothing was to be found for them. */
    final List<CodeTries> wrongCodes = new ArrayList<>(0);

    /** Whoever asked hears what was decided. */
    final List<Runnable> done = new ArrayList<>(0);
}
