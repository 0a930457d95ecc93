package xyz.dropsilk.server.base;

import org.jspecify.annotations.Nullable;

/**
 * Ends the process when memory has run out: what an {@link OutOfMemoryError} left half done nobody knows, and the platform restarts a process
 * that is gone, not one that hangs. The JVM's own switch for this must be given on the command line and does not know of Netty's direct
 * memory; this one always works. Called wherever an error of any kind comes to light.
 */
public final class OutOfMemory {
    /** The exit status of a JVM that was told to exit on an out-of-memory error. */
    private static final int EXIT_STATUS = 3;

    /** Causes followed: enough for any real chain, and an end for one that bites its tail. */
    private static final int MAX_CAUSES = 16;

    private static final Runtime RUNTIME = Runtime.getRuntime();

    private OutOfMemory() {}

    /** Loads everything that ending needs: later there may be no memory to load it. Called at the start. */
    public static void prepare() {
        haltIfIn(new IllegalStateException(new OutOfMemoryErrorTwin()));
        // Halting takes the lock that guards the shutdown hooks, whose class the first hook loads.
        Thread hook = new Thread();
        RUNTIME.addShutdownHook(hook);
        RUNTIME.removeShutdownHook(hook);
    }

    /** Takes the way of a real one up to the end, which is not reached. */
    private static final class OutOfMemoryErrorTwin extends VirtualMachineError {
        private static final long serialVersionUID = 1;
    }

    /** Ends the process at once, without shutdown hooks, if {@code cause} is or comes from a lack of memory. */
    public static void haltIfIn(@Nullable Throwable cause) {
        Throwable at = cause;
        for (int i = 0; i < MAX_CAUSES && at != null; i++) {
            if (at instanceof OutOfMemoryError) {
                RUNTIME.halt(EXIT_STATUS);
            }
            at = at.getCause();
        }
    }
}
