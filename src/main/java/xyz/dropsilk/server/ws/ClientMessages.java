package xyz.dropsilk.server.ws;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Cleaned;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.flight.SignalSink;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.protocol.MessageHandler;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.protocol.ProtocolException;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.protocol.WhiteSpace;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.rules.RoomChannel;

/**
 * What one client says, and whom that is for: the registry, rooms, or its peer. Confined to the session's event loop.
 *
 * <p><b>Flushing.</b> Signals of one read burst are appended to the peer's outbox and flushed together when the burst ends.
 */
final class ClientMessages implements MessageHandler {
    /** Of a message type that nobody knows, in UTF-16 units. */
    private static final int MAX_TOLD_UNITS = 40;

    private final SessionContext shared;
    private final Client client;
    private final CodeTries tries;
    private final Scratch scratch;

    /** When the message at hand arrived: ticker nanoseconds. */
    private long arrivedAt;

    /** Where the signals of this read burst went, to be flushed at its end. */
    private @Nullable SignalSink relayedTo;

    /** Those of {@code client}, read by means of {@code scratch}, its loop's. */
    ClientMessages(SessionContext shared, Client client, Scratch scratch) {
        this.shared = shared;
        this.client = client;
        this.tries = shared.joins().tries(client.network());
        this.scratch = scratch;
    }

    /** Handles the message in {@code bytes} from {@code from} to {@code to} (exclusive), which arrived at {@code now}: ticker nanoseconds. */
    void handle(byte[] bytes, int from, int to, long now) {
        arrivedAt = now;
        try {
            scratch.reader().read(bytes, from, to, this);
        } catch (ProtocolException e) {
            reject(e.problem(), e.type());
        }
    }

    /** Answers a message that is none. */
    void reject(Problem problem, @Nullable String type) {
        String told = type == null ? null : Cleaned.of(type, MAX_TOLD_UNITS);
        shared.events().publish(new MessageRefused(client.address(), client.id(), told));
        client.send(problem.message());
    }

    /** Sends what was relayed since the last time. */
    void flush() {
        SignalSink peer = relayedTo;
        if (peer != null) {
            relayedTo = null;
            peer.flush();
        }
    }

    @Override
    public void registerDetails(@Nullable String name) {
        String clean = name == null ? null : User.cleanName(name);
        if (clean == null) {
            client.send(Problem.INVALID_NAME.message());
        } else {
            shared.registry().rename(client, clean);
        }
    }

    @Override
    public void createFlight() {
        shared.registry().createFlight(client);
    }

    @Override
    public void joinFlight(@Nullable String flightCode) {
        String code = FlightCode.parse(flightCode);
        if (code == null) {
            client.send(Problem.INVALID_FLIGHT_CODE.message());
        } else {
            shared.registry().joinFlight(client, code, tries);
        }
    }

    @Override
    public void inviteToFlight(String inviteeId, String flightCode) {
        String code = FlightCode.parse(flightCode);
        if (code != null) {
            shared.rooms().endIfExpired(code);
        }
        shared.registry().invite(client, inviteeId, code, tries);
    }

    @Override
    public void attachRoom(String roomCode, String participantId, String channelWord) {
        String code = FlightCode.parse(roomCode);
        String secret = WhiteSpace.trim(participantId);
        RoomChannel forWhat = RoomChannel.of(channelWord);
        if (code == null || secret.isEmpty() || secret.length() > Rooms.MAX_ID_UNITS || forWhat == null) {
            reject(Problem.INVALID_MESSAGE, null);
        } else {
            shared.rooms().attach(client, code, secret, forWhat);
        }
    }

    @Override
    public void signal(byte[] bytes, int from, int to) {
        Peer.Link link = client.link();
        if (link == null) {
            return; // no peer, or not any more: a harmless race
        }
        if (relayedTo != link.to()) {
            flush();
            relayedTo = link.to();
        }
        int length = to - from;
        boolean isTimed = shared.meters().timesSignals() && scratch.samples();
        boolean letIn = isTimed
                ? link.to().relayTimed(link.pairing(), bytes, from, length, arrivedAt)
                : link.to().relay(link.pairing(), bytes, from, length);
        if (letIn) {
            link.count(length);
        }
    }
}
