package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Rule;

/**
 * Where flights and rooms are kept by their codes, and where it is decided what happens to them. {@link LocalRecords} answers at once; one that
 * several instances share may ask a rule again, since it is pure, and answers later. Called under the registry's lock.
 */
public interface Records {
    /**
     * Lets {@code rule} decide on what lives under {@code code}, keeps what it says, has its deliveries made, in order, and then calls {@code
     * decided}, under the registry's lock too, now or later.
     *
     * @param asker who waits for the decision, and not for ever: a client's id, {@link #PAGE} or {@link #JUDGE}; null where it must be made, however
     *     long it takes
     */
    void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided);

    /** A page that asks over HTTP. */
    String PAGE = "page";

    /** Somebody's silence or end is judged: not without the others, and given up where they can't be asked. */
    String JUDGE = "judge";

    /**
     * Makes what {@link #find} gives for a room what all know now, and then calls {@code then}, under the registry's lock too, now or later.
     *
     * @param participant who is heard of by that, known by its public id; null for nobody
     */
    void refresh(String code, @Nullable String participant, Consumer<Freshness> then);

    /** How much is known of a room. */
    enum Freshness {
        /** All that there is to know. */
        FRESH,
        /** What this instance knew last, since the others can't be asked. */
        COPY,
        /** Nothing, and only the others could tell. */
        UNKNOWN
    }

    /** What lives under {@code code} as far as this instance knows; null for nothing. */
    @Nullable
    Entry find(String code);

    /** What this instance has in hand. */
    Counts counts();

    /** Shows each entry to {@code visitor}. */
    void forEach(Consumer<Entry> visitor);

    /**
     * Entries now.
     *
     * @param flights flights, and rooms with a transfer socket
     * @param rooms rooms
     */
    record Counts(int flights, int rooms) {}

    /** Makes deliveries to clients of this instance. Called under the registry's lock. */
    interface Recipient {
        /** Makes {@code deliveries}, which belong to one decision, in their order. */
        void deliver(List<Delivery> deliveries);

        /** Whether the client {@code id} is here, and takes part in nothing but, perhaps, what lives under {@code code}. */
        boolean isFreeFor(String id, String code);

        /** Whether the client {@code id} is here, and takes part in what lives under {@code code}. */
        boolean isIn(String id, String code);
    }

    /** Hears of each change, under the registry's lock, before anybody is told of it. */
    @FunctionalInterface
    interface Listener {
        /** {@code before} became {@code after}; null is nothing. */
        void committed(@Nullable Entry before, @Nullable Entry after);

        /**
         * Participants of room {@code code} were last heard of, by any instance, as long ago as {@code ages} says, by public id.
         *
         * @param isNew whether the room was not known here before
         */
        default void heard(String code, Map<String, Duration> ages, boolean isNew) {}

        /** Hears nothing. */
        static Listener none() {
            return (before, after) -> {};
        }
    }
}
