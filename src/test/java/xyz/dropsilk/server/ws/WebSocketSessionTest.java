package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.testing.ClientFrames.CLOSE;
import static xyz.dropsilk.server.testing.ClientFrames.CONTINUATION;
import static xyz.dropsilk.server.testing.ClientFrames.FIN;
import static xyz.dropsilk.server.testing.ClientFrames.PING;
import static xyz.dropsilk.server.testing.ClientFrames.PONG;
import static xyz.dropsilk.server.testing.ClientFrames.TEXT;
import static xyz.dropsilk.server.testing.ClientFrames.frame;
import static xyz.dropsilk.server.testing.ClientFrames.join;
import static xyz.dropsilk.server.testing.ClientFrames.text;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.http.ServerStopping;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.testing.ServerFrames;

/** One socket after the handshake; what several say to each other is tested on the wire. */
final class WebSocketSessionTest {
    private static final NetworkKey HOME = new NetworkKey(NetworkKey.Kind.IPV4, 1);
    private static final byte[] NOTHING = {};

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final TestSignaling signaling = new TestSignaling(channel.eventLoop());

    private final WebSocketSession session =
            new WebSocketSession(channel, signaling.shared, InetAddress.getLoopbackAddress(), HOME, true);

    @BeforeEach
    void connect() {
        channel.freezeTime();
        signaling.connections.enter(HOME);
        channel.pipeline().addLast(session);
        assertEquals(2, received().size());
    }

    @AfterEach
    void nothingIsLeftBehind() {
        channel.finishAndReleaseAll();
        assertEquals(0, signaling.memory.total());
        assertEquals(0, signaling.registry.stats().connections());
        assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(HOME));
    }

    private void send(byte[]... frames) {
        byte[] bytes = join(frames);
        channel.writeInbound(ByteBufAllocator.DEFAULT.buffer().writeBytes(bytes));
        channel.runPendingTasks();
    }

    private List<String> received() {
        List<String> frames = new ArrayList<>();
        for (@Nullable ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            frames.addAll(ServerFrames.read(bytes));
            bytes.release();
        }
        return frames;
    }

    private void pass(Duration time) {
        signaling.ticker.pass(time);
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private long refusals(Refusal refusal) {
        return signaling.events.all().stream()
                .filter(event -> event.refusal() == refusal)
                .count();
    }

    @Test
    void whoIsTakenInWhileSomethingElseFailsIsStillHeardToEnd() {
        signaling.arrived = () -> {
            throw new IllegalStateException("told of a client");
        };
        EmbeddedChannel other = new EmbeddedChannel();
        NetworkKey away = new NetworkKey(NetworkKey.Kind.IPV4, 2);
        signaling.connections.enter(away);
        other.pipeline()
                .addLast(new WebSocketSession(other, signaling.shared, InetAddress.getLoopbackAddress(), away, true));
        assertEquals(2, signaling.registry.stats().connections());
        assertThrows(ChannelPipelineException.class, other::finishAndReleaseAll);
        assertEquals(1, signaling.registry.stats().connections());
        assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(away));
        signaling.connections.leave(away);
    }

    /** Who comes behind it, read in the same turn of the loop, would be refused its seat otherwise, or meet its former self in a list. */
    @Test
    void whoEndsIsOutOfEverythingBeforeItsSocketIsClosed() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertTrue(channel.isOpen());
        assertEquals(0, signaling.registry.stats().connections());
        assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(HOME));
        assertEquals(List.of(), signaling.events.named("client:disconnected"));
        channel.runPendingTasks();
        assertFalse(channel.isOpen());
        assertEquals(1, signaling.events.named("client:disconnected").size());
        signaling.connections.leave(HOME);
    }

    @Nested
    final class Liveness {
        @Test
        void aClientThatAnswersItsPingsStays() {
            for (int i = 0; i < 100; i++) {
                pass(Duration.ofSeconds(30));
                assertEquals(List.of("ping "), received());
                send(frame(FIN | PONG, NOTHING));
            }
            assertTrue(channel.isOpen());
        }

        @Test
        void aClientThatSaysNothingAtAllIsDropped() {
            pass(Duration.ofSeconds(30));
            assertEquals(List.of("ping "), received());
            pass(Duration.ofSeconds(30));
            assertFalse(channel.isOpen());
            assertEquals(1, refusals(Refusal.DEAD));
        }

        @Test
        void aPauseOfTheWholeProcessDropsNobody() {
            pass(Duration.ofSeconds(150));
            assertEquals(List.of("ping "), received(), "one, though five were due");
            assertTrue(channel.isOpen(), "nobody could answer those that were missed");
        }

        @Test
        void aFaultOfABeatIsSeenAndEndsThisConnection() {
            NetworkKey elsewhere = new NetworkKey(NetworkKey.Kind.IPV4, 2);
            AtomicBoolean broken = new AtomicBoolean();
            SessionContext breakable = signaling.withTicker(() -> {
                if (broken.getAndSet(false)) {
                    throw new IllegalStateException("broken");
                }
                return 0;
            });
            EmbeddedChannel other = new EmbeddedChannel();
            other.freezeTime();
            signaling.connections.enter(elsewhere);
            other.pipeline()
                    .addLast(new WebSocketSession(other, breakable, InetAddress.getLoopbackAddress(), elsewhere, true));
            broken.set(true);
            other.advanceTimeBy(30, TimeUnit.SECONDS);
            other.runScheduledPendingTasks();
            assertEquals(1, signaling.events.named("system:error").size());
            assertFalse(other.isOpen());
            other.finishAndReleaseAll();
        }

        @Test
        void noTimerIsLeftOfAClientThatClosed() {
            channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                    ReferenceCountUtil.release(message); // and never done: the session waits for the client
                }
            });
            send(frame(FIN | CLOSE, NOTHING));
            assertTrue(channel.isOpen());
            channel.pipeline().close(); // a channel's own close would end all timers of the test's loop
            channel.runPendingTasks();
            assertEquals(-1, channel.runScheduledPendingTasks());
        }

        @Test
        void anySignOfLifeCounts() {
            for (int i = 0; i < 5; i++) {
                pass(Duration.ofSeconds(30));
                send(new byte[] {text("x")[0]});
                send(Arrays.copyOfRange(text("x"), 1, text("x").length));
            }
            assertTrue(channel.isOpen());
        }

        @Test
        void pingsAreAnswered() {
            send(frame(FIN | PING, "payload".getBytes(UTF_8)));
            assertEquals(List.of("pong payload"), received());
        }
    }

    @Nested
    final class AMessageThatTakesTooLong {
        private final byte[] half = Arrays.copyOf(text("{\"type\":\"x\"}"), 9);

        @Test
        void endsTheConnectionHoweverItTrickles() {
            byte[] long900 = text("x".repeat(900));
            for (int second = 0; second <= 30; second++) {
                send(new byte[] {long900[second]});
                pass(Duration.ofSeconds(1));
            }
            assertTrue(channel.isOpen());
            send(new byte[] {0});
            assertEquals("close 1008 A message took too long", last(received()));
        }

        @Test
        void endsTheConnectionThoughItsFragmentsNeverEnd() {
            send(frame(TEXT, NOTHING));
            for (int second = 0; second < 30; second++) {
                pass(Duration.ofSeconds(1));
                send(frame(CONTINUATION, NOTHING), frame(FIN | PING, NOTHING));
            }
            assertTrue(channel.isOpen());
            pass(Duration.ofSeconds(1));
            send(frame(FIN | PING, NOTHING));
            assertEquals("close 1008 A message took too long", last(received()));
            assertEquals(1, refusals(Refusal.MESSAGE_TOO_SLOW));
        }

        @Test
        void endsTheConnectionThoughNothingMoreComes() {
            pass(Duration.ofSeconds(29));
            send(half);
            pass(Duration.ofSeconds(1));
            send(new byte[] {0});
            pass(Duration.ofSeconds(30));
            assertEquals("close 1008 A message took too long", last(received()));
        }

        @Test
        void endsTheConnectionWithoutPingsToo() {
            EmbeddedChannel silent = new EmbeddedChannel();
            silent.freezeTime();
            NetworkKey elsewhere = new NetworkKey(NetworkKey.Kind.IPV4, 2);
            signaling.connections.enter(elsewhere);
            silent.pipeline()
                    .addLast(new WebSocketSession(
                            silent, signaling.withoutPings(), InetAddress.getLoopbackAddress(), elsewhere, true));
            silent.releaseOutbound();
            silent.writeInbound(ByteBufAllocator.DEFAULT.buffer().writeBytes(half));
            for (int second = 0; second < 36; second++) {
                signaling.ticker.pass(Duration.ofSeconds(1));
                silent.advanceTimeBy(1, TimeUnit.SECONDS);
                silent.runScheduledPendingTasks();
            }
            ByteBuf close = silent.readOutbound();
            assertEquals(List.of("close 1008 A message took too long"), ServerFrames.read(close));
            close.release();
            silent.finishAndReleaseAll();
        }

        @Test
        void isNotOneOfManyQuickOnesThatNeverEndWithTheirPacket() {
            byte[] message = text("{\"type\":\"signal\",\"data\":1}");
            byte[] head = Arrays.copyOf(message, 9);
            byte[] tail = Arrays.copyOfRange(message, 9, message.length);
            send(head);
            for (int second = 0; second < 300; second++) {
                pass(Duration.ofSeconds(1));
                send(tail, message, head);
            }
            assertTrue(channel.isOpen());
            assertEquals(0, refusals(Refusal.MESSAGE_TOO_SLOW));
        }

        @Test
        void isNotOneThatBeginsAfterALongSilence() {
            send(text("{\"type\":\"signal\",\"data\":1}"));
            pass(Duration.ofSeconds(29));
            send(half);
            pass(Duration.ofSeconds(2));
            send(new byte[] {0});
            assertTrue(channel.isOpen());
        }
    }

    @Nested
    final class Floods {
        private void floodFor(int seconds, int perSecond, byte[] frame) {
            for (int second = 0; second < seconds && channel.isOpen(); second++) {
                for (int i = 0; i < perSecond && channel.isOpen(); i++) {
                    send(frame);
                }
                pass(Duration.ofSeconds(1));
            }
        }

        @Test
        void ofContinuationsWithoutEndEndTheConnection() {
            send(frame(TEXT, NOTHING));
            floodFor(20, 500, frame(CONTINUATION, NOTHING));
            assertTrue(last(received()).startsWith("close 1008"));
        }

        @Test
        void ofPingsAndPongsEndTheConnection() {
            for (int opcode : new int[] {PING, PONG}) {
                floodFor(12, 500, frame(FIN | opcode, NOTHING));
            }
            assertEquals("close 1008 Too many messages", last(received()));
        }

        @Test
        void withPausesEndTheConnection() {
            for (int round = 0; round < 3; round++) {
                floodFor(6, 500, text("{\"type\":\"x\"}"));
                pass(Duration.ofMillis(1_300));
            }
            assertEquals("close 1008 Too many messages", last(received()));
        }

        @Test
        void areNotWhatALargeMessageInPiecesIs() {
            byte[] piece = "1".repeat(1).getBytes(US_ASCII);
            send(frame(TEXT, piece));
            for (int i = 0; i < 250; i++) {
                send(frame(CONTINUATION, piece));
            }
            send(frame(FIN | CONTINUATION, piece));
            assertTrue(last(received()).contains("Invalid message format"));
        }

        @Test
        void dropAMessageWholeIfOneOfItsFramesIsTooMany() {
            for (int i = 0; i < 299; i++) {
                send(frame(FIN | PONG, NOTHING));
            }
            received();
            byte[] message = "{\"type\":\"create-flight\"}".getBytes(US_ASCII);
            send(
                    frame(TEXT, Arrays.copyOf(message, 5)),
                    frame(CONTINUATION, Arrays.copyOfRange(message, 5, 6)),
                    frame(FIN | CONTINUATION, Arrays.copyOfRange(message, 6, message.length)));
            List<String> told = received();
            assertEquals(1, told.size(), told::toString);
            assertTrue(told.get(0).contains("rate_limited"));
            pass(Duration.ofSeconds(1));
            send(text("{\"type\":\"create-flight\"}"));
            assertTrue(last(received()).contains("flight-created"));
        }
    }

    @Nested
    final class Ending {
        @Test
        void aCloseWithoutACodeIsAnsweredWithoutOne() {
            send(frame(FIN | CLOSE, NOTHING));
            assertEquals(List.of("close"), received());
        }

        @ParameterizedTest
        @ValueSource(ints = {1000, 1001, 1011, 3000, 4001, 4999})
        void aCloseIsAnsweredWithItsOwnCode(int code) {
            send(frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'}));
            assertEquals(List.of("close " + code + " "), received());
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
        void aCloseWithACodeThatIsNoneIsAProtocolError(int code) {
            send(frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code}));
            assertEquals(List.of("close 1002 Protocol error"), received());
        }

        @Test
        void isHeardWhereverTheSessionStandsInItsPipeline() {
            EmbeddedChannel other = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelInactive(ChannelHandlerContext context) {
                    // keeps it to itself
                }
            });
            NetworkKey elsewhere = new NetworkKey(NetworkKey.Kind.IPV4, 2);
            signaling.connections.enter(elsewhere);
            other.pipeline()
                    .addLast(new WebSocketSession(
                            other, signaling.shared, InetAddress.getLoopbackAddress(), elsewhere, true));
            assertEquals(2, signaling.registry.stats().connections());
            other.finishAndReleaseAll();
            assertEquals(1, signaling.registry.stats().connections());
            assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(elsewhere));
        }

        @Test
        void isHeardThoughTheSocketWasClosedBefore() {
            EmbeddedChannel closed = new EmbeddedChannel();
            NetworkKey elsewhere = new NetworkKey(NetworkKey.Kind.IPV4, 2);
            signaling.connections.enter(elsewhere);
            closed.pipeline().addLast(new ChannelInboundHandlerAdapter());
            closed.close();
            WebSocketSession late =
                    new WebSocketSession(closed, signaling.shared, InetAddress.getLoopbackAddress(), elsewhere, true);
            late.handlerAdded(closed.pipeline().firstContext());
            closed.runPendingTasks();
            assertEquals(1, signaling.registry.stats().connections());
            assertEquals(ConnectionLimit.Outcome.ENTERED, signaling.connections.enter(elsewhere));
            closed.finishAndReleaseAll();
        }

        @Test
        void aViolationIsToldAndCounted() {
            send(text("x".repeat(TestSignaling.MAX_PAYLOAD + 1)));
            assertEquals(List.of("close 1009 Message too big"), received());
            assertEquals(1, refusals(Refusal.MESSAGE_TOO_BIG));
        }

        @Test
        void aStoppingServerSaysSo() {
            channel.pipeline().fireUserEventTriggered(new ServerStopping(Duration.ofSeconds(1)));
            assertEquals(
                    List.of(
                            "{\"type\":\"server-shutdown\",\"message\":\"Server is shutting down for maintenance.\"}",
                            "close 1001 Server shutdown"),
                    received());
        }

        @Test
        void aDrainingServerSendsIdleClientsAway() {
            session.dismissed();
            channel.runPendingTasks();
            assertEquals(List.of("close 1012 Service restart"), received());
            assertEquals(0, signaling.registry.stats().connections());
        }

        @Test
        void aDrainingServerKeepsWhoIsInAFlight() {
            send(text("{\"type\":\"create-flight\"}"));
            received();
            session.dismissed();
            channel.runPendingTasks();
            assertEquals(List.of(), received());
            assertEquals(1, signaling.registry.stats().flights());
        }

        @Test
        void aFaultIsSeenAndEndsThisConnection() {
            channel.pipeline().fireExceptionCaught(new IllegalStateException("on purpose"));
            assertEquals(List.of("close 1011 Internal error"), received());
            assertEquals(1, signaling.events.named("system:error").size());
        }

        @Test
        void whoeverHoldsTooMuchIsClosedAndHoldsNothing() {
            send(frame(TEXT, new byte[900]));
            assertTrue(signaling.memory.total() >= 900);
            session.evict();
            channel.runPendingTasks();
            assertEquals(List.of("close 1013 The server is short of memory"), received());
            assertEquals(0, signaling.memory.total());
            assertEquals(1, refusals(Refusal.MEMORY));
        }
    }

    @Test
    void malformedMessagesAreAnsweredAndCounted() {
        send(text("{"), text("{\"type\":\"x\"}"), frame(FIN | 0x2, NOTHING), text("{\"type\":\"register-details\"}"));
        assertEquals(
                List.of(
                        "{\"type\":\"error\",\"message\":\"Invalid message format\",\"code\":\"invalid_message\"}",
                        "{\"type\":\"error\",\"message\":\"Unknown message type\",\"code\":\"unknown_type\"}",
                        "{\"type\":\"error\",\"message\":\"Invalid message format\",\"code\":\"invalid_message\"}",
                        "{\"type\":\"error\",\"message\":\"Invalid name\",\"code\":\"invalid_name\"}"),
                received());
        assertEquals(3, refusals(Refusal.INVALID_MESSAGE));
    }

    private static String last(List<String> frames) {
        return frames.get(frames.size() - 1);
    }
}
