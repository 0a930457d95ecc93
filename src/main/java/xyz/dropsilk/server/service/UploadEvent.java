package xyz.dropsilk.server.service;

import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens to uploads of previews and their rows. */
public sealed interface UploadEvent extends ServerEvent {
    /** The cloud reported an upload. */
    record Success(String fileKey) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:success";
        }
    }

    /** The row of an upload is written. */
    record Saved(String fileKey) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:db_saved";
        }
    }

    /** A call to UploadThing failed; {@code untold} failures before this one were not worth a line. */
    record Failed(String reason, long untold) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** A call to UploadThing goes well again, which failed for {@code reason}, after {@code seconds} in which {@code failures} calls failed. */
    record Over(boolean over, String reason, Duration seconds, long failures) implements UploadEvent {
        Over(String reason, Duration seconds, long failures) {
            this(true, reason, seconds, failures);
        }

        @Override
        public String eventName() {
            return "upload:error";
        }
    }

    /** Something about this one file is lost or wrong. */
    record Lost(String fileKey, String reason) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:error";
        }

        @Override
        public Level level() {
            return Level.ERROR;
        }
    }

    /** The row of an upload is written, but for what the database can't hold. */
    record Shortened(String fileKey, String reason) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** There are no uploads at all, and the operator should know. */
    record Off(String reason) implements UploadEvent {
        @Override
        public String eventName() {
            return "upload:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }
}
