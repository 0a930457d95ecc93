package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.protocol.ConnectionType;
import xyz.dropsilk.server.protocol.User;

/**
 * What happened in one flight, told to operators when it ends. Written under the registry's lock; each note is bounded, and so is their
 * number, however long the flight lives.
 */
final class FlightStory {
    /** Guests of one flight that are named; somebody who invites all day gets no longer story. */
    static final int MAX_PARTICIPANTS = 50;

    /** Lines of the timeline; the first ones are kept. */
    static final int MAX_TIMELINE = 200;

    private final String code;
    private final Instant start;
    private final String creatorId;
    private final List<Map<String, @Nullable Object>> participants = new ArrayList<>(2);
    private final List<Map<String, @Nullable Object>> timeline = new ArrayList<>(4);
    private long signals;

    FlightStory(String code, Peer creator, User user, Instant now) {
        this.code = code;
        this.start = now;
        this.creatorId = creator.id();
        participants.add(participant(creator, user, null, now));
        note("created", now, creator.id());
    }

    void joined(Peer guest, User user, ConnectionType connectionType, Instant now) {
        participants.get(0).putIfAbsent("connectionType", connectionType.word());
        if (participants.size() < MAX_PARTICIPANTS) {
            participants.add(participant(guest, user, connectionType, now));
        }
        note("peer_joined", now, guest.id());
    }

    void left(Peer member, long signalsOfPairing, Instant now) {
        signals += signalsOfPairing;
        note("participant_disconnected", now, member.id());
    }

    /** The story as the contract spells it. */
    Map<String, @Nullable Object> tell(Instant end) {
        Map<String, @Nullable Object> meta = new LinkedHashMap<>();
        meta.put("flightCode", code);
        meta.put("startTime", start.toString());
        meta.put("endTime", end.toString());
        meta.put("creatorId", creatorId);
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        stats.put("signalsExchanged", signals);
        stats.put("durationSeconds", Math.max(0, Duration.between(start, end).toMillis()) / 1_000.0);
        Map<String, @Nullable Object> story = new LinkedHashMap<>();
        story.put("meta", meta);
        story.put("participants", participants);
        story.put("timeline", timeline);
        story.put("stats", stats);
        return story;
    }

    private static Map<String, @Nullable Object> participant(
            Peer peer, User user, @Nullable ConnectionType type, Instant now) {
        Map<String, @Nullable Object> participant = new LinkedHashMap<>();
        participant.put("id", peer.id());
        participant.put("name", user.name());
        participant.put("ip", IpAddress.text(peer.address()));
        participant.put("connectionType", type == null ? null : type.word());
        participant.put("joinedAt", now.toString());
        return participant;
    }

    private void note(String event, Instant now, String id) {
        if (timeline.size() < MAX_TIMELINE) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("event", event);
            line.put("timestamp", now.toString());
            line.put("id", id);
            timeline.add(line);
        }
    }
}
