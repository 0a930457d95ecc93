package xyz.dropsilk.server.cluster;

import static xyz.dropsilk.server.cluster.World.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;

/** Pages in rooms on instances that share an engine, and faults: the same for the same seed. */
final class RoomSimulation {
    /** As often as pages attach for them. */
    private static final List<RoomChannel> CHANNELS =
            List.of(RoomChannel.TRANSFER, RoomChannel.CHAT, RoomChannel.SCREEN_SHARE, RoomChannel.TRANSFER);

    private static final int STEPS = 60;

    /** The engine's memory is complete again 5 s after a loss; whoever was lost with an instance is silent after some more. */
    private static final Duration REST = Duration.ofSeconds(30);

    private static final Duration SOON = Duration.ofSeconds(17);

    /** A room's life, as long again for whoever served it last, and what looking takes. */
    private static final Duration END = SimulatedInstance.ROOMS.timeToLive().plusSeconds(75);

    private final World world;
    private final Random random;
    private final Faults faults;
    private final List<Page> pages = new ArrayList<>();
    private final List<String> codes = new ArrayList<>();

    /** Whether pages stay where they are, so that whatever they are told is because of the engine. */
    private final boolean steady;

    /** Whether pages do nothing but what is asked of them. */
    private boolean resting;

    RoomSimulation(long seed, int registries, Set<Fault> possible, Mutant mutant) {
        this.world = new World(seed, registries, mutant);
        this.random = world.random;
        this.faults = new Faults(world, possible);
        this.steady = random.nextInt(3) == 0;
    }

    /** Runs, heals, waits, and looks whether all is well; then all go, and nothing is left. */
    void run() {
        try {
            for (int step = 0; step < STEPS; step++) {
                if (!faults.possible().isEmpty() && random.nextInt(12) == 0) {
                    signal();
                    world.pass(random.nextInt(10));
                    faults.strike();
                } else {
                    act();
                }
                pass(
                        random.nextInt(3) == 0
                                ? random.nextInt(random.nextInt(8) == 0 ? 6_000 : 1_000)
                                : random.nextInt(20));
            }
            rest();
            checkAtRest();
            everybodyGoes();
            checkAtEnd();
        } catch (AssertionError | IllegalStateException e) {
            throw new AssertionError(e.getMessage() + "\n" + world.story(), e);
        }
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left -= 100) {
            world.pass(Math.min(left, 100));
            look();
        }
        look();
    }

    private void look() {
        for (Page page : pages) {
            page.pass();
            if (!losesNothing()) {
                page.letGo(); // whoever knew of it may be gone
            }
            if (page.isIn() && !codes.contains(page.code)) {
                codes.add(page.code);
            }
        }
    }

    /** Whether a seat can't be lost: what all know outlives whoever dies, but not with the engine, an old one, or a moment in which nobody has noticed that all is forgotten. */
    private boolean losesNothing() {
        return Fault.areDeaths(faults.possible())
                || (Fault.areOfTheEngine(faults.possible())
                        && !faults.possible().contains(Fault.FLUSHED));
    }

    private List<Page> here() {
        return pages.stream().filter(page -> page.isIn() && !page.quiet).toList();
    }

    // --- what pages do ---

    private void act() {
        List<Page> here = here();
        int what = random.nextInt(24);
        if (pages.stream().filter(Page::isIn).count() < 2 || what < 2) {
            enter();
            return;
        }
        if (what < 6) {
            enter();
            return;
        }
        List<Page> free = here.stream().filter(page -> !page.isWaiting()).toList();
        if (free.isEmpty()) {
            return;
        }
        Page page = free.get(random.nextInt(free.size()));
        if (random.nextInt(4) == 0) {
            page.instance = world.any();
        }
        if (page.instance.process.isPaused() || !world.instances.contains(page.instance)) {
            return;
        }
        RoomChannel channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
        if (what < 8) {
            page.ready();
        } else if (what < 9) {
            page.chat(random.nextBoolean());
        } else if (what < 10) {
            page.share(random.nextBoolean());
        } else if (what < 16) {
            page.attach(channel);
        } else if (what < 20) {
            signal();
        } else if (!steady) {
            goAway(page, channel, what);
        }
    }

    private void goAway(Page page, RoomChannel channel, int what) {
        if (what < 21) {
            page.end(channel, RoomSockets.End.CLOSED);
        } else if (what < 22) {
            page.end(channel, RoomSockets.End.LOST);
        } else {
            world.say(page + " falls silent");
            page.fallSilent();
            if (random.nextBoolean()) {
                world.later(random.nextInt(25_000), () -> {
                    if (!resting) {
                        page.comeBack();
                    }
                });
            }
        }
    }

    private void enter() {
        List<Page> outside = pages.stream()
                .filter(page -> !page.isIn() && !page.quiet && !page.isWaiting())
                .toList();
        Page page;
        if (outside.isEmpty()) {
            if (pages.size() > 9) {
                return;
            }
            page = new Page(
                    world,
                    "Page" + pages.size(),
                    "10.0." + random.nextInt(2) + "." + random.nextInt(200),
                    this::isWell);
            page.allWell = faults.possible().isEmpty();
            pages.add(page);
        } else {
            page = outside.get(0);
        }
        page.instance = world.any();
        if (page.instance.process.isPaused()) {
            return;
        }
        if (codes.isEmpty() || random.nextInt(8) == 0) {
            world.say(page + " creates");
            page.create();
        } else {
            String code = codes.get(codes.size() - 1 - random.nextInt(Math.min(2, codes.size())));
            boolean lives = isHeld(code);
            world.say(page + " joins " + code);
            page.join(
                    code,
                    outcome -> require(
                            !lives || outcome != Rooms.Outcome.NOT_FOUND || !isHeld(code),
                            () -> page + " finds " + code));
        }
    }

    private boolean calmFor(int seconds) {
        return world.time.nanos() - faults.calmSince() > TimeUnit.SECONDS.toNanos(seconds);
    }

    /** All instances are together, and know what each has decided alone: where the engine only refused, that is looked at every 5 s. */
    private boolean isWell() {
        return calmFor(faults.possible().contains(Fault.FULL) ? 7 : 1);
    }

    private boolean isHeld(String code) {
        return pages.stream().anyMatch(each -> each.holds && each.code.equals(code));
    }

    private void signal() {
        for (Page page : pages) {
            for (RoomSocket socket : page.sockets()) {
                if (!socket.instance.process.isPaused() && world.instances.contains(socket.instance)) {
                    for (int i = random.nextInt(3); i > 0; i--) {
                        socket.signal();
                    }
                }
            }
        }
    }

    // --- at rest ---

    private void rest() {
        resting = true;
        Duration time = Fault.areOfTheEngine(faults.possible()) ? SOON : REST;
        long since = Math.max(0, faults.calmSince() - world.time.nanos());
        for (long left = since + time.toNanos(); left > 0; left -= TimeUnit.MILLISECONDS.toNanos(500)) {
            pass(500);
        }
        pages.forEach(page -> page.allWell = true);
    }

    private void checkAtRest() {
        for (SimulatedInstance instance : world.instances) {
            require(instance.cluster.isUp(), () -> instance.home() + " is connected again");
        }
        pass(1_500);
        Map<String, List<Page>> rooms = new LinkedHashMap<>();
        here().forEach(page ->
                rooms.computeIfAbsent(page.code, code -> new ArrayList<>()).add(page));
        for (SimulatedInstance instance : world.instances) {
            rooms.values().forEach(inside -> inside.forEach(page -> checkBy(instance, page)));
        }
        rooms.values().forEach(this::checkRoom);
        if (steady && Fault.areOfTheEngine(faults.possible())) {
            rooms.values().forEach(this::checkPartings);
        }
        rooms.values().forEach(this::attachAgain);
    }

    /** Each instance answers the same in the same moment. */
    private void checkBy(SimulatedInstance instance, Page page) {
        poll(page, page.instance);
        JsonNode before = page.seen;
        poll(page, instance);
        require(
                without(before).equals(without(page.seen)),
                () -> page + " sees " + page.seen + " by " + instance.home() + ", and saw " + before);
    }

    private void poll(Page page, SimulatedInstance instance) {
        while (page.isWaiting()) {
            pass(10);
        }
        page.pollBy(instance);
        while (page.isWaiting()) {
            pass(10);
        }
    }

    private static String without(@Nullable JsonNode seen) {
        return seen == null
                ? "nothing"
                : ((ObjectNode) seen.deepCopy()).without("expiresAt").toString();
    }

    /** The two see each other as each sees itself. */
    private void checkRoom(List<Page> inside) {
        require(inside.size() <= 2, () -> "at most two are in a room: " + inside);
        for (Page page : inside) {
            JsonNode seen = page.seen;
            if (seen == null) {
                continue;
            }
            Page other = inside.size() == 1 ? null : inside.get(0) == page ? inside.get(1) : inside.get(0);
            if (other == null || other.seen == null) {
                require(
                        pages.stream().noneMatch(each -> each != page && each.holds && each.code.equals(page.code)),
                        () -> page + " is alone: " + inside);
                continue;
            }
            JsonNode peer = seen.path("peer");
            JsonNode self = other.seen.path("self");
            for (String key : List.of("name", "role", "ready", "fileCount", "totalBytes")) {
                require(
                        peer.path(key).equals(self.path(key)),
                        () -> page + " sees " + peer + " where " + other + " is " + self);
            }
            for (String what : List.of("chat", "screenShare")) {
                require(
                        seen.path(what)
                                .path("requestedByPeer")
                                .equals(other.seen.path(what).path("requestedBySelf")),
                        () -> page + " sees of " + what + " " + seen + ", and " + other + " " + other.seen);
            }
            require(
                    !Fault.loseNothing(faults.possible())
                            || !page.ready
                            || seen.path("self").path("ready").asBoolean(),
                    () -> page + " was told that it is ready: " + seen);
        }
    }

    /** Nobody is told that its peer left because the engine is away: who has stayed all the time has left nobody. */
    private void checkPartings(List<Page> inside) {
        List<RoomSocket> stayed = inside.stream()
                .filter(page -> page.holds)
                .flatMap(page -> page.sockets().stream())
                .toList();
        for (RoomSocket socket : stayed) {
            require(
                    stayed.stream().noneMatch(other -> socket.left.contains(other.peer.id())),
                    () -> socket + " was left by " + socket.left + " without a reason: " + stayed);
        }
    }

    /** Whoever attaches again is paired with whoever is attached, and they hear each other. */
    private void attachAgain(List<Page> inside) {
        for (RoomChannel channel : RoomChannel.values()) {
            if (inside.size() < 2) {
                return;
            }
            for (Page page : inside) {
                page.attach(channel);
                pass(100);
            }
            pass(300);
            RoomSocket one = inside.get(0).socket(channel);
            RoomSocket two = inside.get(1).socket(channel);
            require(
                    one != null
                            && two != null
                            && two.peer.id().equals(one.partner)
                            && one.peer.id().equals(two.partner),
                    () -> "paired: " + one + " with " + (one == null ? "" : one.partner) + ", " + two + " with "
                            + (two == null ? "" : two.partner));
            if (one != null && two != null) {
                int heardByOne = one.signalsHeard;
                int heardByTwo = two.signalsHeard;
                one.signal();
                two.signal();
                pass(200);
                require(
                        one.signalsHeard == heardByOne + 1 && two.signalsHeard == heardByTwo + 1,
                        () -> one + " and " + two + " hear each other");
            }
        }
    }

    // --- the end ---

    private void everybodyGoes() {
        for (Page page : pages) {
            page.letGo();
            page.quiet = true;
            boolean closes = random.nextBoolean();
            for (RoomChannel channel : RoomChannel.values()) {
                page.end(channel, closes ? RoomSockets.End.CLOSED : RoomSockets.End.LOST);
            }
        }
    }

    /** Of rooms that nobody asks for nothing is left anywhere. */
    private void checkAtEnd() {
        for (long second = 0; second < END.toSeconds(); second++) {
            world.pass(1_000);
        }
        require(world.hub.records().isEmpty(), () -> "rooms are left: " + world.hub.records());
        for (SimulatedInstance instance : world.instances) {
            require(
                    instance.book.size() == 0 && instance.registry.stats().rooms() == 0,
                    () -> instance.home() + " keeps " + instance.book.size());
        }
    }
}
