package xyz.dropsilk.server.service;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.remote.Recaptcha;

/** The address behind "contact us", told to people and not to programs. Safe on any thread, never blocks. */
public final class ContactAddress {
    private final Recaptcha recaptcha;
    private final String address;
    private final Outage outage;
    private final EventSink events;

    /** The address {@code address}, told to those for whom {@code recaptcha} vouches. */
    public ContactAddress(Recaptcha recaptcha, String address, EventSink events) {
        this.recaptcha = recaptcha;
        this.address = address;
        this.events = events;
        this.outage = new Outage(events, ServerEvent::emailError);
    }

    /** The address, or nothing if {@code token} is no good; fails if the verifier gives no answer, which has been told then. */
    public CompletableFuture<Optional<String>> reveal(String token, String ip) {
        return recaptcha
                .verify(token)
                .whenComplete((verdict, failure) -> {
                    if (failure != null) {
                        outage.failed("reCAPTCHA", failure);
                    }
                })
                .thenApply(verdict -> {
                    if (!verdict.success()) {
                        outage.failed("reCAPTCHA says no: " + verdict.errorCodes());
                        return Optional.empty();
                    }
                    outage.over();
                    events.publish(ServerEvent.emailRequest(ip));
                    return Optional.of(address);
                });
    }
}
