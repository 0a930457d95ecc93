package xyz.dropsilk.server.limit;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;

/** So many permits a minute for each network, all of which may be taken at once. Safe on any thread. */
public final class NetworkRate implements RateLimit {
    private static final double MINUTE_SECONDS = 60;

    private final Rate rate;
    private final LongSupplier ticker;
    private final NetworkCells fullAt;

    private NetworkRate(int perMinute, LongSupplier ticker) {
        this.rate = Rate.of(perMinute, MINUTE_SECONDS, perMinute);
        this.ticker = ticker;
        this.fullAt = new NetworkCells(ticker.getAsLong());
    }

    /** A limit of {@code perMinute} permits, {@link Unlimited} for no limit; {@code ticker} counts nanoseconds. */
    public static RateLimit perMinute(int perMinute, LongSupplier ticker) {
        return Unlimited.is(perMinute) ? network -> 0 : new NetworkRate(perMinute, ticker);
    }

    @Override
    public long secondsUntilPermit(NetworkKey network) {
        long now = ticker.getAsLong();
        long wait = Long.MAX_VALUE;
        for (int row = 0; row < NetworkCells.ROWS; row++) {
            wait = Math.min(wait, rate.nanosUntilPermit(fullAt.get(network, row), now));
        }
        if (wait > 0) {
            return TimeUnit.NANOSECONDS.toSeconds(wait) + 1;
        }
        fullAt.update(network, full -> rate.take(full, now));
        return 0;
    }
}
