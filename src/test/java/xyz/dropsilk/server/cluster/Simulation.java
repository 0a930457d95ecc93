package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Seat;
import xyz.dropsilk.server.testing.ManualExecutor;

/** Registries on one engine, clients that do what comes to their minds, and faults: the same for the same seed. */
final class Simulation {
    /** What may go wrong in a run. */
    enum Fault {
        /** Every connection breaks, and the engine is away for a while. */
        AWAY,
        /** The same, and it comes back empty. */
        EMPTY,
        /** It comes back as it was some time ago. */
        OLD,
        /** It does nothing for a while. */
        FREEZE,
        /** One instance loses its connection for a moment. */
        BREAK,
        /** One instance is cut off for a while. */
        CUT,
        /** One instance stands still for a while. */
        PAUSE,
        /** One instance is killed, and another one started. */
        KILL,
        /** The engine has no memory left for a while. */
        FULL
    }

    private static final int STEPS = 60;
    private static final Duration REST = Duration.ofSeconds(35);

    private final Random random;
    private final Set<Fault> faults;
    private final ManualExecutor time = new ManualExecutor();
    private final MemoryHub hub;
    private final List<Throwable> thrown = new ArrayList<>();
    private final List<SimulatedInstance> instances = new ArrayList<>();
    private final List<Traveller> travellers = new ArrayList<>();
    private final List<String> codes = new ArrayList<>();
    private final boolean mayMiss;
    private final List<String> story = new ArrayList<>();

    Simulation(long seed, int registries, Set<Fault> faults) {
        this.random = new Random(seed);
        this.faults = faults;
        this.hub = new MemoryHub(time, random, Duration.ofMillis(random.nextInt(4) * 5L));
        this.mayMiss = faults.contains(Fault.EMPTY)
                || faults.contains(Fault.OLD)
                || faults.contains(Fault.FULL)
                || faults.contains(Fault.PAUSE)
                || faults.contains(Fault.CUT)
                || faults.contains(Fault.FREEZE)
                || faults.contains(Fault.KILL);
        hub.onChange(change -> say("record " + change.code() + ": " + change.expected() + " -> " + change.version()
                + " " + ids(change.value())));
        for (int i = 0; i < registries; i++) {
            start();
        }
        pass(200);
    }

    private void start() {
        instances.add(new SimulatedInstance(hub, thrown, Duration.ofMillis(150)));
    }

    /** Runs, heals, waits, and looks whether all is well. */
    void run() {
        try {
            for (int step = 0; step < STEPS; step++) {
                if (!faults.isEmpty() && random.nextInt(12) == 0) {
                    goWrong(faults.stream().sorted().toList().get(random.nextInt(faults.size())));
                } else {
                    act();
                }
                pass(random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(10));
                listen();
            }
            time.advance(REST);
            listen();
            checkAtRest();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", story), e);
        }
    }

    private void pass(long millis) {
        time.advance(Duration.ofMillis(millis));
    }

    private static String ids(String value) {
        return String.join(
                ",",
                value.isEmpty()
                        ? List.of("nothing")
                        : Traveller.idsIn(value.substring(
                                0, value.indexOf("story") < 0 ? value.length() : value.indexOf("story"))));
    }

    private void say(String what) {
        story.add(time.instant() + " " + what);
    }

    // --- what clients do ---

    private void act() {
        SimulatedInstance instance = instances.get(random.nextInt(instances.size()));
        List<Traveller> here = travellers.stream()
                .filter(each -> !each.gone && !each.instance.process.isPaused())
                .toList();
        int what = random.nextInt(20);
        if (here.size() < 3 || what < 3) {
            if (!instance.process.isPaused() && here.size() < 10) {
                connect(instance);
            }
            return;
        }
        Traveller who = here.get(random.nextInt(here.size()));
        if (what < 5) {
            say(who + " leaves");
            who.listen();
            who.gone = true;
            who.instance.registry.disconnect(who.peer, RoomSockets.End.CLOSED);
        } else if (what < 8) {
            say(who + " creates");
            who.instance.registry.createFlight(who.peer);
        } else if (what < 13) {
            if (!codes.isEmpty()) {
                String code = codes.get(codes.size() - 1 - random.nextInt(Math.min(3, codes.size())));
                say(who + " joins " + code);
                who.instance.registry.joinFlight(who.peer, code, who.peer);
            }
        } else if (what < 14) {
            who.instance.registry.rename(who.peer, "Name" + random.nextInt(5));
        } else {
            for (Traveller each : here) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    each.signal();
                }
            }
        }
    }

    private void connect(SimulatedInstance instance) {
        Traveller who = new Traveller(instance, "10.0." + random.nextInt(2) + "." + random.nextInt(200), mayMiss);
        say(who + " connects from " + who.peer.address());
        travellers.add(who);
        instance.registry.connect(who.peer);
    }

    private void listen() {
        for (Traveller who : travellers) {
            if (!who.gone) {
                String before = who.code;
                int heard = who.log.size();
                who.listen();
                for (String m : who.log.subList(heard, who.log.size())) {
                    if (!m.contains("users-on-network") && !m.contains("\"signal\"")) say("    " + who + " hears " + m);
                }
                if (who.code != null && !who.code.equals(before)) {
                    codes.add(who.code);
                    say(who + " is in " + who.code);
                }
            }
        }
        if (!thrown.isEmpty()) {
            throw new AssertionError("thrown: " + thrown.get(0), thrown.get(0));
        }
    }

    // --- what goes wrong ---

    private void goWrong(Fault fault) {
        say("fault: " + fault);
        SimulatedInstance one = instances.get(random.nextInt(instances.size()));
        long millis = random.nextInt(3) == 0 ? random.nextInt(12_000) : random.nextInt(1_500);
        switch (fault) {
            case AWAY -> {
                hub.goAway();
                later(millis, hub::comeBack);
            }
            case EMPTY -> {
                hub.goAway();
                hub.lose();
                later(millis, hub::comeBack);
            }
            case OLD -> {
                Runnable putBack = hub.snapshot();
                later(random.nextInt(500), () -> {
                    hub.goAway();
                    putBack.run();
                    later(millis, hub::comeBack);
                });
            }
            case FREEZE -> {
                hub.freeze();
                later(millis, hub::thaw);
            }
            case BREAK -> one.engine.drop("broken");
            case CUT -> {
                one.engine.cut();
                later(millis, one.engine::mend);
            }
            case PAUSE -> {
                one.process.pause();
                later(millis * 2, one.process::resume);
            }
            case KILL -> kill(one);
            case FULL -> {
                hub.full(true);
                later(millis, () -> hub.full(false));
            }
        }
    }

    private void kill(SimulatedInstance one) {
        one.kill();
        instances.remove(one);
        travellers.stream().filter(who -> who.instance == one).forEach(who -> who.gone = true);
        start();
    }

    private void later(long millis, Runnable task) {
        time.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    // --- whether all is well ---

    private void checkAtRest() {
        for (SimulatedInstance instance : instances) {
            require(instance.cluster.isUp(), "connected again");
        }
        List<Traveller> here = travellers.stream().filter(each -> !each.gone).toList();
        Map<String, Engine.Kept> records = hub.records();
        Set<String> told = new HashSet<>();
        for (Traveller who : here) {
            Flight flight = flightOf(who, records);
            checkPlace(who, flight, here);
            told.add(who.peer.id());
        }
        for (Map.Entry<String, Engine.Kept> record : records.entrySet()) {
            checkRecord(record.getKey(), record.getValue(), here, told);
        }
        here.forEach(who -> checkList(who, here));
    }

    /** The one record that names the client. */
    private @Nullable Flight flightOf(Traveller who, Map<String, Engine.Kept> records) {
        List<Flight> found = records.entrySet().stream()
                .map(each -> (Flight) Objects.requireNonNull(
                        LetterJson.entry(each.getKey(), each.getValue().value())))
                .filter(flight -> flight.has(who.peer.id()))
                .toList();
        require(found.size() <= 1, who + " is in one flight: " + found);
        return found.isEmpty() ? null : found.get(0);
    }

    private void checkPlace(Traveller who, @Nullable Flight flight, List<Traveller> here) {
        if (who.partner != null) {
            require(
                    flight != null && flight.isFull(),
                    who + " believes in " + who.partner + ", the record is " + flight);
        }
        if (flight == null) {
            require(who.peer.link() == null, who + " sends nowhere");
            return;
        }
        require(flight.code().equals(who.code), who + " is in " + who.code + ", the record is " + flight);
        Seat other = flight.seats().stream()
                .filter(seat -> !seat.id().equals(who.peer.id()))
                .findFirst()
                .orElse(null);
        require(
                Objects.equals(other == null ? null : other.id(), who.partner),
                who + " is with " + who.partner + ", the record is " + flight);
        require(
                other == null
                        || here.stream()
                                .anyMatch(each -> each.peer.id().equals(other.id())
                                        && who.peer.id().equals(each.partner)),
                who + " is with somebody who is with it: " + flight);
    }

    private void checkRecord(String code, Engine.Kept kept, List<Traveller> here, Set<String> told) {
        Flight flight = (Flight) Objects.requireNonNull(LetterJson.entry(code, kept.value()));
        Set<String> homes = new HashSet<>();
        instances.forEach(instance -> homes.add(instance.home()));
        boolean isOfTheDead = flight.seats().stream()
                .noneMatch(seat -> homes.contains(seat.id().substring(0, 8)));
        // An old engine brings back what is over: nobody believes in it, and whoever joins it is alone again at once.
        boolean isOfThePast =
                faults.contains(Fault.OLD) && flight.seats().stream().noneMatch(seat -> told.contains(seat.id()));
        if (!isOfTheDead && !isOfThePast) {
            for (Seat seat : flight.seats()) {
                require(told.contains(seat.id()), "who is in a record is here: " + flight + " " + here);
            }
        }
    }

    private void checkList(Traveller who, List<Traveller> here) {
        if (who.partner != null) {
            return;
        }
        List<String> seen = here.stream()
                .filter(each -> each != who
                        && each.partner == null
                        && each.peer.network().equals(who.peer.network()))
                .map(each -> each.peer.id())
                .sorted()
                .toList();
        require(Traveller.idsIn(who.list).equals(seen), who + " sees " + who.list + " and not " + seen);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Whether somebody was told that a peer left. */
    List<Traveller> travellers() {
        return travellers;
    }
}
