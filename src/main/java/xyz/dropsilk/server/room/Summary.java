package xyz.dropsilk.server.room;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.PeerView;
import xyz.dropsilk.server.rules.Role;
import xyz.dropsilk.server.rules.Room;

/**
 * A room as one participant sees it (rooms contract, 1).
 *
 * @param room the room
 * @param self who sees it
 * @param secret the id that its page acts with
 * @param peer who sits opposite; null for an empty seat, or one that looks empty
 */
record Summary(
        Room room,
        Participant self,
        String secret,
        @Nullable PeerView peer) {
    private static final int CHARS = 640;

    /** The room as {@code self}, whose secret is {@code secret}, sees it. */
    static Summary of(Room room, Participant self, String secret) {
        return new Summary(room, self, secret, room.peerOf(self));
    }

    /** Whether files are there to be sent, and somebody to send them to. */
    boolean isReady() {
        return peer != null && (self.ready() || peer.participant().ready());
    }

    private String status() {
        return peer == null ? "waiting" : isReady() ? "ready" : "paired";
    }

    /** The summary as JSON. */
    String json(boolean shouldConnect, Instant expiresAt) {
        Role role = room.roleOf(self);
        boolean peerShares = peer != null && peer.participant().sharing();
        boolean peerChats = peer != null && peer.participant().chat();
        StringBuilder json = new StringBuilder(CHARS)
                .append("{\"roomCode\":\"")
                .append(room.code())
                .append("\",\"status\":\"")
                .append(status())
                .append("\",\"shouldConnect\":")
                .append(shouldConnect)
                .append(",\"expiresAt\":\"")
                .append(WholeSecond.textOf(expiresAt))
                .append("\",\"self\":");
        PeerView.append(json, self, secret, role);
        json.append(",\"peer\":");
        if (peer == null) {
            json.append("null");
        } else {
            PeerView.append(json, peer.participant(), peer.participant().id(), peer.role());
        }
        json.append(",\"screenShare\":{\"activeParticipantId\":");
        String sharer = self.sharing()
                ? secret
                : peer != null && peerShares ? peer.participant().id() : null;
        if (sharer == null) {
            json.append("null");
        } else {
            json.append('"').append(sharer).append('"');
        }
        flags(json.append(','), self.sharing(), peerShares);
        flags(json.append(",\"chat\":{"), self.chat(), peerChats);
        return json.append('}').toString();
    }

    private static void flags(StringBuilder json, boolean bySelf, boolean byPeer) {
        json.append("\"requestedBySelf\":")
                .append(bySelf)
                .append(",\"requestedByPeer\":")
                .append(byPeer)
                .append(",\"isActive\":")
                .append(bySelf || byPeer)
                .append('}');
    }

    /** The text of a second, kept until the next one, since thousands of summaries a second name the same. */
    private record WholeSecond(long second, String text) {
        private static final int MILLIS_PER_SECOND = 1_000;
        private static final int NANOS_PER_MILLI = 1_000_000;

        private static volatile WholeSecond last = of(Instant.EPOCH);

        private static WholeSecond of(Instant moment) {
            String text = moment.truncatedTo(ChronoUnit.SECONDS).toString();
            return new WholeSecond(moment.getEpochSecond(), text.substring(0, text.length() - 1));
        }

        /** {@code moment} in ISO 8601, UTC, always with milliseconds. */
        static String textOf(Instant moment) {
            WholeSecond whole = last;
            if (whole.second != moment.getEpochSecond()) {
                whole = of(moment);
                last = whole;
            }
            int millis = MILLIS_PER_SECOND + moment.getNano() / NANOS_PER_MILLI;
            return whole.text + '.' + Integer.toString(millis).substring(1) + 'Z';
        }
    }
}
