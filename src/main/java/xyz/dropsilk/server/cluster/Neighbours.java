package xyz.dropsilk.server.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Gateway;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.rules.SeatJson;

/**
 * Who can be seen on other instances, and which wrong codes were named there: said on channels, kept nowhere, said again. Each instance says whom it
 * sees of a network; whoever has somebody there listens. Confined to the cluster's thread, but where a method says otherwise.
 */
final class Neighbours {
    /** What was not said for so long, though all say everything again every 10 s, counts no more. */
    static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String NETWORKS = "net:";
    private static final String TRIED = "tried";
    private static final int MOST_USERS = 1_000;

    private final String self;
    private final Engine engine;
    private final Executor owner;
    private final Tally tally;
    private final Consumer<String> heardOf;
    private final Map<NetworkKey, Watched> watched = new LinkedHashMap<>();

    /** Of which it is not certain that all know: nobody can be seen here. */
    private final Set<NetworkKey> said = new LinkedHashSet<>();

    private @Nullable Gateway gateway;
    private @Nullable JoinLimit joins;
    private boolean open;

    /** A network as of when it was listened to last. */
    private static final class Watched {
        /** Whether what is heard of it was said since. */
        boolean hears;
    }

    /** Of the instance {@code self}; {@code heardOf} is told of each other one that says something. */
    Neighbours(String self, Engine engine, Executor owner, Tally tally, Consumer<String> heardOf) {
        this.heardOf = heardOf;
        this.self = self;
        this.engine = engine;
        this.owner = owner;
        this.tally = tally;
    }

    void tell(Gateway door, JoinLimit limit) {
        gateway = door;
        joins = limit;
        limit.tell(this::tried);
    }

    // --- this instance ---

    /** Somebody of {@code network} is here. Any thread. */
    void watch(NetworkKey network) {
        later(() -> {
            listenTo(network);
        });
    }

    /** Nobody of {@code network} is here any more. Any thread. */
    void unwatch(NetworkKey network) {
        later(() -> {
            if (watched.remove(network) != null && open) {
                engine.unlisten(channel(network));
            }
            say(network);
        });
    }

    /** Others are to be told who of {@code network} can be seen here. Any thread. */
    void publish(NetworkKey network) {
        later(() -> say(network));
    }

    private void tried(NetworkKey network) {
        later(() -> {
            if (open) {
                engine.publish(TRIED, LetterJson.text(head().put("network", SeatJson.network(network))));
            }
        });
    }

    private void later(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // the server stops
        }
    }

    /** There is a connection: listens to all that matters, asks, and says what there is to say. */
    void open() {
        open = true;
        engine.listen(TRIED);
        List.copyOf(watched.keySet()).forEach(this::listenTo);
        List.copyOf(said).stream()
                .filter(network -> !watched.containsKey(network))
                .forEach(network -> say(network, List.of()));
    }

    /** Asks and says everything again, on the same connection. */
    void meet() {
        watched.keySet().forEach(this::ask);
        sayAll();
    }

    /** There is no connection. */
    void close() {
        open = false;
    }

    /** Says again who can be seen here. */
    void sayAll() {
        Gateway door = gateway;
        if (open && door != null) {
            Map<NetworkKey, List<Listed>> seen = door.seenHere();
            List.copyOf(said).stream()
                    .filter(network -> !seen.containsKey(network))
                    .forEach(network -> say(network, List.of()));
            seen.forEach(this::say);
        }
    }

    private void listenTo(NetworkKey network) {
        Watched mine = new Watched();
        watched.put(network, mine);
        if (!open) {
            return; // and it is listened to once there is a connection
        }
        engine.listen(channel(network))
                .thenRunAsync(
                        () -> {
                            mine.hears = true; // what came before may have been taken back unheard
                            ask(network);
                            say(network); // else two that begin to listen at one moment may miss each other
                        },
                        owner);
    }

    private void ask(NetworkKey network) {
        engine.publish(channel(network), LetterJson.text(head().put("ask", true)));
    }

    private static String channel(NetworkKey network) {
        return NETWORKS + SeatJson.network(network);
    }

    /** What is said last is true: it is looked up now, and not when somebody asked for it to be said. */
    private void say(NetworkKey network) {
        Gateway door = gateway;
        if (door != null) {
            say(network, door.seenHere(network));
        }
    }

    private void say(NetworkKey network, List<Listed> here) {
        said.add(network);
        if (!open) {
            return; // and it is said once there is a connection
        }
        ObjectNode json = head();
        ArrayNode users = json.putArray("users");
        for (Listed each : here) {
            users.addObject()
                    .put("at", each.arrival())
                    .put("id", each.user().id())
                    .put("name", each.user().name());
        }
        engine.publish(channel(network), LetterJson.text(json))
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure == null && here.isEmpty()) {
                                said.remove(network);
                            }
                        },
                        owner);
    }

    private ObjectNode head() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("v", LetterJson.VERSION)
                .put("s", self);
    }

    // --- others ---

    /** {@code text} was said on {@code channel}. */
    void heard(String channel, String text) {
        try {
            hear(channel, LetterJson.json(text));
        } catch (IllegalArgumentException e) {
            tally.garbage("a channel's message");
        }
    }

    private void hear(String channel, JsonNode json) {
        String sender = LetterJson.word(json, "s");
        Gateway door = gateway;
        JoinLimit limit = joins;
        if (sender.equals(self) || door == null || limit == null || LetterJson.number(json, "v") > LetterJson.VERSION) {
            return;
        }
        heardOf.accept(sender);
        if (channel.equals(TRIED)) {
            limit.failedElsewhere(SeatJson.network(LetterJson.word(json, "network")));
        } else if (channel.startsWith(NETWORKS)) {
            NetworkKey network = SeatJson.network(channel.substring(NETWORKS.length()));
            Watched mine = watched.get(network);
            if (json.has("users") && mine != null && mine.hears) {
                door.shows(network, sender, users(json.path("users")));
            } else if (json.has("ask")) {
                say(network);
            }
        }
    }

    private static List<Listed> users(JsonNode json) {
        List<Listed> users = new ArrayList<>();
        for (JsonNode user : json) {
            users.add(new Listed(LetterJson.number(user, "at"), SeatJson.user(user)));
        }
        if (users.size() > MOST_USERS) {
            throw new IllegalArgumentException("users");
        }
        users.sort(Comparator.comparingLong(Listed::arrival));
        return users;
    }
}
