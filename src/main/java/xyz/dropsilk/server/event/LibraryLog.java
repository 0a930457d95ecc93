package xyz.dropsilk.server.event;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import xyz.dropsilk.server.base.OutOfMemory;

/** What libraries log through SLF4J, warnings and errors, as events. Safe on any thread. */
public final class LibraryLog extends AppenderBase<ILoggingEvent> {
    private final EventSink events;

    private LibraryLog(EventSink events) {
        this.events = events;
    }

    /** Sends what libraries log from now on to {@code events}; until then it is dropped. */
    public static LibraryLog sendTo(EventSink events) {
        LibraryLog appender = new LibraryLog(events);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            appender.setContext(context);
            appender.start();
            context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        }
        return appender;
    }

    /** Whatever libraries log from now on is dropped. */
    public void close() {
        if (getContext() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this);
        }
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        Throwable cause = cause(event.getThrowableProxy());
        OutOfMemory.haltIfIn(cause);
        Level level = event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.ERROR) ? Level.ERROR : Level.WARN;
        events.publish(new SystemEvent.Library(level, event.getLoggerName(), event.getFormattedMessage(), cause));
    }

    private static @Nullable Throwable cause(@Nullable IThrowableProxy proxy) {
        return proxy instanceof ThrowableProxy known ? known.getThrowable() : null;
    }

    /** Logback's own set-up, found as a service: no file is searched or parsed, and standard output is left alone. */
    @ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
    public static final class Quiet extends ContextAwareBase implements Configurator {
        @Override
        public ExecutionStatus configure(LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(ch.qos.logback.classic.Level.WARN);
            // A database that is away is told of once, by who needs it, and without its address; the pool would tell
            // each attempt.
            context.getLogger("com.zaxxer.hikari.pool.PoolBase").setLevel(ch.qos.logback.classic.Level.OFF);
            context.getLogger("com.zaxxer.hikari.pool.HikariPool").setLevel(ch.qos.logback.classic.Level.OFF);
            return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
        }
    }
}
