package xyz.dropsilk.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Label;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Sample;
import xyz.dropsilk.server.remote.RemoteException;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.ManualTicker;
import xyz.dropsilk.server.testing.ManualTime;

class IceServersTest {
    private final ManualTime time = new ManualTime();
    private final ManualTicker ticker = new ManualTicker();
    private final CollectedEvents events = new CollectedEvents();
    private final List<CompletableFuture<String>> fetches = new ArrayList<>();
    private static final Duration HOUR = Duration.ofHours(1);
    private final ManualExecutor timer = new ManualExecutor();
    private final IceServers iceServers = new IceServers(
            "Cloudflare",
            () -> {
                CompletableFuture<String> fetch = new CompletableFuture<>();
                fetches.add(fetch);
                Instant askedAt = time.instant();
                return fetch.thenApply(json -> new IceCredentials(json, askedAt, HOUR));
            },
            time,
            ticker,
            timer,
            events);

    @Test
    void fetchedAheadAndAnsweredFromMemory() {
        iceServers.prepare();
        fetches.get(0).complete("[1]");
        time.pass(Duration.ofMinutes(9));
        assertEquals("[1]", now());
        assertEquals(1, fetches.size());
    }

    @Test
    void thoseWhoAskMeanwhileWaitForTheOneFetch() {
        CompletableFuture<String> first = ask();
        CompletableFuture<String> second = ask();
        assertFalse(first.isDone());
        assertEquals(1, fetches.size());
        assertTrue(first.cancel(true), "one who goes away");
        fetches.get(0).complete("[1]");
        assertEquals("[1]", second.join(), "spoils it for nobody");
    }

    @Test
    void theEndOfAnOutageIsToldWithHowLongAndHowOften() {
        for (int i = 0; i < 3; i++) {
            ask();
            fetches.get(i).completeExceptionally(RemoteException.refused(503));
            time.pass(IceServers.LONGEST_PAUSE);
            ticker.pass(IceServers.LONGEST_PAUSE);
        }
        ask();
        fetches.get(3).complete("[1]");
        assertEquals(
                List.of(
                        new TurnEvent.Failed("Cloudflare: refused with status 503", 0),
                        new TurnEvent.Over("Cloudflare: refused with status 503", Duration.ofSeconds(45), 3)),
                events.take());
    }

    @Test
    void callsAreCountedAndWhatIsServedHasAnAge() {
        Meters meters = new Meters();
        iceServers.addTo(meters);
        assertTrue(Double.isNaN(ageSeconds(meters)), "nothing to hand out yet");
        ask();
        fetches.get(0).completeExceptionally(RemoteException.refused(503));
        time.pass(IceServers.LONGEST_PAUSE);
        ask();
        fetches.get(1).complete("[1]");
        time.pass(Duration.ofSeconds(7));
        now();
        assertEquals(
                Set.of(
                        Sample.of(1, new Label("provider", "cloudflare"), new Label("result", "ok")),
                        Sample.of(1, new Label("provider", "cloudflare"), new Label("result", "failed"))),
                Set.copyOf(samples(meters, "dropsilk_turn_calls_total")));
        assertEquals(7, ageSeconds(meters));
    }

    private static double ageSeconds(Meters meters) {
        return samples(meters, "dropsilk_turn_credentials_age_seconds").get(0).value();
    }

    private static List<Sample> samples(Meters meters, String name) {
        return meters.all().stream()
                .filter(meter -> meter.name().equals(name))
                .findFirst()
                .orElseThrow()
                .samples()
                .get();
    }

    @Test
    void aClockThatIsPutBackEndsThePauseAfterAFailure() {
        ask();
        fetches.get(0).completeExceptionally(new IllegalStateException("away"));
        time.pass(Duration.ofHours(-5));
        ask();
        assertEquals(2, fetches.size(), "asked again, not after five hours");
    }

    @Test
    void renewedWhenSomebodyConnects() {
        prepared("[1]");
        time.pass(HOUR.minus(IceServers.RENEWED_AT).minusMillis(1));
        iceServers.prepare();
        assertEquals(1, fetches.size());
        time.pass(Duration.ofMillis(1));
        iceServers.prepare();
        iceServers.prepare();
        assertEquals(2, fetches.size(), "one renewal at a time");
        assertEquals("[1]", now(), "nobody waits for it while the old ones are fresh");
        fetches.get(1).complete("[2]");
        assertEquals("[2]", now());
    }

    /** One visitor every 40 minutes once got what was fetched for the visitor before. */
    @Test
    void whoeverFindsOlderOnesWaitsForFreshOnes() {
        prepared("[1]");
        time.pass(Duration.ofMinutes(40));
        CompletableFuture<String> asked = ask();
        assertFalse(asked.isDone());
        fetches.get(1).complete("[2]");
        assertEquals("[2]", asked.join());
    }

    @Test
    void olderOnesServeWhereFreshOnesDoNotComeInTime() {
        prepared("[1]");
        time.pass(HOUR.minus(IceServers.FRESH));
        CompletableFuture<String> asked = ask();
        timer.advance(IceServers.PATIENCE.minusMillis(1));
        assertFalse(asked.isDone());
        timer.advance(Duration.ofMillis(1));
        assertEquals("[1]", asked.join());
        fetches.get(1).complete("[2]");
        assertEquals("[2]", now());
    }

    @Test
    void olderOnesServeWhereTheProviderFails() {
        prepared("[1]");
        time.pass(HOUR.minus(IceServers.SERVED).minusMillis(1));
        CompletableFuture<String> asked = ask();
        fetches.get(1).completeExceptionally(new IllegalStateException("down"));
        assertEquals("[1]", asked.join());
        assertEquals("[1]", now(), "in the pause nobody waits");
        time.pass(Duration.ofMillis(1));
        assertTrue(ask().isCompletedExceptionally(), "a quarter of an hour is the least");
    }

    @Test
    void tooOldOnesServeNobodyHoweverLongItTakes() {
        prepared("[1]");
        time.pass(HOUR.minus(IceServers.SERVED));
        CompletableFuture<String> asked = ask();
        timer.advance(IceServers.PATIENCE.multipliedBy(2));
        assertFalse(asked.isDone());
        fetches.get(1).complete("[2]");
        assertEquals("[2]", asked.join());
    }

    @Test
    void ageCountsFromTheAsking() {
        iceServers.prepare();
        time.pass(HOUR.minus(IceServers.SERVED));
        fetches.get(0).complete("[1]");
        assertFalse(ask().isDone(), "an answer that took so long is not served from memory");
    }

    @Test
    void failuresAreFollowedByPausesThatGrow() {
        CompletableFuture<String> waiting = ask();
        for (long seconds : new long[] {1, 2, 4, 8, 15, 15}) {
            int asked = fetches.size();
            fetches.get(asked - 1).completeExceptionally(new IllegalStateException("down"));
            assertTrue(waiting.isCompletedExceptionally());
            time.pass(Duration.ofSeconds(seconds).minusMillis(1));
            assertTrue(ask().isCompletedExceptionally(), "in the pause nobody waits");
            assertEquals(asked, fetches.size());
            time.pass(Duration.ofMillis(1));
            waiting = ask();
            assertFalse(waiting.isDone());
            assertEquals(asked + 1, fetches.size());
        }
    }

    @Test
    void aClockThatWasSetBackServesNothingOld() {
        prepared("[1]");
        time.pass(Duration.ofHours(-1));
        assertFalse(ask().isDone());
    }

    private void prepared(String answer) {
        iceServers.prepare();
        fetches.get(fetches.size() - 1).complete(answer);
    }

    private CompletableFuture<String> ask() {
        return iceServers.credentials().thenApply(IceCredentials::iceServers).toCompletableFuture();
    }

    private String now() {
        return ask().getNow("nothing yet");
    }
}
