package xyz.dropsilk.server.rules;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.ConnectionType;

/**
 * What has happened in one flight or room, for operators to read when it ends. Immutable. Bounded so that its log line stays below 16,000 bytes
 * and a story that many people come and go in below some 5 KB of memory; what is left out is counted.
 */
public final class Story {
    /** Participants who are named, the first ones: at most 310 bytes each in the line. */
    static final int MAX_PARTICIPANTS = 20;

    /** Notes of the timeline, the first ones: at most 120 bytes each in the line. */
    static final int MAX_NOTES = 60;

    private static final double MILLIS_PER_SECOND = 1_000;

    private final String code;
    private final Course course;
    private final List<Person> people;
    private final @Nullable Note lastNote;
    private final int notes;
    private final int peopleLeftOut;
    private final long signals;

    /** Somebody who took part. */
    record Person(
            String id,
            String name,
            @Nullable InetAddress address,
            @Nullable ConnectionType type,
            Instant joinedAt) {

        Person at(@Nullable InetAddress where) {
            return new Person(id, name, where, type, joinedAt);
        }

        Map<String, @Nullable Object> told() {
            Map<String, @Nullable Object> told = new LinkedHashMap<>();
            told.put("id", id);
            told.put("name", name);
            told.put("ip", address);
            told.put("connectionType", type == null ? null : type.word());
            told.put("joinedAt", joinedAt.toString());
            return told;
        }
    }

    /** One line of the timeline, linked to the one before it, so that a longer timeline shares all of a shorter one. */
    record Note(
            String event, Instant at, String id, @Nullable Note before) {
        Map<String, @Nullable Object> told() {
            Map<String, @Nullable Object> told = new LinkedHashMap<>();
            told.put("event", event);
            told.put("timestamp", at.toString());
            told.put("id", id);
            return told;
        }
    }

    Story(
            String code,
            Course course,
            List<Person> people,
            @Nullable Note lastNote,
            int notes,
            int peopleLeftOut,
            long signals) {
        this.code = code;
        this.course = course;
        this.people = people;
        this.lastNote = lastNote;
        this.notes = notes;
        this.peopleLeftOut = peopleLeftOut;
        this.signals = signals;
    }

    /** The same with the addresses that {@code known}, an earlier state of it, has and this one lost on its way between instances. */
    Story recognizing(Story known) {
        List<Person> now = new ArrayList<>(people.size());
        for (int i = 0; i < people.size(); i++) {
            Person person = people.get(i);
            Person same = i < known.people.size() ? known.people.get(i) : person;
            boolean isKnown = person.address == null && same.id.equals(person.id);
            now.add(isKnown ? person.at(same.address) : person);
        }
        return new Story(code, course, List.copyOf(now), lastNote, notes, peopleLeftOut, signals);
    }

    /** The story of what {@code creatorId}, called {@code name}, has just created; {@code address} is null where it is not known. */
    static Story begin(String code, String creatorId, String name, @Nullable InetAddress address, Instant at) {
        return new Story(code, Course.begin(at), List.of(), null, 0, 0, 0)
                .with(new Person(creatorId, name, address, null, at))
                .note("created", at, creatorId);
    }

    /** Somebody came. */
    Story joined(String id, String name, @Nullable InetAddress address, Instant at) {
        return on(course.visited())
                .with(new Person(id, name, address, null, at))
                .note("peer_joined", at, id);
    }

    /** Two were paired for transfer: {@code type} is theirs from now on, unless they had one before. */
    Story paired(String one, String other, ConnectionType type, Instant at) {
        List<Person> now = new ArrayList<>(people.size());
        for (Person person : people) {
            boolean isMeant = person.type == null && (person.id.equals(one) || person.id.equals(other));
            now.add(isMeant ? new Person(person.id, person.name, person.address, type, person.joinedAt) : person);
        }
        return new Story(code, course.paired(at), List.copyOf(now), lastNote, notes, peopleLeftOut, signals);
    }

    /** The two are paired for transfer no more. */
    Story parted(Instant at) {
        return on(course.parted(at));
    }

    /** Somebody has left. */
    Story left(String id, Instant at) {
        return note("participant_disconnected", at, id);
    }

    /** More went through a pairing. */
    Story exchanged(Traffic traffic) {
        return traffic.equals(Traffic.NONE)
                ? this
                : new Story(
                        code,
                        course.exchanged(traffic),
                        people,
                        lastNote,
                        notes,
                        peopleLeftOut,
                        signals + traffic.signals());
    }

    /** How long whoever is the first to come, which is {@code at}, was waited for; null where somebody came before. */
    @Nullable
    Duration waited(Instant at) {
        return course.isVisited() ? null : course.waited(at);
    }

    private Story on(Course next) {
        return new Story(code, next, people, lastNote, notes, peopleLeftOut, signals);
    }

    private Story with(Person person) {
        if (people.size() == MAX_PARTICIPANTS) {
            return new Story(code, course, people, lastNote, notes, peopleLeftOut + 1, signals);
        }
        List<Person> more = new ArrayList<>(people.size() + 1);
        more.addAll(people);
        more.add(person);
        return new Story(code, course, List.copyOf(more), lastNote, notes, peopleLeftOut, signals);
    }

    private Story note(String event, Instant at, String id) {
        Note note = notes < MAX_NOTES ? new Note(event, at, id, lastNote) : lastNote;
        return new Story(code, course, people, note, notes + 1, peopleLeftOut, signals);
    }

    /** What became of it. */
    public Outcome outcome() {
        return course.outcome();
    }

    /** How long two were paired for transfer, without those who still are. */
    public Duration paired() {
        return course.paired();
    }

    // --- for {@link StoryJson} ---

    String code() {
        return code;
    }

    Course course() {
        return course;
    }

    List<Person> people() {
        return people;
    }

    /** The notes that are kept, the first one first. */
    List<Note> kept() {
        Deque<Note> kept = new ArrayDeque<>();
        for (Note note = lastNote; note != null; note = note.before) {
            kept.addFirst(note);
        }
        return List.copyOf(kept);
    }

    int notes() {
        return notes;
    }

    int peopleLeftOut() {
        return peopleLeftOut;
    }

    long signals() {
        return signals;
    }

    /** The story as the contract spells it (5), told at {@code end}. */
    public Map<String, @Nullable Object> tell(Instant end) {
        Map<String, @Nullable Object> meta = new LinkedHashMap<>();
        meta.put("flightCode", code);
        meta.put("startTime", course.start().toString());
        meta.put("endTime", end.toString());
        meta.put("creatorId", people.get(0).id);
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        stats.put("signalsExchanged", signals);
        stats.put(
                "durationSeconds",
                Math.max(0, Duration.between(course.start(), end).toMillis()) / MILLIS_PER_SECOND);
        if (peopleLeftOut > 0) {
            stats.put("participantsLeftOut", peopleLeftOut);
        }
        if (notes > MAX_NOTES) {
            stats.put("timelineLeftOut", notes - MAX_NOTES);
        }
        Map<String, @Nullable Object> story = new LinkedHashMap<>();
        story.put("meta", meta);
        story.put("participants", people.stream().map(Person::told).toList());
        story.put("timeline", timeline());
        story.put("stats", stats);
        return story;
    }

    private List<Map<String, @Nullable Object>> timeline() {
        return kept().stream().map(Note::told).toList();
    }
}
