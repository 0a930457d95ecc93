package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.ConnectionType;

/** Stories as instances hand them on: all but addresses. Stateless. */
final class StoryJson {
    private StoryJson() {}

    static ObjectNode write(Story story) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        write(story.course(), json);
        ArrayNode people = json.putArray("people");
        for (Story.Person person : story.people()) {
            ObjectNode each = people.addObject()
                    .put("id", person.id())
                    .put("name", person.name())
                    .put("at", person.joinedAt().toString());
            ConnectionType type = person.type();
            if (type != null) {
                each.put("type", type.word());
            }
        }
        ArrayNode notes = json.putArray("notes");
        for (Story.Note note : story.kept()) {
            notes.addObject()
                    .put("event", note.event())
                    .put("at", note.at().toString())
                    .put("id", note.id());
        }
        return json.put("allNotes", story.notes())
                .put("peopleLeftOut", story.peopleLeftOut())
                .put("signals", story.signals());
    }

    /** What has not come about yet is left out. */
    private static void write(Course course, ObjectNode json) {
        json.put("start", course.start().toString());
        if (course.isVisited()) {
            json.put("visited", true);
        }
        Instant since = course.pairedSince();
        if (since != null) {
            json.put("pairedSince", since.toString());
        }
        if (!course.paired().isZero()) {
            json.put("pairedMillis", course.paired().toMillis());
        }
        if (course.isMet()) {
            json.put("met", true);
        }
    }

    private static Course course(JsonNode json) {
        return new Course(
                Json.moment(json, "start"),
                Json.flag(json, "visited"),
                json.has("pairedSince") ? Json.moment(json, "pairedSince") : null,
                Duration.ofMillis(json.has("pairedMillis") ? Json.whole(json, "pairedMillis") : 0),
                Json.flag(json, "met"));
    }

    static Story read(String code, JsonNode json) {
        List<Story.Person> people = new ArrayList<>();
        for (JsonNode person : json.path("people")) {
            people.add(new Story.Person(
                    Json.id(person, "id"),
                    SeatJson.name(person),
                    null,
                    person.has("type") ? type(person) : null,
                    Json.moment(person, "at")));
        }
        Json.require(!people.isEmpty() && people.size() <= Story.MAX_PARTICIPANTS, "people");
        Story.@Nullable Note last = null;
        int kept = 0;
        for (JsonNode note : json.path("notes")) {
            last = new Story.Note(event(note), Json.moment(note, "at"), Json.id(note, "id"), last);
            kept++;
        }
        Json.require(kept <= Story.MAX_NOTES && kept <= Json.small(json, "allNotes"), "notes");
        return new Story(
                code,
                course(json),
                List.copyOf(people),
                last,
                Json.small(json, "allNotes"),
                Json.small(json, "peopleLeftOut"),
                Json.whole(json, "signals"));
    }

    private static String event(JsonNode note) {
        String event = Json.text(note, "event");
        Json.require(event.matches("[a-z_]{1,40}"), "event");
        return event;
    }

    static ConnectionType type(JsonNode in) {
        String word = Json.text(in, "type");
        for (ConnectionType type : ConnectionType.values()) {
            if (type.word().equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("type");
    }
}
