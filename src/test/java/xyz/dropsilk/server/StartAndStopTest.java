package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.event.LibraryLog;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.testing.Await;

/** What a start and a stop leave behind in the process: nothing. Alone, since it looks at all threads. */
@Isolated
@Timeout(60)
class StartAndStopTest {
    private final Thread.UncaughtExceptionHandler handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
    private final long appendersBefore = libraryLogs();

    @Test
    void aStartWhosePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketServer server = new SocketServer(1);
            EventLoop loop = server.loop();
            Application application =
                    application(Map.of("HOST", "127.0.0.1", "PORT", String.valueOf(taken.getLocalPort())), server);
            assertThrows(IOException.class, application::start);
            nothingIsLeftOf(loop);
        }
    }

    @Test
    void aStartThatFailsInAWayThatNobodyForesaw() throws Exception {
        SocketServer server = new SocketServer(1);
        EventLoop loop = server.loop();
        loop.shutdownGracefully().sync();
        Application application = application(Map.of("PORT", "0"), server);
        assertThrows(RuntimeException.class, application::start);
        nothingIsLeftOf(loop);
    }

    @Test
    void aStop() throws Exception {
        SocketServer server = new SocketServer(1);
        EventLoop loop = server.loop();
        Application application = application(Map.of("PORT", "0"), server);
        application.start();
        assertEquals(appendersBefore + 1, libraryLogs());
        application.stop();
        nothingIsLeftOf(loop);
    }

    private static Application application(Map<String, String> variables, SocketServer server) throws ConfigException {
        Config config = ConfigReader.read(variables, "", CommandLine.parse());
        return new Application(config, "test", OutputStream.nullOutputStream(), System::nanoTime, server);
    }

    private void nothingIsLeftOf(EventLoop loop) throws InterruptedException {
        assertTrue(loop.isShutdown());
        assertSame(handlerBefore, Thread.getDefaultUncaughtExceptionHandler());
        assertEquals(appendersBefore, libraryLogs());
        Await.until(
                "the end of all threads",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.matches("(loop|log|worker|services|database|outbound)-.*")));
    }

    private static long libraryLogs() {
        Iterable<Appender<ILoggingEvent>> all =
                () -> ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).iteratorForAppenders();
        return StreamSupport.stream(all.spliterator(), false)
                .filter(LibraryLog.class::isInstance)
                .count();
    }
}
