package xyz.dropsilk.server.flight;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Seat;

/**
 * A flight that several instances share, as this one knows it.
 *
 * @param flight null if it ended here alone
 * @param version of the record that it was made from; empty for none
 * @param alone whether it was changed without asking the others
 * @param base what all knew last, where that is so
 */
record FlightCopy(
        @Nullable Flight flight,
        String version,
        boolean alone,
        @Nullable Flight base) {

    /** What all know. */
    static FlightCopy together(@Nullable Flight flight, String version) {
        return new FlightCopy(flight, version, /* alone= */ false, null);
    }

    /** Whether all that was decided alone is undone: whoever came has left again. */
    boolean isAsBefore() {
        return flight != null
                && base != null
                && !flight.isFull()
                && !base.isFull()
                && flight.host().user().equals(base.host().user());
    }

    /** Whether others know in {@code recordVersion} just what was decided alone. */
    boolean hasComeTrueAs(String recordVersion, @Nullable Entry entry) {
        return flight != null
                && entry instanceof Flight there
                && Proposals.numberOf(recordVersion) > Proposals.numberOf(version)
                && there.pairing() == flight.pairing()
                && users(there).equals(users(flight));
    }

    private static List<User> users(Flight flight) {
        return flight.seats().stream().map(Seat::user).toList();
    }

    /** Whether an engine that says {@code there} has forgotten what is known here; somebody who knew less may have put that back since, under the same number. */
    boolean isForgotten(Flight there, String recordVersion) {
        int order = Long.compare(Proposals.numberOf(recordVersion), Proposals.numberOf(version));
        return order < 0 || (order == 0 && flight != null && flight.isFull() && !there.isFull());
    }
}
