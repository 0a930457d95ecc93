package xyz.dropsilk.server.service;

import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** Whether the database can be reached. */
public sealed interface DatabaseEvent extends ServerEvent {
    /** The database is away; {@code untold} attempts before this one failed otherwise. */
    record Away(String reason, long untold) implements DatabaseEvent {
        @Override
        public String eventName() {
            return "database:away";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** The database is back after {@code seconds}, in which {@code attempts} failed. */
    record Back(Duration seconds, long attempts) implements DatabaseEvent {
        @Override
        public String eventName() {
            return "database:back";
        }
    }
}
