package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.protocol.UsersList;
import xyz.dropsilk.server.testing.Views;

final class OutboxTest {
    private static final ServerMessage A = ServerMessage.registered("a");
    private static final ServerMessage B = ServerMessage.registered("b");
    private static final ServerMessage C = ServerMessage.registered("c");

    private final StuckSocket socket = new StuckSocket();
    private final EmbeddedChannel channel = new EmbeddedChannel(socket);
    private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, Runnable::run);
    private final TestOwner owner = new TestOwner();
    private final Outbox outbox = new Outbox(channel, budget, owner);
    private int signals;
    private static final long PAIRING = 1;

    /** Closes as a session does when its outbox overflows. */
    private final class TestOwner implements Outbox.Owner {
        int overflows;
        int drains;
        final List<Long> relayed = new ArrayList<>();

        @Override
        public void overflowed() {
            overflows++;
            outbox.end(CloseCode.SLOW_READER.number, CloseCode.SLOW_READER.reason);
            outbox.flush();
        }

        @Override
        public void drained() {
            drains++;
        }

        @Override
        public void relayed(long readAt) {
            relayed.add(readAt);
        }

        @Override
        public int held() {
            return outbox.held();
        }

        @Override
        public void evict() {}
    }

    @AfterEach
    void nothingIsHeldInTheEnd() {
        outbox.close();
        socket.fail();
        assertEquals(0, budget.total());
        assertEquals(0, outbox.held());
        channel.finishAndReleaseAll();
    }

    private void count(boolean letIn) {
        signals += letIn ? 1 : 0;
    }

    private void relay(String message) {
        byte[] bytes = message.getBytes(UTF_8);
        count(outbox.relay(PAIRING, bytes, 0, bytes.length));
    }

    private void relayTimed(long readAt) {
        count(outbox.relayTimed(PAIRING, new byte[] {'1'}, 0, 1, readAt));
    }

    private static UsersList list(User... users) {
        long[] arrivals = LongStream.range(0, users.length).toArray();
        return Views.of(arrivals, List.of(users), 100).listFor(users.length);
    }

    private static String shown(User... users) {
        return Stream.of(users)
                .map(user -> "{\"id\":\"" + user.id() + "\",\"name\":\"" + user.name() + "\"}")
                .collect(Collectors.joining(",", "{\"type\":\"users-on-network-update\",\"users\":[", "]}"));
    }

    @Nested
    final class Timing {
        @BeforeEach
        void pair() {
            outbox.admit(PAIRING);
        }

        @Test
        void aTimedSignalIsToldOnceItIsWritten() {
            relayTimed(7);
            outbox.flush();
            assertEquals(List.of(), owner.relayed);
            socket.take();
            assertEquals(List.of(7L), owner.relayed);
        }

        @Test
        void oneThatWaitsForAWriteIsToldWithItsOwn() {
            outbox.send(A);
            outbox.flush();
            relayTimed(7);
            relayTimed(8); // while another one is timed
            outbox.flush();
            socket.take();
            assertEquals(List.of(), owner.relayed);
            socket.take();
            assertEquals(List.of(7L), owner.relayed);
        }

        @Test
        void whatNobodyGotHasNoTime() {
            outbox.admit(Peer.NO_PAIRING);
            relayTimed(7);
            outbox.send(A);
            outbox.flush();
            socket.take();
            outbox.admit(PAIRING);
            relayTimed(8);
            outbox.flush();
            socket.fail();
            assertEquals(List.of(), owner.relayed);
        }
    }

    @Nested
    final class Order {
        @Test
        void messagesLeaveInTheOrderOfTheirAppendingInOneWrite() {
            outbox.send(A);
            outbox.control(Frames.PING, new byte[0], 0, 0);
            outbox.send(B);
            outbox.control(Frames.PONG, "xpx".getBytes(UTF_8), 1, 1);
            assertEquals(0, socket.waiting());
            outbox.flush();

            assertEquals(List.of(A.toString(), "ping ", B.toString(), "pong p"), socket.take());
            assertEquals(0, socket.waiting());
        }

        @Test
        void oneWriteIsInFlightAtATime() {
            outbox.send(A);
            outbox.flush();
            outbox.send(B);
            outbox.flush();
            outbox.send(C);
            outbox.flush();
            assertEquals(1, socket.waiting());

            assertEquals(List.of(A.toString()), socket.take());
            assertEquals(1, socket.waiting());
            assertEquals(List.of(B.toString(), C.toString()), socket.take());
            assertEquals(0, socket.waiting());
        }

        @Test
        void nothingIsWrittenWhereNothingWasAppended() {
            outbox.flush();
            assertEquals(0, socket.waiting());
            assertEquals(0, owner.drains);
        }

        @Test
        void messagesOfAllLengthsAreFrames() {
            outbox.admit(PAIRING);
            List<String> messages = Stream.of(0, 125, 126, 65_535, 65_536, 1 << 20)
                    .map("m"::repeat)
                    .toList();
            messages.forEach(OutboxTest.this::relay);
            outbox.flush();

            assertEquals(messages, socket.take());
        }
    }

    @Nested
    final class Lists {
        private final User ada = new User("ada", "Ada");
        private final User bob = new User("bob", "Bob");

        @Test
        void theNewestAloneLeavesOnceTheSocketCanTakeIt() {
            outbox.send(A);
            outbox.flush();
            outbox.show(list(ada));
            outbox.flush();
            outbox.show(list(ada, bob));
            outbox.flush();
            outbox.show(list(bob));
            outbox.send(B);
            outbox.flush();

            assertEquals(List.of(A.toString()), socket.take());
            assertEquals(List.of(B.toString(), shown(bob)), socket.take());
            assertEquals(0, socket.waiting());
        }

        @Test
        void oneThatWaitsIsDroppedForTheEmptyOneOfAFullFlight() {
            outbox.send(A);
            outbox.show(list(ada));
            outbox.sendThenEmptyList(B);
            outbox.flush();

            assertEquals(List.of(A.toString(), B.toString(), shown()), socket.take());
            assertEquals(0, socket.waiting());
        }

        @Test
        void theFirstLeavesEvenIfItIsEmpty() {
            outbox.show(list());
            outbox.flush();

            assertEquals(List.of(shown()), socket.take());
        }

        @Test
        void oneThatEqualsTheLastDoesNotLeave() {
            outbox.show(list(ada, bob));
            outbox.flush();
            socket.take();
            outbox.show(list(ada, bob)); // another instance
            outbox.flush();
            assertEquals(0, socket.waiting());

            outbox.show(list(ada));
            outbox.show(list(ada, bob)); // there and back again
            outbox.flush();
            assertEquals(0, socket.waiting());

            outbox.show(list(ada));
            outbox.flush();
            assertEquals(List.of(shown(ada)), socket.take());
        }

        @Test
        void theEmptyOneOfAFullFlightStandsWhereItWasShown() {
            outbox.show(list(ada, bob));
            outbox.admit(PAIRING);
            outbox.send(A);
            outbox.show(UsersList.EMPTY);
            relay("signal");
            outbox.flush();

            assertEquals(List.of(A.toString(), shown(), "signal"), socket.take());
            assertEquals(0, socket.waiting());
        }

        @Test
        void theOneBehindAFullFlightLeavesWhateverTheLastWas() {
            outbox.show(list(ada));
            outbox.flush();
            socket.take();
            outbox.show(UsersList.EMPTY);
            outbox.show(list(ada));
            outbox.flush();

            assertEquals(List.of(shown(), shown(ada)), socket.take());
        }
    }

    @Nested
    final class Pairings {
        @Test
        void onlySignalsOfTheAdmittedOneAreLetIn() {
            long next = PAIRING + 1;
            relay("before");
            outbox.send(A);
            outbox.admit(PAIRING);
            relay("1");
            count(outbox.relay(next, new byte[] {'x'}, 0, 1));
            relay("2");
            outbox.admit(Peer.NO_PAIRING);
            outbox.send(ServerMessage.PEER_LEFT);
            relay("late");
            outbox.send(B);
            outbox.admit(next);
            relay("much too late");
            count(outbox.relay(next, "-3-".getBytes(UTF_8), 1, 1));
            outbox.flush();

            assertEquals(
                    List.of(A.toString(), "1", "2", ServerMessage.PEER_LEFT.toString(), B.toString(), "3"),
                    socket.take());
            assertEquals(3, signals);
        }

        @Test
        void aSignalThatFindsNoRoomIsNotCounted() {
            outbox.admit(PAIRING);
            outbox.close();
            relay("late");
            assertEquals(0, signals);
        }
    }

    @Nested
    final class Overflow {
        private final String megabyte = "m".repeat(1 << 20);

        @Test
        void fourMebibytesMayWait() {
            outbox.admit(PAIRING);
            for (int i = 0; i < 4; i++) {
                relay("m".repeat((1 << 20) - 100));
            }
            outbox.flush();
            assertEquals(0, owner.overflows);
            assertEquals(4, socket.take().size());
        }

        @Test
        void moreCloseTheConnectionOnce() {
            outbox.admit(PAIRING);
            for (int i = 0; i < 10; i++) {
                relay(megabyte);
            }
            outbox.flush();
            outbox.flush();
            outbox.send(A);
            outbox.flush();

            assertEquals(1, owner.overflows);
            assertEquals(List.of("close 1013 Too much unread"), socket.take());
            assertEquals(1, owner.drains);
            assertEquals(0, socket.waiting());
        }

        @Test
        void whatIsInFlightCountsAndIsFollowedByTheCloseFrameAlone() {
            outbox.admit(PAIRING);
            outbox.send(A);
            outbox.flush();
            for (int i = 0; i < 3; i++) {
                relay(megabyte);
                outbox.flush();
            }
            assertEquals(0, owner.overflows);
            relay(megabyte);
            relay("x");
            outbox.flush();

            assertEquals(1, owner.overflows);
            assertEquals(1, socket.waiting());
            assertEquals(List.of(A.toString()), socket.take());
            assertEquals(0, owner.drains);
            assertEquals(List.of("close 1013 Too much unread"), socket.take());
            assertEquals(1, owner.drains);
        }

        @Test
        void whatIsReadMakesRoom() {
            outbox.admit(PAIRING);
            for (int i = 0; i < 20; i++) {
                relay(megabyte);
                outbox.flush();
                relay(megabyte);
                outbox.flush();
                socket.take();
                socket.take();
            }
            assertEquals(0, owner.overflows);
        }

        @Test
        void aListThatWaitsDoesNotCount() {
            outbox.send(A);
            outbox.flush();
            long held = budget.total();
            User user = new User("x", "n".repeat(50));
            for (int i = 0; i < 100_000; i++) {
                outbox.show(list(user));
                outbox.flush();
            }
            assertEquals(held, budget.total());
            assertEquals(0, owner.overflows);
        }
    }

    @Nested
    final class Ending {
        @Test
        void theCloseFrameStandsBehindWhatIsQueuedAndNothingBehindIt() {
            outbox.admit(PAIRING);
            outbox.send(A);
            outbox.show(list(new User("x", "X")));
            outbox.end(CloseCode.SERVER_SHUTDOWN.number, CloseCode.SERVER_SHUTDOWN.reason);
            outbox.end(CloseCode.NORMAL.number, CloseCode.NORMAL.reason);
            outbox.send(B);
            outbox.show(list(new User("y", "Y")));
            outbox.show(UsersList.EMPTY);
            relay("signal");
            outbox.control(Frames.PING, new byte[0], 0, 0);
            outbox.flush();

            assertEquals(0, owner.drains);
            assertEquals(List.of(A.toString(), "close 1001 Server shutdown"), socket.take());
            assertEquals(1, owner.drains);
        }

        @Test
        void whatWaitsIsReleasedWithTheSocket() {
            outbox.send(A);
            outbox.flush();
            outbox.send(B);
            outbox.show(list(new User("x", "X")));
            assertTrue(budget.total() > 0);
            outbox.close();
            assertEquals(0, budget.total());

            outbox.send(C);
            outbox.end(CloseCode.NORMAL.number, CloseCode.NORMAL.reason);
            outbox.flush();
            assertEquals(List.of(A.toString()), socket.take()); // Netty's by then
            assertEquals(0, socket.waiting());
            assertEquals(0, owner.drains);
        }

        @Test
        void aWriteThatFailsLeavesNothingBehind() {
            outbox.send(A);
            outbox.flush();
            outbox.send(B);
            socket.fail();
            assertEquals(0, socket.waiting());
            assertEquals(0, budget.total());
        }
    }

    @Nested
    final class Budget {
        @Test
        void hearsNothingOfWhatLeavesAtOnce() {
            EmbeddedChannel quick = new EmbeddedChannel();
            Outbox quickOutbox = new Outbox(quick, budget, owner);
            quickOutbox.send(A);
            assertEquals(0, budget.total());
            quickOutbox.flush();
            assertEquals(0, budget.total());
            quick.finishAndReleaseAll();
        }

        @Test
        void hearsOfWhatIsInFlightAndBehindIt() {
            outbox.admit(PAIRING);
            relay("m".repeat(100_000));
            outbox.flush();
            assertEquals(outbox.held(), budget.total());
            assertTrue(outbox.held() >= 100_000);

            relay("m".repeat(200_000));
            outbox.flush(); // only then: appending happens under the registry's lock, under which nobody is told
            // anything
            assertEquals(outbox.held(), budget.total());
            assertTrue(outbox.held() >= 300_000);

            socket.take();
            assertEquals(outbox.held(), budget.total());
            assertTrue(outbox.held() >= 200_000 && outbox.held() < 300_000, "held " + outbox.held());
            socket.take();
            assertEquals(0, budget.total());
        }

        @Test
        void hearsOfWhatIsAppendedWhileTheWriteBegins() {
            outbox.admit(PAIRING);
            relay("a");
            socket.onNextWrite(() -> relay("m".repeat(100_000))); // as another thread may
            outbox.flush();

            assertTrue(outbox.held() >= 100_000, "held " + outbox.held());
            assertEquals(outbox.held(), budget.total());
        }
    }
}
