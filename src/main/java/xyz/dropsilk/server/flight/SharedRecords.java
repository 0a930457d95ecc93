package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Room;

/** Flights and rooms that several instances share, and who of the two is meant by what comes back. Guarded by the registry's lock. */
final class SharedRecords {
    private final Bus bus;
    private final Proposals proposals;
    private final SharedFlights flights;
    private final SharedRooms rooms;

    SharedRecords(Bus bus, Records.Recipient recipient, Records.Listener listener, LongSupplier ticker) {
        this.bus = bus;
        this.proposals = new Proposals(bus, ticker);
        this.flights = new SharedFlights(bus, recipient, proposals);
        this.rooms = new SharedRooms(bus, recipient, listener, proposals, ticker);
    }

    SharedFlights flights() {
        return flights;
    }

    SharedRooms rooms() {
        return rooms;
    }

    /** What is told until the next call was read at {@code now}. */
    void at(Instant now) {
        flights.at(now);
        rooms.at(now);
    }

    // --- what comes back ---

    /** Answers {@link Bus#read}; {@code ages} tells how long ago each participant was last heard of. */
    void read(String id, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        if (proposals.deciderOf(id) == rooms) {
            rooms.learn(proposals.codeOf(id), version, entry, ages);
        }
        proposals.read(id, version, entry);
    }

    /** Answers {@link Bus#propose} where the record was {@code entry} already. */
    void refused(String id, String version, @Nullable Entry entry, boolean again) {
        proposals.refused(id, version, entry, again);
    }

    boolean isProposed(String id, String version) {
        return proposals.isProposed(id, version);
    }

    void marked(String id) {
        proposals.marked(id);
    }

    void unreachable(String id) {
        proposals.unreachable(id);
    }

    /** False to be asked again later. */
    boolean unanswered(String id) {
        return proposals.unanswered(id);
    }

    /** This instance has read that {@code entry} lives under {@code code} from now on, in {@code version}, because of the commit {@code id}. */
    void committed(
            String id, String code, String base, String version, @Nullable Entry entry, List<Delivery> deliveries) {
        Proposals.Pending own = proposals.takeOwn(id, version);
        boolean isRoom = own != null ? own.decider == rooms : entry instanceof Room || rooms.holds(code);
        try {
            if (isRoom) {
                rooms.committed(own, code, base, version, entry, deliveries);
            } else {
                flights.committed(own, code, base, version, entry);
            }
        } catch (RuntimeException e) {
            proposals.failed(own);
            throw e;
        }
    }

    /** Not all instances that a change under {@code code} concerns have heard of it. */
    void unheard(String code) {
        flights.unheard(code);
    }

    /** This instance leaves: whoever waits is answered. */
    void close() {
        proposals.close();
        rooms.close();
    }

    /** Answers {@link Bus#check}. */
    void checked(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        if (rooms.holds(code)) {
            rooms.checked(code, version, entry, ages);
        } else {
            flights.checked(code, version, entry);
        }
    }

    // --- the others ---

    /** The engine has just lost its memory, or all that is known to anybody should be in it again. */
    void rebuilding(boolean now) {
        flights.rebuilding(now);
        rooms.rebuilding(now);
    }

    void away() {
        flights.away();
        rooms.away();
        proposals.away();
    }

    void back() {
        flights.back();
        rooms.back();
        proposals.back();
    }

    void hurry() {
        proposals.hurry();
        rooms.hurry();
    }

    void checkAll() {
        flights.checkAll();
        rooms.checkAll();
    }

    void checkThoseAlone() {
        flights.checkThoseAlone();
        rooms.checkThoseAlone();
    }

    /** The instance {@code home} has stopped, or is dead. */
    void died(String home, boolean stopped) {
        flights.died(home);
        rooms.died(home, stopped);
    }

    void lives(String home) {
        flights.lives(home);
        rooms.lives(home);
    }

    /** The other instances that clients here are in flights or rooms with. */
    Set<String> partners() {
        Set<String> homes = new HashSet<>();
        flights.addPartners(homes);
        rooms.addPartners(homes);
        homes.remove(bus.home());
        return homes;
    }
}
