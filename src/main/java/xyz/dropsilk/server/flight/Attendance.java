package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who is connected, as a server sees it that is about to stop. Immutable.
 *
 * @param idle clients in no flight and attached to no room
 * @param newcomers how many more there are who came so lately, or have just asked, that they may be about to take part in something
 * @param inFlights sockets in flights, alone or not
 * @param inRooms sockets attached to rooms
 */
public record Attendance(List<Peer> idle, int newcomers, int inFlights, int inRooms) {
    public Attendance {
        idle = List.copyOf(idle);
    }

    /** What {@code members} are doing at {@code now}, ticker nanoseconds; newcomers are those who came less than {@code grace} ago, or wait for an answer. */
    static Attendance of(Collection<Member> members, long now, Duration grace) {
        List<Peer> idle = new ArrayList<>();
        int newcomers = 0;
        int inFlights = 0;
        int inRooms = 0;
        for (Member member : members) {
            if (member.place instanceof Member.InFlight) {
                inFlights++;
            } else if (member.place != null) {
                inRooms++;
            } else if (member.asking || now - member.arrivedAt < grace.toNanos()) {
                newcomers++;
            } else {
                idle.add(member.peer);
            }
        }
        return new Attendance(idle, newcomers, inFlights, inRooms);
    }

    /** All of them. */
    public int connections() {
        return idle.size() + newcomers + inFlights + inRooms;
    }
}
