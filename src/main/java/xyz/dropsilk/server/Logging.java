package xyz.dropsilk.server;

import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Terminal;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.Alarms;
import xyz.dropsilk.server.event.EventLog;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.LibraryLog;
import xyz.dropsilk.server.event.LogFormat;
import xyz.dropsilk.server.event.LogRing;
import xyz.dropsilk.server.event.Refusals;
import xyz.dropsilk.server.event.StandardOutput;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.meter.Meters;

/**
 * Where events go: refusals counted, alarms noticed, lines kept and written; what libraries log and threads throw comes here as well. Made first and
 * closed last, by the thread that starts and stops the server.
 */
final class Logging {
    private final LogRing ring;
    private final StandardOutput output;
    private final Alarms alarms;
    private final Refusals events;
    private final LibraryLog libraries;
    private final Thread.UncaughtExceptionHandler uncaught;

    /** As {@code settings} say, its lines to {@code standardOutput} once it is started; {@code ticker} counts nanoseconds. */
    Logging(Config.Telemetry settings, OutputStream standardOutput, InstantSource clock, LongSupplier ticker) {
        ring = new LogRing(settings.logBufferSize(), clock);
        output = new StandardOutput(standardOutput, new LostLines(), ticker);
        alarms = new Alarms(EventLog.into(ring, output, formOf(settings), clock));
        events = new Refusals(alarms, ticker);
        libraries = LibraryLog.sendTo(events);
        uncaught = (thread, fault) -> {
            OutOfMemory.haltIfIn(fault);
            events.publish(new SystemEvent.Fault("thread " + thread.getName(), fault));
        };
    }

    private final class LostLines implements StandardOutput.Loss {
        @Override
        public void begun() {
            events.publish(new SystemEvent.LosingLines("standard output"));
        }

        @Override
        public void over(long lines, Duration time) {
            events.publish(new SystemEvent.LinesDropped("standard output", lines, time));
        }
    }

    private static EventLog.Settings formOf(Config.Telemetry settings) {
        boolean isWatched = Terminal.isThere();
        LogFormat format = settings.logFormat();
        return new EventLog.Settings(
                settings.logLevel(),
                format != null ? format : isWatched ? LogFormat.TEXT : LogFormat.JSON,
                isWatched && settings.logColors(),
                settings.logAddresses());
    }

    /** Writes lines from now on, and hears of what ends threads. */
    void start() {
        output.start();
        Thread.setDefaultUncaughtExceptionHandler(uncaught);
    }

    EventSink events() {
        return events;
    }

    /** The last lines. */
    LogRing ring() {
        return ring;
    }

    void addTo(Meters meters) {
        events.addTo(meters);
        alarms.addTo(meters);
        output.addTo(meters);
    }

    /** Writes what waits, within {@code limit}, and lets go of libraries and threads. */
    void close(Duration limit) throws InterruptedException {
        if (Thread.getDefaultUncaughtExceptionHandler() == uncaught) {
            Thread.setDefaultUncaughtExceptionHandler(null);
        }
        libraries.close();
        output.close(limit.toMillis());
    }
}
