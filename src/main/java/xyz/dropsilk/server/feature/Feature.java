package xyz.dropsilk.server.feature;

import java.time.Duration;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.meter.Meters;

/** One thing that the server can do. Built without I/O; one that is not configured is absent, or says so to pages and does nothing else. */
interface Feature {
    /** What a fault of its begin is told as. */
    String name();

    /** Adds its paths. */
    default void addTo(Pages pages) {}

    /** Adds its figures. */
    default void addTo(Meters meters) {}

    /** Has the libraries behind it add their own meters to {@code registry}, once. Any thread. */
    default void addLibraryMetersTo(Object registry) {}

    /** Begins; the server listens already. Called once, on a thread that may block. */
    default void begin() {}

    /** Begins nothing any more. Never blocks. */
    default void stop() {}

    /** Lets what is under way end, and gives up the rest after {@code limit}. Comes behind {@link #stop} of all. */
    default void end(Duration limit) throws InterruptedException {}

    /** Lets go of what it holds, and waits for that no longer than {@code limit}. Comes behind {@link #end} of all. */
    default void close(Duration limit) throws InterruptedException {}
}
