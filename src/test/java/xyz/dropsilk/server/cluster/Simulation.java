package xyz.dropsilk.server.cluster;

import static xyz.dropsilk.server.cluster.World.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import xyz.dropsilk.server.rules.RoomSockets;

/** Registries on one engine, clients that do what comes to their minds, and faults: the same for the same seed. */
final class Simulation {
    private static final int STEPS = 60;

    /** Half a minute after all is healed everything is well again. */
    private static final Duration REST = Duration.ofSeconds(30);

    /** After what is the engine's fault alone it takes a connection that is made again and a look at the records. */
    private static final Duration SOON = Duration.ofSeconds(6);

    private static final long STOPPED_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** To connect again. */
    private static final long HEALED_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final World world;
    private final Random random;
    private final Faults faults;
    private final Lists lists = new Lists();
    private final List<Traveller> travellers = new ArrayList<>();
    private final List<String> codes = new ArrayList<>();
    private final List<Left> left = new ArrayList<>();
    private final List<Left> unexplained = new ArrayList<>();

    private record Left(Traveller who, Traveller.Parting parting) {}

    Simulation(long seed, int registries, Set<Fault> possible) {
        this(seed, registries, possible, Mutant.NONE);
    }

    Simulation(long seed, int registries, Set<Fault> possible, Mutant mutant) {
        this.world = new World(seed, registries, mutant);
        this.random = world.random;
        this.faults = new Faults(world, possible);
    }

    /** Runs, heals, waits, and looks whether all is well. */
    void run() {
        try {
            for (int step = 0; step < STEPS; step++) {
                if (!faults.possible().isEmpty() && random.nextInt(12) == 0) {
                    chat();
                    world.pass(random.nextInt(10));
                    faults.strike();
                    travellers.stream()
                            .filter(who -> !world.instances.contains(who.instance))
                            .forEach(this::leave);
                } else {
                    act();
                }
                pass(random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(10));
            }
            rest(Fault.areOfTheEngine(faults.possible()) ? SOON : REST);
            new AtRest(world, faults, travellers, codes).check();
            checkPartings();
            joinWhoeverWaits();
            joinTheDead();
        } catch (AssertionError | IllegalStateException e) {
            throw new AssertionError(e.getMessage() + "\n" + world.story(), e);
        }
    }

    private void rest(Duration time) {
        while (world.time.nanos() - faults.calmSince() < time.toNanos()) {
            pass(500);
        }
    }

    private void pass(long millis) {
        world.pass(millis);
        for (Traveller who : travellers) {
            if (!who.gone) {
                int partings = who.partings.size();
                listen(who);
                who.checkIsAnswered();
                checkIsFreed(who);
                who.partings
                        .subList(partings, who.partings.size())
                        .forEach(parting -> left.add(new Left(who, parting)));
            }
        }
        noteThoseUntold();
        List<Traveller> here = travellers.stream().filter(who -> !who.gone).toList();
        lists.look(here, world.time.nanos(), faults.calmSince() + Fault.listedAfterNanos(faults.possible()));
    }

    /** Whoever was told by an error that it is not with somebody, is not with it, whatever that one was told for a moment. */
    private void noteThoseUntold() {
        for (Left each : left) {
            Traveller partner = byId(each.parting.partner());
            if (!partner.gone && partner.wasWith(each.who, each.parting.code())) {
                unexplained.add(each);
            }
        }
        left.clear();
    }

    private Traveller byId(String id) {
        return travellers.stream()
                .filter(who -> who.peer.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Nobody is told that its peer left because the engine is away: the peer is gone, was told that it has no seat, or somebody else had it. */
    private void checkPartings() {
        if (Fault.areOfTheEngine(faults.possible())) {
            for (Left each : unexplained) {
                Traveller partner = byId(each.parting.partner());
                String code = each.parting.code();
                require(
                        hadAnother(each.who, code, partner)
                                || hadAnother(partner, code, each.who)
                                || partner.mayHaveLeft(each.who, code),
                        () -> each.who + " was left by " + partner + " without a reason");
            }
        }
    }

    private static boolean hadAnother(Traveller who, String code, Traveller than) {
        return who.partners.getOrDefault(code, Set.of()).stream().anyMatch(id -> !id.equals(than.peer.id()));
    }

    private void listen(Traveller who) {
        String before = who.code;
        who.listen(world::say);
        if (who.code != null && !who.code.equals(before)) {
            codes.add(who.code);
        }
    }

    /** Whoever was with a client of an instance that is no more is told so in time. */
    private void checkIsFreed(Traveller who) {
        String partner = who.partner;
        if (partner == null || who.instance.process.isPaused()) {
            return;
        }
        for (Faults.Death death : faults.deaths()) {
            if (partner.startsWith(death.home())) {
                boolean alone = Fault.areDeaths(faults.possible());
                long since = latest(death.at(), who.instance.since, alone ? death.at() : faults.calmSince());
                long limit = death.stopped() && alone ? STOPPED_NANOS : alone ? DEAD_NANOS : DEAD_NANOS + HEALED_NANOS;
                require(world.time.nanos() - since <= limit, () -> who + " is freed of " + partner);
            }
        }
    }

    private static long latest(long one, long two, long three) {
        long later = one - two > 0 ? one : two;
        return later - three > 0 ? later : three;
    }

    // --- what clients do ---

    private void act() {
        SimulatedInstance instance = world.any();
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
            world.say(who + " leaves");
            listen(who);
            leave(who);
        } else if (what < 8) {
            world.say(who + " creates");
            who.create();
        } else if (what < 13) {
            joinSome(who);
            if (random.nextInt(3) == 0) {
                joinSome(here.get(random.nextInt(here.size()))); // for the same seat, perhaps
            }
        } else if (what < 14) {
            who.instance.registry.rename(who.peer, "Name" + random.nextInt(5));
        } else {
            chat();
        }
    }

    private void chat() {
        for (Traveller each : travellers) {
            if (!each.gone && !each.instance.process.isPaused()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    each.signal();
                }
            }
        }
    }

    private void leave(Traveller who) {
        if (!who.gone) {
            who.gone = true;
            who.instance.registry.disconnect(who.peer, RoomSockets.End.CLOSED);
        }
    }

    private void joinSome(Traveller who) {
        if (!codes.isEmpty()) {
            String code = codes.get(codes.size() - 1 - random.nextInt(Math.min(3, codes.size())));
            if (!code.equals(who.code)) { // else the answer could be taken for somebody else's coming
                world.say(who + " joins " + code);
                who.join(code);
            }
        }
    }

    private Traveller connect(SimulatedInstance instance) {
        String address = "10.0." + random.nextInt(2) + "." + random.nextInt(200);
        Traveller who = new Traveller(instance, address, faults.possible(), world.time::nanos);
        world.say(who + " connects from " + address);
        travellers.add(who);
        instance.registry.connect(who.peer);
        return who;
    }

    // --- whether codes still mean what they did ---

    /** Whoever stays keeps the code, and can be joined from any instance. */
    private void joinWhoeverWaits() {
        AtRest rest = new AtRest(world, faults, travellers, codes);
        for (Traveller waiting : rest.waiting()) {
            String code = waiting.code;
            if (code != null) {
                Traveller guest = connect(world.any());
                guest.join(code);
                pass(500);
                require(
                        guest.peer.id().equals(waiting.partner)
                                && waiting.peer.id().equals(guest.partner),
                        () -> guest + " meets " + waiting);
                return;
            }
        }
    }

    /** Long after an instance has died nobody is paired with who was there. */
    private void joinTheDead() {
        List<String> left = new AtRest(world, faults, travellers, codes).ofTheDead();
        if (!left.isEmpty()) {
            for (int i = 0; i < 70; i++) {
                pass(1_000);
            }
            Traveller guest = connect(world.any());
            guest.join(left.get(0));
            pass(3_000);
            require(guest.partner == null && guest.partings.isEmpty(), () -> guest + " meets nobody who is dead");
        }
    }
}
