package xyz.dropsilk.server.base;

/**
 * Something outside the process that the server uses, and can do without for a while. Says whether it was there when it was used last, and never
 * asks it only to know that. Safe on any thread; never blocks.
 */
@FunctionalInterface
public interface Dependency {
    /** What is not configured. */
    Dependency NONE = () -> State.OFF;

    /** How it is. */
    State state();

    /** How a dependency can be. */
    enum State {
        /** Not configured. */
        OFF("off"),
        /** The last use reached it. */
        UP("up"),
        /** The last use did not reach it, or none has yet. */
        AWAY("away");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** The contract's word for it. */
        public String word() {
            return word;
        }
    }
}
