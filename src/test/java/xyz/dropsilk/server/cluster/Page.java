package xyz.dropsilk.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;
import xyz.dropsilk.server.testing.WebClient;

/** A simulated page: somebody in a room, who polls once a second by whatever instance, and has sockets. */
final class Page {
    /** Two seconds for what the others say, and once more where that leads to another question. */
    static final long ANSWERED_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

    /** The same, where faults follow each other: what was proposed, and of which the answer is lost, is looked at again after ten seconds. */
    private static final long ATTACHED_NANOS = TimeUnit.SECONDS.toNanos(10) + ANSWERED_NANOS;

    /** By then each instance has read of a seat that was taken while all was well. */
    private static final long KNOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Into a full room a join replaces whoever was not heard of for 5 s. */
    private static final long UNHEARD_NANOS = TimeUnit.MILLISECONDS.toNanos(4_500);

    final String name;
    private final World world;
    private final String address;
    private final BooleanSupplier isWell;

    private final Rooms.Caller caller;
    private final Map<RoomChannel, RoomSocket> sockets = new EnumMap<>(RoomChannel.class);

    /** The instance that its requests go to. */
    SimulatedInstance instance;

    String code = "";
    String secret = "";

    /** What it was answered last; null if it is in no room, or no more. */
    @Nullable
    JsonNode seen;

    /** Whether it asks no more, for now or for ever. */
    boolean quiet;

    /** Whether all instances can know that it has a seat, and it has been asking all the time and has not left: nobody may take that. */
    boolean holds;

    /** Whether it has been asking all the time since it has a seat. */
    private boolean mayHold;

    private long enteredAt;

    /** Whether it was told that it is ready. */
    boolean ready;

    private @Nullable Request request;
    private long askedAt;
    private long pollAt;

    /** A request on its way. */
    private static final class Request {
        final String what;
        final SimulatedInstance instance;
        final long since;
        boolean forgotten;

        Request(String what, SimulatedInstance instance, long since) {
            this.what = what;
            this.instance = instance;
            this.since = since;
        }
    }

    Page(World world, String name, String address, BooleanSupplier isWell) {
        this.isWell = isWell;
        this.world = world;
        this.name = name;
        this.address = address;
        this.instance = world.any();
        RecordingPeer somebody = new RecordingPeer(address);
        this.caller = new Rooms.Caller(somebody.address(), somebody.network());
    }

    boolean isWaiting() {
        return request != null;
    }

    boolean isIn() {
        return seen != null;
    }

    @Nullable
    RoomSocket socket(RoomChannel channel) {
        return sockets.get(channel);
    }

    List<RoomSocket> sockets() {
        return List.copyOf(sockets.values());
    }

    /** The name of whoever sits opposite as far as it was told; empty for nobody. */
    String peerName() {
        JsonNode last = seen;
        return last == null ? "" : last.path("peer").path("name").asText("");
    }

    /** Its seat may be taken from now on. */
    void letGo() {
        holds = false;
        mayHold = false;
    }

    // --- requests ---

    void create() {
        ask("create", rooms -> rooms.create(name, caller), this::entered);
    }

    void join(String wanted, Consumer<Rooms.Outcome> refused) {
        CodeTries tries = new CodeTries() {
            @Override
            public boolean mayTry() {
                return true;
            }

            @Override
            public void failed() {}
        };
        ask("join " + wanted, rooms -> rooms.join(wanted, name, caller, tries), answer -> {
            if (answer.outcome() == Rooms.Outcome.DONE) {
                entered(answer);
            } else {
                refused.accept(answer.outcome());
            }
        });
    }

    private void entered(Rooms.Answer answer) {
        if (answer.outcome() == Rooms.Outcome.DONE) {
            JsonNode summary = WebClient.json(new String(answer.summary(), UTF_8));
            code = String.valueOf(FlightCode.parse(summary.path("roomCode").asText()));
            secret = summary.path("self").path("participantId").asText();
            seen = summary;
            mayHold = true;
            enteredAt = world.time.nanos();
            ready = false;
            pollAt = world.time.nanos() + POLL_NANOS;
        }
    }

    void ready() {
        ask("ready", rooms -> rooms.ready(code, secret, caller, 1, 1), answer -> {
            ready |= answer.outcome() == Rooms.Outcome.DONE && isWell.getAsBoolean();
            changed(answer);
        });
    }

    void chat(boolean active) {
        ask("chat " + active, rooms -> rooms.chat(code, secret, caller, active), this::changed);
    }

    void share(boolean active) {
        ask("share " + active, rooms -> rooms.share(code, secret, caller, active), this::changed);
    }

    /** As {@link #seen}, asked of {@code other} at this moment. */
    void pollBy(SimulatedInstance other) {
        instance = other;
        poll();
    }

    private void poll() {
        ask("poll", rooms -> rooms.poll(code, secret, caller), this::changed);
    }

    private void changed(Rooms.Answer answer) {
        if (answer.outcome() == Rooms.Outcome.DONE) {
            seen = WebClient.json(new String(answer.summary(), UTF_8));
            holds |= mayHold && isWell.getAsBoolean() && world.time.nanos() - enteredAt > KNOWN_NANOS;
        } else if (answer.outcome() == Rooms.Outcome.NOT_FOUND) {
            World.require(!holds, () -> this + " has lost a seat that it held");
            over();
        }
    }

    /** Its room is over, or its seat somebody else's. */
    private void over() {
        seen = null;
        letGo();
        quiet = true;
        sockets().forEach(socket -> socket.end(RoomSockets.End.CLOSED));
        sockets.clear();
    }

    private void ask(
            String what, Function<Rooms, CompletionStage<Rooms.Answer>> question, Consumer<Rooms.Answer> then) {
        Request mine = new Request(what, instance, world.time.nanos());
        request = mine;
        askedAt = mine.since;
        question.apply(instance.rooms)
                .whenComplete((answer, failure) -> world.guarded(() -> answered(mine, answer, failure, then)));
    }

    private void answered(Request mine, Rooms.Answer answer, @Nullable Throwable failure, Consumer<Rooms.Answer> then) {
        if (mine.forgotten) {
            return;
        }
        request = null;
        if (failure != null) {
            throw new AssertionError(mine.what, failure);
        }
        if (!mine.what.equals("poll") || answer.outcome() != Rooms.Outcome.DONE) {
            world.say("  " + this + " " + mine.what + ": " + answer.outcome());
        }
        World.require(
                !allWell || answer.outcome() != Rooms.Outcome.AWAY, () -> this + " " + mine.what + " is answered");
        then.accept(answer);
    }

    /** Whether everything works, so that nobody is told to come again, and sockets are answered soon. */
    boolean allWell;

    // --- time ---

    /** Looks at what has come, and polls where it is time to. */
    void pass() {
        long now = world.time.nanos();
        lookAtRequest(now);
        for (RoomSocket socket : sockets()) {
            if (!world.instances.contains(socket.instance)) {
                socket.vanish();
                sockets.remove(socket.channel);
                continue;
            }
            socket.listen(world::say, now, allWell ? ANSWERED_NANOS : ATTACHED_NANOS);
            if (socket.peer.wasReplaced()) {
                socket.end(RoomSockets.End.LOST);
                sockets.remove(socket.channel);
            }
        }
        if (isIn() && now - askedAt > UNHEARD_NANOS && sockets.isEmpty()) {
            letGo();
        }
        if (isIn() && !quiet && !isWaiting() && now - pollAt >= 0) {
            pollAt = now + POLL_NANOS;
            if (instance.process.isPaused() || !world.instances.contains(instance)) {
                instance = world.any();
            }
            if (!instance.process.isPaused()) {
                poll();
            }
        }
    }

    private void lookAtRequest(long now) {
        Request waiting = request;
        if (waiting == null) {
            return;
        }
        if (!world.instances.contains(waiting.instance)) {
            waiting.forgotten = true;
            request = null; // nobody will answer
            instance = world.any();
            return;
        }
        long waits = Math.min(now - waiting.since, now - waiting.instance.process.awakeSince());
        World.require(
                waiting.instance.process.isPaused() || waits <= ANSWERED_NANOS,
                () -> this + " " + waiting.what + " is answered in time");
    }

    // --- sockets ---

    void attach(RoomChannel channel) {
        RoomSocket socket = sockets.get(channel);
        if (socket == null || socket.gone) {
            if (instance.process.isPaused() || !world.instances.contains(instance)) {
                return;
            }
            socket = new RoomSocket(instance, address, channel);
            sockets.put(channel, socket);
        }
        if (!socket.instance.process.isPaused()) {
            world.say(this + " attaches " + socket);
            askedAt = world.time.nanos();
            socket.attach(code, secret, askedAt);
        }
    }

    void end(RoomChannel channel, RoomSockets.End end) {
        RoomSocket socket = sockets.get(channel);
        if (socket != null && !socket.instance.process.isPaused()) {
            world.say(this + " " + end + " " + socket);
            sockets.remove(channel);
            askedAt = world.time.nanos();
            if (channel == RoomChannel.TRANSFER && end == RoomSockets.End.CLOSED) {
                letGo(); // it leaves by that
            }
            socket.end(end);
            if (channel == RoomChannel.TRANSFER && end == RoomSockets.End.CLOSED) {
                sockets().forEach(each -> end(each.channel, end)); // so does a page that goes
            }
        }
    }

    /** It is heard of no more, until {@link #comeBack}. */
    void fallSilent() {
        quiet = true;
        sockets().forEach(socket -> end(socket.channel, RoomSockets.End.LOST));
    }

    void comeBack() {
        quiet = false;
        pollAt = world.time.nanos();
    }

    @Override
    public String toString() {
        return name + (code.isEmpty() ? "" : "@" + code);
    }
}
