package xyz.dropsilk.server.http;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.config.Config;

/** Stub. */
public final class OriginPolicy {
    public static OriginPolicy of(Config.Origins origins, boolean production) {
        return new OriginPolicy();
    }

    public boolean admitsUpgrade(@Nullable String origin) {
        return true;
    }
}
