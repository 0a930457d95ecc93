package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.ManualExecutor;

/** An engine in memory with the faults of real ones, the same for the same random numbers. For one thread. */
class MemoryHub {
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
    private Consumer<Engine.Change> written = change -> {};

    private static final class Inbox {
        final List<Engine.Delivered> entries = new ArrayList<>();
        long in;
        long out;

        /** It lives so long: nanoseconds. */
        long until;

        Inbox copy() {
            Inbox copy = new Inbox();
            copy.until = until;
            copy.entries.addAll(entries);
            copy.in = in;
            copy.out = out;
            return copy;
        }
    }

    /**
     * A record.
     *
     * @param clocks when each was turned back: nanoseconds
     * @param until it lives: nanoseconds
     */
    private record Stored(String version, String value, Map<String, Long> clocks, long until) {}

    /** All that it remembers. */
    private static final class Contents {
        final Map<String, Stored> records = new LinkedHashMap<>();
        final Map<String, Inbox> inboxes = new HashMap<>();
        final Map<String, String> instances = new LinkedHashMap<>();
        String epoch = "";
        long epochSince;

        Contents copy() {
            Contents copy = new Contents();
            copy.records.putAll(records);
            inboxes.forEach((id, inbox) -> copy.inboxes.put(id, inbox.copy()));
            copy.instances.putAll(instances);
            copy.epoch = epoch;
            copy.epochSince = epochSince;
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

    /** {@code listener} hears of each change of a record that comes true. */
    void onChange(Consumer<Engine.Change> listener) {
        written = listener;
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
            Inbox inbox = inbox(append.to());
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
        if (change != null) {
            write(change);
        }
        made.forEach(this::append);
        return new Engine.Answer(
                Engine.Status.DONE, Engine.Kept.nothing(), commit.appends().size() - made.size());
    }

    private void write(Engine.Change change) {
        written.accept(change);
        Stored before = stored(change.code());
        if (change.value().isEmpty()) {
            if (change.remembered().isZero()) {
                contents.records.remove(change.code());
            } else {
                contents.records.put(
                        change.code(),
                        new Stored(
                                change.version(),
                                "",
                                Map.of(),
                                time.nanos() + change.remembered().toNanos()));
            }
            return;
        }
        boolean renewed = change.timeToLive().renewed() || before == null || before.value.isEmpty();
        Map<String, Long> clocks = new HashMap<>();
        for (String clock : change.clocks()) {
            Long since = before == null ? null : before.clocks.get(clock);
            if (since == null || change.heard().contains(clock)) {
                clocks.put(clock, time.nanos());
                renewed = true;
            } else {
                clocks.put(clock, since);
            }
        }
        long until = renewed || before == null
                ? time.nanos() + change.timeToLive().length().toNanos()
                : before.until;
        contents.records.put(change.code(), new Stored(change.version(), change.value(), clocks, until));
    }

    private @Nullable Stored stored(String code) {
        Stored stored = contents.records.get(code);
        return stored != null && time.nanos() - stored.until < 0 ? stored : null;
    }

    List<Engine.Kept> hear(List<Engine.Hearing> hearings) {
        return hearings.stream().map(this::hear).toList();
    }

    private Engine.Kept hear(Engine.Hearing hearing) {
        Stored stored = stored(hearing.code());
        if (stored == null) {
            return Engine.Kept.nothing();
        }
        Map<String, Long> clocks = new HashMap<>(stored.clocks);
        boolean heard = false;
        for (String clock : hearing.clocks()) {
            heard |= clocks.replace(clock, time.nanos()) != null;
        }
        if (heard) {
            contents.records.put(
                    hearing.code(),
                    new Stored(
                            stored.version,
                            stored.value,
                            clocks,
                            time.nanos() + hearing.timeToLive().toNanos()));
        }
        Map<String, Duration> ages = new HashMap<>();
        clocks.forEach((clock, since) -> ages.put(clock, Duration.ofNanos(time.nanos() - since)));
        return new Engine.Kept(stored.version, stored.version.equals(hearing.known()) ? "" : stored.value, ages);
    }

    private void append(Engine.Append append) {
        Inbox inbox = inbox(append.to());
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
        return hear(new Engine.Hearing(code, List.of(), "", Duration.ZERO));
    }

    void renew(String code, Duration timeToLive) {
        Stored stored = stored(code);
        if (stored != null) {
            contents.records.put(
                    code, new Stored(stored.version, stored.value, stored.clocks, time.nanos() + timeToLive.toNanos()));
        }
    }

    /** All records that are, by code. */
    Map<String, Engine.Kept> records() {
        Map<String, Engine.Kept> records = new LinkedHashMap<>();
        List.copyOf(contents.records.keySet()).forEach(code -> {
            Engine.Kept kept = read(code);
            if (!kept.value().isEmpty()) {
                records.put(code, kept);
            }
        });
        return records;
    }

    private @Nullable Inbox inbox(String id) {
        Inbox inbox = contents.inboxes.get(id);
        return inbox != null && time.nanos() - inbox.until < 0 ? inbox : null;
    }

    boolean makeInbox(String id, Duration timeToLive) {
        if (inbox(id) != null) {
            return false;
        }
        Inbox inbox = new Inbox();
        inbox.until = time.nanos() + timeToLive.toNanos();
        inbox.entries.add(new Engine.Delivered(nextPlace(), "", "", 0));
        contents.inboxes.put(id, inbox);
        return true;
    }

    void removeInbox(String id) {
        contents.inboxes.remove(id);
    }

    List<Engine.Delivered> entries(String id, String after, int most) {
        Inbox inbox = inbox(id);
        return inbox == null
                ? List.of()
                : inbox.entries.stream()
                        .filter(entry -> Long.parseLong(entry.place()) > Long.parseLong(after))
                        .limit(most)
                        .toList();
    }

    void discard(String id, String through, long bytes) {
        Inbox inbox = inbox(id);
        if (inbox != null) {
            inbox.entries.removeIf(entry -> Long.parseLong(entry.place()) < Long.parseLong(through));
            inbox.out = bytes;
        }
    }

    Engine.Beat beat(String id, String state, Duration timeToLive) {
        Inbox inbox = inbox(id);
        if (inbox != null) {
            inbox.until = time.nanos() + timeToLive.toNanos();
        }
        if (contents.epoch.isEmpty()) {
            contents.epoch = "epoch" + ++epochs;
            contents.epochSince = time.nanos();
        }
        contents.instances.put(id, state);
        return new Engine.Beat(
                inbox != null,
                contents.epoch,
                Duration.ofNanos(time.nanos() - contents.epochSince),
                Map.copyOf(contents.instances));
    }

    void forget(String id) {
        contents.instances.remove(id);
    }

    void publish(String channel, String text) {
        List.copyOf(engines).forEach(engine -> engine.heard(channel, text));
    }
}
