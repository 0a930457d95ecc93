package xyz.dropsilk.server.rules;

import xyz.dropsilk.server.protocol.JsonText;

/** A participant as the other one may see it: by its public id, never by its secret. */
public record PeerView(Participant participant, Role role) {
    private static final int CHARS = 192;

    /** As it stands in summaries and in {@code room-attached}: a JSON object. */
    public String json() {
        StringBuilder json = new StringBuilder(CHARS);
        append(json, participant, participant.id(), role);
        return json.toString();
    }

    /** Appends {@code participant} to {@code json}, as a JSON object under {@code id}, which is its secret for its own page. */
    public static void append(StringBuilder json, Participant participant, String id, Role role) {
        json.append("{\"participantId\":\"")
                .append(id)
                .append("\",\"role\":\"")
                .append(role.word())
                .append("\",\"name\":");
        JsonText.appendQuoted(json, participant.name());
        json.append(",\"ready\":")
                .append(participant.ready())
                .append(",\"fileCount\":")
                .append(participant.fileCount())
                .append(",\"totalBytes\":")
                .append(participant.totalBytes())
                .append('}');
    }
}
