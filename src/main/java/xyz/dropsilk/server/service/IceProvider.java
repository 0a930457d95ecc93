package xyz.dropsilk.server.service;

import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.meter.Meters;

/** Where TURN credentials come from. Safe on any thread, never blocks. */
@FunctionalInterface
public interface IceProvider {
    /**
     * Credentials to hand out now. Fails where there are none to be had; whoever provides them tells operators why. Each caller's
     * stage is its own.
     */
    CompletionStage<IceCredentials> credentials();

    /** Adds what it knows of itself to {@code meters}; nothing where somebody else counts its calls. */
    default void addTo(Meters meters) {}
}
