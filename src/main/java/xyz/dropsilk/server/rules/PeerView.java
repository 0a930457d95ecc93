package xyz.dropsilk.server.rules;

import xyz.dropsilk.server.protocol.JsonText;

/** A participant as the other one may see it: by its public id, never by its secret. */
public record PeerView(Participant participant, Role role) {
    /** As it stands in summaries and in {@code room-attached}: a JSON object. */
    public String json() {
        return json(participant, participant.id(), role);
    }

    /** {@code participant} as a JSON object under {@code id}, which is its secret for its own page. */
    public static String json(Participant participant, String id, Role role) {
        return "{\"participantId\":\"" + id + "\",\"role\":\"" + role.word() + "\",\"name\":"
                + JsonText.quoted(participant.name()) + ",\"ready\":" + participant.ready() + ",\"fileCount\":"
                + participant.fileCount() + ",\"totalBytes\":" + participant.totalBytes() + "}";
    }
}
