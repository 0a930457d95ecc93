package xyz.dropsilk.server.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.limit.RateLimit;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;

final class ToolsTest {
    private static final NetworkKey HOME = NetworkKey.of(InetAddress.getLoopbackAddress());

    private static RateLimit tenthOf(int perMinute) {
        ManualExecutor time = new ManualExecutor();
        return new Tools(
                        call -> new CompletableFuture<>(),
                        Runnable::run,
                        time,
                        time,
                        time::nanos,
                        new CollectedEvents(),
                        perMinute)
                .tenth();
    }

    @Test
    void aTenthOfNoLimitIsNone() {
        RateLimit none = tenthOf(Unlimited.COUNT);
        for (int i = 0; i < 100; i++) {
            assertEquals(0, none.secondsUntilPermit(HOME));
        }
    }

    @Test
    void aTenthOfLittleIsOneAMinute() {
        RateLimit one = tenthOf(3);
        assertEquals(0, one.secondsUntilPermit(HOME));
        assertTrue(one.secondsUntilPermit(HOME) > 0);
    }
}
