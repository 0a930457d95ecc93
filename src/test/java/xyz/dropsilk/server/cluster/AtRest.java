package xyz.dropsilk.server.cluster;

import static xyz.dropsilk.server.cluster.World.require;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Seat;

/** Whether clients, instances and records agree once all is healed and some time has passed. */
final class AtRest {
    private final World world;
    private final Faults faults;
    private final List<Traveller> all;
    private final List<Traveller> here;
    private final List<String> codes;
    private final Map<String, Flight> records = new LinkedHashMap<>();

    AtRest(World world, Faults faults, List<Traveller> all, List<String> codes) {
        this.world = world;
        this.faults = faults;
        this.all = all;
        this.codes = codes;
        this.here = all.stream().filter(each -> !each.gone).toList();
        world.hub
                .records()
                .forEach((code, kept) ->
                        records.put(code, (Flight) Objects.requireNonNull(LetterJson.entry(code, kept.value()))));
    }

    void check() {
        for (SimulatedInstance instance : world.instances) {
            require(instance.cluster.isUp(), () -> instance.home() + " is connected again");
        }
        Set<String> present = new HashSet<>();
        for (Traveller who : here) {
            checkPlace(who, flightOf(who));
            present.add(who.peer.id());
        }
        records.values().forEach(flight -> checkRecord(flight, present));
        checkCounts();
    }

    /** Those who are alone in their flights. */
    List<Traveller> waiting() {
        return here.stream()
                .filter(who -> who.partner == null && flightOf(who) != null)
                .toList();
    }

    /** Codes of flights with nobody but one client of an instance that is no more. */
    List<String> ofTheDead() {
        return codes.stream()
                .distinct()
                .filter(code -> {
                    Flight flight = records.get(code);
                    return flight != null
                            && !flight.isFull()
                            && faults.isDead(Bus.homeOf(flight.host().id()));
                })
                .toList();
    }

    /** The one record that names the client. */
    private @Nullable Flight flightOf(Traveller who) {
        List<Flight> found = records.values().stream()
                .filter(flight -> flight.has(who.peer.id()))
                .toList();
        require(found.size() <= 1, () -> who + " is in one flight: " + found);
        return found.isEmpty() ? null : found.get(0);
    }

    private void checkPlace(Traveller who, @Nullable Flight flight) {
        require(
                who.partner == null || (flight != null && flight.isFull()),
                () -> who + " believes in " + who.partner + ", the record is " + flight);
        if (flight == null) {
            require(who.peer.link() == null, () -> who + " sends nowhere");
            return;
        }
        require(flight.code().equals(who.code), () -> who + " is in " + who.code + ", the record is " + flight);
        String other = flight.seats().stream()
                .map(Seat::id)
                .filter(id -> !id.equals(who.peer.id()))
                .findFirst()
                .orElse(null);
        require(
                Objects.equals(other, who.partner),
                () -> who + " is with " + who.partner + ", the record is " + flight);
        require(
                other == null
                        || here.stream()
                                .anyMatch(each -> each.peer.id().equals(other)
                                        && who.peer.id().equals(each.partner)),
                () -> who + " is with somebody who is with it: " + flight);
    }

    private void checkRecord(Flight flight, Set<String> present) {
        boolean isOfTheDead = flight.seats().stream().allMatch(seat -> faults.isDead(Bus.homeOf(seat.id())));
        // An old engine brings back what is over: nobody believes in it, and whoever joins it is alone again at once.
        boolean isOfThePast = faults.possible().contains(Fault.OLD)
                && flight.seats().stream().noneMatch(seat -> present.contains(seat.id()));
        require(
                isOfTheDead || isOfThePast || flight.seats().stream().allMatch(seat -> present.contains(seat.id())),
                () -> "who is in a record is here: " + flight + " " + here);
    }

    /** What the engine refuses to take is counted by who sent it. */
    private void checkCounts() {
        if (Set.of(Fault.FULL).containsAll(faults.possible())) {
            long missed = all.stream().mapToLong(who -> who.missed).sum();
            long counted = world.instances.stream()
                    .mapToLong(instance -> instance.cluster.undelivered())
                    .sum();
            require(missed <= counted, () -> missed + " signals are missing, and " + counted + " were counted");
        }
    }
}
