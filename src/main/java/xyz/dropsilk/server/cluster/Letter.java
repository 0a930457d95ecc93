package xyz.dropsilk.server.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;

/** What an instance finds in its inbox. Immutable. */
sealed interface Letter {
    /**
     * A commit has come true.
     *
     * @param id of the commit
     * @param base the version that it was decided on; empty for none
     * @param version of the record since then
     * @param entry what lives under {@code code} since then; null for nothing
     * @param deliveries what clients of the receiver are told
     */
    record Committed(
            String id,
            String code,
            String base,
            String version,
            @Nullable Entry entry,
            List<Delivery> deliveries) implements Letter {}

    /** A signal to {@code to}, whose text is the payload. */
    record Signal(String to, long pairing) implements Letter {}

    /** Somebody called {@code from}, of {@code network}, invites {@code to}. */
    record Invitation(String to, NetworkKey network, String code, User from) implements Letter {}

    /** The instance's own mark, for the commit {@code id}. */
    record Mark(String id) implements Letter {}

    /**
     * A letter as it came.
     *
     * @param sender the instance it is from
     * @param number of it among all that the sender sent to anybody
     */
    record Received(String sender, long number, Letter letter) {}
}
