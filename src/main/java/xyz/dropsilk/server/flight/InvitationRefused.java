package xyz.dropsilk.server.flight;

import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;

/** An invitation that the contract does not allow, or that came too late, of the client {@code id}. */
record InvitationRefused(String id) implements RefusalEvent {
    @Override
    public Refusal refusal() {
        return Refusal.INVITATION;
    }
}
