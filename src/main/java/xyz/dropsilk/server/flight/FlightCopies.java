package xyz.dropsilk.server.flight;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Seat;

/** The shared flights that this instance knows: those with a member here, and those that ended here alone. Guarded by the registry's lock. */
final class FlightCopies {
    private final String home;
    private final Map<String, FlightCopy> copies = new LinkedHashMap<>();
    private int flights;

    /** Of the instance {@code home}. */
    FlightCopies(String home) {
        this.home = home;
    }

    @Nullable
    FlightCopy get(String code) {
        return copies.get(code);
    }

    List<String> codes() {
        return List.copyOf(copies.keySet());
    }

    void forEach(BiConsumer<String, FlightCopy> visitor) {
        copies.forEach(visitor);
    }

    /** All know that {@code entry} lives under {@code code}, in {@code version}; it is kept if a member is here. */
    void hold(String code, @Nullable Entry entry, String version) {
        boolean isOurs =
                entry instanceof Flight flight && flight.seats().stream().anyMatch(this::isHere);
        put(code, isOurs ? FlightCopy.together((Flight) entry, version) : null);
    }

    /** From now on {@code next} is known of {@code code}; null for nothing. */
    void put(String code, @Nullable FlightCopy next) {
        FlightCopy before = next == null ? copies.remove(code) : copies.put(code, next);
        flights += counts(next) - counts(before);
    }

    /** A flight counts where its first member is. */
    private int counts(@Nullable FlightCopy copy) {
        return copy != null && copy.flight() != null && isHere(copy.flight().host()) ? 1 : 0;
    }

    /** Flights that count here. */
    int count() {
        return flights;
    }

    /** Whether the seat is of a client of this instance. */
    boolean isHere(Seat seat) {
        return isHere(seat.id());
    }

    /** Whether the client is, or was, one of this instance. */
    boolean isHere(String client) {
        return home.equals(Bus.homeOf(client));
    }

    /** Whether all members are clients of this instance. */
    boolean isOurs(Flight flight) {
        return flight.seats().stream().allMatch(this::isHere);
    }
}
