package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract's section 1 in the plainest way: everything is looked up by going over everybody. */
final class NaiveModel {
    /** A client, and what it should have been told but for lists. */
    static final class Client {
        final RecordingPeer peer;
        String name = "Anonymous";

        @Nullable
        String code;

        final List<String> told = new ArrayList<>();
        final Allowance sent = new Allowance(20);
        final Allowance invited = new Allowance(10);

        Client(RecordingPeer peer) {
            this.peer = peer;
        }

        String user() {
            return Told.user(peer, name);
        }
    }

    /** So many a minute, all of which may be used at once. */
    private static final class Allowance {
        private final int perMinute;
        private double left;
        private long since;

        Allowance(int perMinute) {
            this.perMinute = perMinute;
            this.left = perMinute;
        }

        boolean hasOne(long millis) {
            left = Math.min(perMinute, left + (millis - since) * perMinute / 60_000.0);
            since = millis;
            return left >= 1 - 1e-6;
        }

        void use() {
            left--;
        }
    }

    private final int maxListed;

    /** In order of arrival. */
    final List<Client> clients = new ArrayList<>();

    int arrivals;
    int created;
    int joined;
    int signals;
    int invitations;
    int refusedInvitations;
    int wrongCodes;
    int tooManyAttempts;

    NaiveModel(int maxListed) {
        this.maxListed = maxListed;
    }

    void connect(RecordingPeer peer) {
        Client client = new Client(peer);
        client.told.add(Told.registered(peer));
        clients.add(client);
        arrivals++;
    }

    void disconnect(Client client) {
        Client other = otherOf(client);
        clients.remove(client);
        if (other != null) {
            other.told.add(Told.PEER_LEFT);
        }
    }

    /** {@code code} is the one the registry came up with. */
    void createFlight(Client client, String code) {
        if (client.code != null) {
            client.told.add(Told.ALREADY_IN_FLIGHT);
        } else {
            client.code = code;
            client.told.add(Told.flightCreated(code));
            created++;
        }
    }

    void joinFlight(Client client, String code, boolean mayTry) {
        List<Client> there = membersOf(code);
        if (client.code != null) {
            client.told.add(Told.ALREADY_IN_FLIGHT);
        } else if (!mayTry) {
            client.told.add(Told.TOO_MANY_ATTEMPTS);
            tooManyAttempts++;
        } else if (there.size() != 1) {
            client.told.add(Told.NOT_FOUND);
            wrongCodes++;
        } else {
            Client host = there.get(0);
            String type = host.peer.network().equals(client.peer.network()) ? "lan" : "wan";
            client.code = code;
            client.told.add(Told.peerJoined(code, host.user(), type));
            host.told.add(Told.peerJoined(code, client.user(), type));
            joined++;
        }
    }

    void invite(Client client, String inviteeId, String code, long millis) {
        for (Client invitee : seenBy(client)) {
            if (invitee.peer.id().equals(inviteeId)
                    && code.equals(client.code)
                    && !isInFullFlight(client)
                    && client.sent.hasOne(millis)
                    && invitee.invited.hasOne(millis)) {
                client.sent.use();
                invitee.invited.use();
                invitee.told.add(Told.invitation(code, client.name));
                invitations++;
                return;
            }
        }
        refusedInvitations++;
    }

    void signal(Client client, String data) {
        Client other = otherOf(client);
        if (other != null) {
            other.told.add(Told.signal(data));
            signals++;
        }
    }

    /** The list of {@code client} as it should be now. */
    String listOf(Client client) {
        return Told.list(seenBy(client).stream().map(Client::user).toArray(String[]::new));
    }

    private List<Client> seenBy(Client client) {
        List<Client> seen = new ArrayList<>();
        if (isInFullFlight(client)) {
            return seen;
        }
        for (Client other : clients) {
            if (other != client && other.peer.network().equals(client.peer.network()) && !isInFullFlight(other)) {
                seen.add(other);
            }
        }
        return seen.subList(Math.max(0, seen.size() - maxListed), seen.size());
    }

    boolean isInFullFlight(Client client) {
        return otherOf(client) != null;
    }

    private @Nullable Client otherOf(Client client) {
        if (client.code != null) {
            for (Client other : membersOf(client.code)) {
                if (other != client) {
                    return other;
                }
            }
        }
        return null;
    }

    private List<Client> membersOf(String code) {
        List<Client> members = new ArrayList<>();
        for (Client client : clients) {
            if (code.equals(client.code)) {
                members.add(client);
            }
        }
        return members;
    }

    /** The codes of all flights, with how many are in each. */
    Map<String, Integer> flights() {
        Map<String, Integer> flights = new LinkedHashMap<>();
        for (Client client : clients) {
            if (client.code != null) {
                flights.merge(client.code, 1, Integer::sum);
            }
        }
        return flights;
    }

    FlightRegistry.Stats stats() {
        return new FlightRegistry.Stats(
                clients.size(),
                flights().size(),
                0,
                arrivals,
                arrivals - clients.size(),
                created,
                joined,
                0,
                0,
                signals);
    }
}
