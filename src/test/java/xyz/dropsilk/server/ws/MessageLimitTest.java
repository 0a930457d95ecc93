package xyz.dropsilk.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static xyz.dropsilk.server.ws.MessageLimit.Verdict.CLOSE;
import static xyz.dropsilk.server.ws.MessageLimit.Verdict.HANDLE;
import static xyz.dropsilk.server.ws.MessageLimit.Verdict.IGNORE;
import static xyz.dropsilk.server.ws.MessageLimit.Verdict.IGNORE_AND_TELL;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.testing.ManualTicker;
import xyz.dropsilk.server.ws.MessageLimit.Verdict;

final class MessageLimitTest {
    private final ManualTicker ticker = new ManualTicker();
    private final MessageLimit limit = new MessageLimit(Rate.of(100, 1, 300), ticker.getAsLong());

    private Verdict count() {
        return limit.count(ticker.getAsLong());
    }

    /** {@code perSecond} messages a second for {@code seconds}, or until one closes the connection; how many had each verdict. */
    private Map<Verdict, Integer> send(int perSecond, double seconds) {
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < perSecond * seconds && !verdicts.containsKey(CLOSE); i++) {
            verdicts.merge(count(), 1, Integer::sum);
            ticker.pass(Duration.ofSeconds(1).dividedBy(perSecond));
        }
        return verdicts;
    }

    @Test
    void aBurstIsHandled() {
        for (int i = 0; i < 300; i++) {
            assertEquals(HANDLE, count(), "message " + i);
        }
        assertEquals(IGNORE_AND_TELL, count());
    }

    @Test
    void theRateIsHandledForEver() {
        assertEquals(Map.of(HANDLE, 360_000), send(100, 3_600));
    }

    @Test
    void theBurstGrowsBack() {
        send(100_000, 0.0031);
        ticker.pass(Duration.ofSeconds(3));
        aBurstIsHandled();
    }

    @Test
    void overTheRateTheRateIsHandledAndTheClientToldOnceASecond() {
        for (int i = 0; i < 300; i++) {
            count();
        }
        Map<Verdict, Integer> verdicts = send(1_000, 8);
        assertEquals(8, verdicts.get(IGNORE_AND_TELL));
        assertEquals(800.0, verdicts.getOrDefault(HANDLE, 0), 1);
        assertEquals(8_000.0 - 800 - 8, verdicts.getOrDefault(IGNORE, 0), 1);
    }

    @Test
    void keepingItUpForTenSecondsEndsTheConnection() {
        for (int i = 0; i < 300; i++) {
            count();
        }
        long begin = ticker.getAsLong();
        assertEquals(1, send(1_000, 60).get(CLOSE));
        assertEquals(9, (ticker.getAsLong() - begin) / 1e9, 1.02); // in its tenth second
    }

    @Test
    void aPauseDoesNotWipeTheSlate() {
        send(1_000, 9);
        ticker.pass(Duration.ofMillis(1_300));
        assertEquals(1, send(1_000, 3).get(CLOSE));
    }

    @Test
    void whoIsOverTheRateInLessThanHalfOfTheTimeMayGoOn() {
        for (int minute = 0; minute < 20; minute++) {
            assertEquals(null, send(1_000, 4).get(CLOSE));
            ticker.pass(Duration.ofSeconds(8));
        }
    }

    @Test
    void whatWasLongAgoIsForgotten() {
        assertEquals(null, send(1_000, 9).get(CLOSE));
        ticker.pass(Duration.ofSeconds(20));
        assertEquals(null, send(1_000, 9).get(CLOSE));
    }

    @Test
    void noLimitIsNone() {
        MessageLimit none = new MessageLimit(Rate.perSecond(Unlimited.COUNT, Unlimited.COUNT), ticker.getAsLong());
        for (int i = 0; i < 100_000; i++) {
            assertEquals(HANDLE, none.count(ticker.getAsLong()));
        }
    }
}
