package xyz.dropsilk.server.flight;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.Rule;

/** Flights and rooms of this process alone: a map, which decides at once. Guarded by the registry's lock. */
final class LocalRecords implements Records {
    private final Recipient recipient;
    private final Listener listener;
    private final Map<String, Entry> entries = new HashMap<>();
    private int flights;
    private int rooms;

    /** No records yet; deliveries go to {@code recipient}, changes are told to {@code listener}. */
    LocalRecords(Recipient recipient, Listener listener) {
        this.recipient = recipient;
        this.listener = listener;
    }

    @Override
    public void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided) {
        Entry before = entries.get(code);
        Decision decision = rule.decide(before);
        Entry after = decision.next();
        if (decision.isDone() && after != before) {
            if (after == null) {
                entries.remove(code);
            } else {
                entries.put(code, after);
            }
            count(before, -1);
            count(after, 1);
            listener.committed(before, after);
        }
        recipient.deliver(decision.deliveries());
        decided.accept(decision);
    }

    @Override
    public void refresh(String code, @Nullable String participant, Consumer<Freshness> then) {
        then.accept(Freshness.FRESH);
    }

    private void count(@Nullable Entry entry, int change) {
        if (entry instanceof Room room) {
            rooms += change;
            flights += room.hasTransferSocket() ? change : 0;
        } else if (entry instanceof Flight) {
            flights += change;
        }
    }

    @Override
    public @Nullable Entry find(String code) {
        return entries.get(code);
    }

    @Override
    public Counts counts() {
        return new Counts(flights, rooms);
    }

    @Override
    public void forEach(Consumer<Entry> visitor) {
        entries.values().forEach(visitor);
    }
}
