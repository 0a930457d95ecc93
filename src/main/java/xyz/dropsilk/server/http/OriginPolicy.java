package xyz.dropsilk.server.http;

import org.jspecify.annotations.Nullable;

public final class OriginPolicy {
    public boolean admitsUpgrade(@Nullable String origin) {
        return true;
    }
}
