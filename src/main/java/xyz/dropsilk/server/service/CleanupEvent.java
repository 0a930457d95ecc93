package xyz.dropsilk.server.service;

import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens when old uploads are deleted; {@code database} tells whether the database was there. */
public sealed interface CleanupEvent extends ServerEvent {
    /** A cleanup begins: this instance has the right to it. */
    record Start(boolean database) implements CleanupEvent {
        @Override
        public String eventName() {
            return "cleanup:start";
        }
    }

    /** A cleanup has ended: rows that were due, files that the cloud deleted, rows removed. */
    record Complete(boolean database, long found, long deletedRemotely, long pruned) implements CleanupEvent {
        @Override
        public String eventName() {
            return "cleanup:complete";
        }
    }

    /** There was no cleanup, for {@code reason}. */
    record Skipped(String reason) implements CleanupEvent {
        @Override
        public String eventName() {
            return "cleanup:skipped";
        }
    }

    /** A batch failed, or the whole run. */
    record Failed(String reason, boolean database) implements CleanupEvent {
        @Override
        public String eventName() {
            return "cleanup:error";
        }

        @Override
        public Level level() {
            return Level.ERROR;
        }
    }

    /** What failed for {@code reason}, as told last, does no more, after {@code seconds} in which {@code failures} failed. */
    record Over(boolean over, String reason, Duration seconds, long failures) implements CleanupEvent {
        Over(String reason, Duration seconds, long failures) {
            this(true, reason, seconds, failures);
        }

        @Override
        public String eventName() {
            return "cleanup:error";
        }
    }
}
