package xyz.dropsilk.server.service;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.remote.Recaptcha;

/** The address behind "contact us", told to people and not to programs. Safe on any thread, never blocks. */
public final class ContactAddress {
    private final Recaptcha recaptcha;
    private final String address;
    private final Outage outage;

    /** Those for whom the verifier does not vouch, which is nobody's outage. */
    private final Outage refusals;

    private final EventSink events;

    /** The address {@code address}, told to those for whom {@code recaptcha} vouches; {@code ticker} counts nanoseconds. */
    public ContactAddress(Recaptcha recaptcha, String address, LongSupplier ticker, EventSink events) {
        this.recaptcha = recaptcha;
        this.address = address;
        this.events = events;
        this.outage = new Outage(events, EmailEvent.Failed::new, EmailEvent.Over::new, ticker);
        this.refusals = new Outage(events, EmailEvent.Failed::new);
    }

    /** The address, or nothing if {@code token} is no good; fails if the verifier gives no answer, which has been told then. */
    public CompletableFuture<Optional<String>> reveal(String token, InetAddress ip) {
        return recaptcha
                .verify(token)
                .whenComplete((verdict, failure) -> {
                    if (failure != null) {
                        outage.failed("reCAPTCHA", failure);
                    }
                })
                .thenApply(verdict -> {
                    outage.over();
                    if (!verdict.success()) {
                        refusals.failed("reCAPTCHA says no: " + verdict.errorCodes());
                        return Optional.empty();
                    }
                    refusals.over();
                    events.publish(new EmailEvent.Told(ip));
                    return Optional.of(address);
                });
    }
}
