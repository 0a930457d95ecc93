package xyz.dropsilk.server.rules;

import org.jspecify.annotations.Nullable;

/** Decides one event. Pure, so it may be asked again where what it decided on has changed meanwhile. */
@FunctionalInterface
public interface Rule {
    /** What becomes of {@code now}, which is what lives under the code, or null where nothing does. */
    Decision decide(@Nullable Entry now);
}
