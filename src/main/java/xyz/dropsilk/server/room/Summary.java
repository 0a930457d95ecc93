package xyz.dropsilk.server.room;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.PeerView;
import xyz.dropsilk.server.rules.Room;

/**
 * A room as one participant sees it (rooms contract, 1), written once for all polls until the room changes: some 450 bytes, of which a poll changes
 * thirty. Immutable.
 */
final class Summary {
    private static final int CHARS = 512;
    private static final byte[] CONNECT = "true,\"expiresAt\":\"".getBytes(US_ASCII);
    private static final byte[] DO_NOT_CONNECT = "false,\"expiresAt\":\"".getBytes(US_ASCII);

    private final boolean ready;

    /** The JSON without the value of {@code shouldConnect} and whatever stands from there to the end of {@code expiresAt}'s. */
    private final byte[] text;

    /** Where those belong. */
    private final int gap;

    private Summary(boolean ready, String beginning, String end) {
        this.ready = ready;
        this.text = (beginning + end).getBytes(UTF_8);
        this.gap = beginning.getBytes(UTF_8).length;
    }

    /** The {@code room} as {@code self}, whose page acts with {@code secret}, sees it. */
    static Summary of(Room room, Participant self, String secret) {
        PeerView peer = room.peerOf(self);
        boolean ready = isReady(self, peer);
        String status = peer == null ? "waiting" : ready ? "ready" : "paired";
        StringBuilder end = new StringBuilder(CHARS).append("\",\"self\":");
        PeerView.append(end, self, secret, room.roleOf(self));
        end.append(",\"peer\":");
        if (peer == null) {
            end.append("null");
        } else {
            PeerView.append(end, peer.participant(), peer.participant().id(), peer.role());
        }
        boolean peerShares = peer != null && peer.participant().sharing();
        boolean peerChats = peer != null && peer.participant().chat();
        end.append(",\"screenShare\":{\"activeParticipantId\":");
        String sharer = self.sharing()
                ? secret
                : peer != null && peerShares ? peer.participant().id() : null;
        if (sharer == null) {
            end.append("null");
        } else {
            end.append('"').append(sharer).append('"');
        }
        flags(end.append(','), self.sharing(), peerShares);
        flags(end.append(",\"chat\":{"), self.chat(), peerChats);
        return new Summary(
                ready,
                "{\"roomCode\":\"" + room.code() + "\",\"status\":\"" + status + "\",\"shouldConnect\":",
                end.append('}').toString());
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

    /** Whether in {@code room}, as {@code self} sees it, files are there to be sent, and somebody to send them to. */
    static boolean isReady(Room room, Participant self) {
        return isReady(self, room.peerOf(self));
    }

    private static boolean isReady(Participant self, @Nullable PeerView peer) {
        return peer != null && (self.ready() || peer.participant().ready());
    }

    /** Whether files are there to be sent, and somebody to send them to. */
    boolean isReady() {
        return ready;
    }

    /** The summary as JSON in UTF-8. */
    byte[] json(boolean shouldConnect, Instant expiresAt) {
        byte[] middle = shouldConnect ? CONNECT : DO_NOT_CONNECT;
        ByteBuffer json = ByteBuffer.allocate(text.length + middle.length + Timestamp.BYTES)
                .put(text, 0, gap)
                .put(middle);
        Timestamp.write(expiresAt, json);
        return json.put(text, gap, text.length - gap).array();
    }

    /** A moment in ISO 8601, UTC, always with milliseconds; what stands before them is kept, since thousands of polls a second name the same. */
    private record Timestamp(long second, byte[] text) {
        static final int BYTES = "2026-01-01T00:00:00.000Z".length();

        private static final int NANOS_PER_MILLI = 1_000_000;

        private static volatile Timestamp last = of(Instant.EPOCH);

        private static Timestamp of(Instant moment) {
            String text = moment.truncatedTo(ChronoUnit.SECONDS).toString().replace('Z', '.');
            return new Timestamp(moment.getEpochSecond(), text.getBytes(US_ASCII));
        }

        static void write(Instant moment, ByteBuffer into) {
            Timestamp whole = last;
            if (whole.second != moment.getEpochSecond()) {
                whole = of(moment);
                last = whole;
            }
            int millis = moment.getNano() / NANOS_PER_MILLI;
            into.put(whole.text)
                    .put((byte) ('0' + millis / 100))
                    .put((byte) ('0' + millis / 10 % 10))
                    .put((byte) ('0' + millis % 10))
                    .put((byte) 'Z');
        }
    }
}
