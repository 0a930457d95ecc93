package xyz.dropsilk.server.service;

import java.util.function.DoubleSupplier;
import xyz.dropsilk.server.meter.Counts;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Result;
import xyz.dropsilk.server.meter.Sample;

/** What is known of one provider of TURN credentials: how often it was called, how that went, and how old is what it gave. Safe on any thread. */
final class TurnMeters {
    private final Counts<Result> calls = Counts.of(Result.class, Result::word);

    /** Counts a call. */
    void count(Result result) {
        calls.increment(result);
    }

    /** Adds what is known of {@code provider}, whose credentials are as old as {@code ageSeconds} says, to {@code meters}. */
    void addTo(Meters meters, String provider, DoubleSupplier ageSeconds) {
        meters.add(new Meter(
                "dropsilk_turn_calls_total",
                Meter.Kind.COUNTER,
                "Calls for TURN credentials, by provider and result.",
                () -> calls.sums().entrySet().stream()
                        .map(call -> Sample.of(
                                (double) call.getValue(),
                                new Label("provider", provider),
                                new Label("result", call.getKey())))
                        .toList()));
        meters.gauge(
                "dropsilk_turn_credentials_age_seconds",
                "How old the credentials are that are handed out; NaN before there are any.",
                ageSeconds);
    }
}
