package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import xyz.dropsilk.server.testing.ManualExecutor;

/** An engine in memory with the faults of real ones, the same for the same random numbers. For one thread. */
final class MemoryHub {
    private static final int ENTRY_BYTES = 64;

    private final ManualExecutor time;
    private final Random random;
    private final long mostDelay;
    private final List<MemoryEngine> engines = new ArrayList<>();
    private final List<Runnable> frozen = new ArrayList<>();
    private Contents contents = new Contents();
    private long entries;
    private long epochs;
    private boolean away;
    private boolean isFrozen;
    private boolean full;

    private static final class Inbox {
        final List<Engine.Delivered> entries = new ArrayList<>();
        long in;
        long out;

        Inbox copy() {
            Inbox copy = new Inbox();
            copy.entries.addAll(entries);
            copy.in = in;
            copy.out = out;
            return copy;
        }
    }

    /** All that it remembers. */
    private static final class Contents {
        final Map<String, Engine.Kept> records = new LinkedHashMap<>();
        final Map<String, Inbox> inboxes = new HashMap<>();
        final Map<String, String> instances = new LinkedHashMap<>();
        String epoch = "";

        Contents copy() {
            Contents copy = new Contents();
            copy.records.putAll(records);
            inboxes.forEach((id, inbox) -> copy.inboxes.put(id, inbox.copy()));
            copy.instances.putAll(instances);
            copy.epoch = epoch;
            return copy;
        }
    }

    /** An empty one whose messages take up to {@code mostDelay} each way. */
    MemoryHub(ManualExecutor time, Random random, Duration mostDelay) {
        this.time = time;
        this.random = random;
        this.mostDelay = mostDelay.toNanos();
    }

    ManualExecutor time() {
        return time;
    }

    Random random() {
        return random;
    }

    long delay() {
        return mostDelay == 0 ? 0 : (long) (random.nextDouble() * mostDelay);
    }

    int chance(int bound) {
        return random.nextInt(bound);
    }

    void add(MemoryEngine engine) {
        engines.add(engine);
    }

    void remove(MemoryEngine engine) {
        engines.remove(engine);
    }

    // --- faults ---

    /** It is gone with all connections until {@link #comeBack}. */
    void goAway() {
        away = true;
        thaw();
        List.copyOf(engines).forEach(engine -> engine.drop("away"));
    }

    void comeBack() {
        away = false;
    }

    boolean isAway() {
        return away;
    }

    /** Forgets all that it knows. */
    void lose() {
        contents = new Contents();
    }

    /** What it remembers now, to be put back later. */
    Runnable snapshot() {
        Contents kept = contents.copy();
        return () -> contents = kept.copy();
    }

    /** Does nothing, with all connections open, until {@link #thaw}. */
    void freeze() {
        isFrozen = true;
    }

    void thaw() {
        isFrozen = false;
        List<Runnable> waiting = List.copyOf(frozen);
        frozen.clear();
        waiting.forEach(time::execute);
    }

    boolean isFrozen() {
        return isFrozen;
    }

    void whenThawed(Runnable task) {
        frozen.add(task);
    }

    /** Whether there is memory left for nothing. */
    void full(boolean now) {
        full = now;
    }

    // --- what it keeps ---

    Engine.Answer commit(Engine.Commit commit) {
        Engine.Change change = commit.change();
        if (change != null) {
            Engine.Kept now = read(change.code());
            if (now.version().equals(change.version())) {
                return new Engine.Answer(Engine.Status.DONE, Engine.Kept.nothing(), 0);
            }
            if (!now.version().equals(change.expected())) {
                return new Engine.Answer(Engine.Status.CONFLICT, now, 0);
            }
        }
        List<Engine.Append> made = new ArrayList<>();
        for (Engine.Append append : commit.appends()) {
            Inbox inbox = contents.inboxes.get(append.to());
            boolean isFull = inbox != null && inbox.in - inbox.out > commit.mostUnread();
            if (inbox != null && !isFull) {
                made.add(append);
            } else if (append.required()) {
                return new Engine.Answer(isFull ? Engine.Status.FULL : Engine.Status.MISSING, Engine.Kept.nothing(), 0);
            }
        }
        if (full) {
            throw EngineException.refused("it is out of memory");
        }
        if (change != null && change.value().isEmpty()) {
            contents.records.remove(change.code());
        } else if (change != null) {
            contents.records.put(change.code(), new Engine.Kept(change.version(), change.value()));
        }
        made.forEach(this::append);
        return new Engine.Answer(
                Engine.Status.DONE, Engine.Kept.nothing(), commit.appends().size() - made.size());
    }

    private void append(Engine.Append append) {
        Inbox inbox = contents.inboxes.get(append.to());
        if (inbox != null) {
            inbox.in += append.entry().length() + append.payload().length() + ENTRY_BYTES;
            inbox.entries.add(new Engine.Delivered(nextPlace(), append.entry(), append.payload(), inbox.in));
            List.copyOf(engines).forEach(engine -> engine.appended(append.to()));
        }
    }

    private String nextPlace() {
        return String.valueOf(++entries);
    }

    Engine.Kept read(String code) {
        return contents.records.getOrDefault(code, Engine.Kept.nothing());
    }

    /** All records, by code. */
    Map<String, Engine.Kept> records() {
        return Map.copyOf(contents.records);
    }

    boolean makeInbox(String id) {
        if (contents.inboxes.containsKey(id)) {
            return false;
        }
        Inbox inbox = new Inbox();
        inbox.entries.add(new Engine.Delivered(nextPlace(), "", "", 0));
        contents.inboxes.put(id, inbox);
        return true;
    }

    void removeInbox(String id) {
        contents.inboxes.remove(id);
    }

    List<Engine.Delivered> entries(String id, String after, int most) {
        Inbox inbox = contents.inboxes.get(id);
        return inbox == null
                ? List.of()
                : inbox.entries.stream()
                        .filter(entry -> Long.parseLong(entry.place()) > Long.parseLong(after))
                        .limit(most)
                        .toList();
    }

    void discard(String id, String through, long bytes) {
        Inbox inbox = contents.inboxes.get(id);
        if (inbox != null) {
            inbox.entries.removeIf(entry -> Long.parseLong(entry.place()) < Long.parseLong(through));
            inbox.out = bytes;
        }
    }

    Engine.Beat beat(String id, String state) {
        if (contents.epoch.isEmpty()) {
            contents.epoch = "epoch" + ++epochs;
        }
        contents.instances.put(id, state);
        return new Engine.Beat(contents.inboxes.containsKey(id), contents.epoch, Map.copyOf(contents.instances));
    }

    void forget(String id) {
        contents.instances.remove(id);
    }

    void publish(String channel, String text) {
        List.copyOf(engines).forEach(engine -> engine.heard(channel, text));
    }
}
