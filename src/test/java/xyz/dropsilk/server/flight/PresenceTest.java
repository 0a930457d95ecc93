package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** When who is shown what; the contract, 1: "Who sees whom". Big networks have a test of their own. */
class PresenceTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";

    private final Airfield field = new Airfield();

    @AfterEach
    void stateHoldsTogether() {
        field.registry.checkInvariants();
    }

    @Nested
    class InASmallNetwork {
        private final RecordingPeer first = field.connect(HOME);

        @Test
        void whoIsAloneIsToldNothingMore() {
            first.take();
            field.registry.rename(first, "Ada");

            assertEquals(0, field.time.waiting());
            field.settle();
            assertEquals(List.of(), first.take());
        }

        @Test
        void aNewcomerSeesTheOthersAtOnce() {
            field.connect(HOME);
            field.passMillis(10);
            RecordingPeer newcomer = field.connect(HOME);

            assertEquals(2, newcomer.take().size()); // with registered, and before any time has passed
        }

        @Test
        void theOthersAreToldAtOnceIfAllWasQuiet() {
            field.settle(first);
            RecordingPeer second = field.connect(HOME);
            field.time.runDue();

            assertEquals(List.of(Told.list(Told.user(second))), first.take());
        }

        @Test
        void whatFollowsIsGatheredForFiftyMilliseconds() {
            RecordingPeer second = field.connect(HOME);
            field.time.runDue();
            first.take();
            RecordingPeer third = field.connect(HOME);
            field.passMillis(20);
            RecordingPeer fourth = field.connect(HOME);
            field.passMillis(29);
            assertEquals(List.of(), first.take());

            field.passMillis(1);
            assertEquals(List.of(Told.list(Told.user(second), Told.user(third), Told.user(fourth))), first.take());
            field.settle();
            assertEquals(List.of(), first.take());
        }

        @Test
        void changesWithoutEndAreToldTwentyTimesASecond() {
            RecordingPeer second = field.connect(HOME);
            field.settle(first);
            int mostInFifty = 0;
            for (int fifty = 0; fifty < 20; fifty++) {
                for (int i = 0; i < 10; i++) {
                    field.registry.rename(second, "Name " + fifty + "." + i);
                    field.passMillis(5);
                }
                mostInFifty = Math.max(mostInFifty, first.take().size() - (fifty == 0 ? 1 : 0));
            }
            assertEquals(1, mostInFifty);
        }

        @Test
        void onlyTheNewestStateIsTold() {
            RecordingPeer second = field.connect(HOME);
            field.time.runDue();
            first.take();
            List.of("A", "B", "C").forEach(name -> field.registry.rename(second, name));
            field.settle();

            assertEquals(List.of(Told.list(Told.user(second, "C"))), first.take());
        }
    }

    @Nested
    class WhatDidNotChange {
        private final RecordingPeer first = field.connect(HOME);
        private final RecordingPeer second = field.connect(HOME);

        @Test
        void theSameNameAgain() {
            field.registry.rename(second, "Bob");
            field.settle(first, second);
            field.registry.rename(second, "Bob");

            assertEquals(0, field.time.waiting());
            field.settle();
            assertEquals(List.of(), first.take());
        }

        @Test
        void aNameChangedAndChangedBack() {
            field.registry.rename(second, "Bob");
            field.time.runDue();
            field.settle(first, second);
            field.registry.rename(first, "Ada"); // so that a round has just been
            field.time.runDue();
            field.registry.rename(second, "Robert");
            field.registry.rename(second, "Bob");
            field.settle();

            assertEquals(List.of(), first.take());
        }

        @Test
        void somebodyWhoCameAndWentBetweenTwoRounds() {
            field.time.runDue();
            first.take();
            field.disconnect(field.connect(HOME));
            field.settle();

            assertEquals(List.of(), first.take());
        }

        @Test
        void aFlightThatBeganAndEndedBetweenTwoRounds() {
            RecordingPeer third = field.connect(HOME);
            field.settle(first, second, third);
            field.registry.rename(third, "Cyd"); // so that a round has just been
            field.time.runDue();
            first.take();
            RecordingPeer guest = field.connect(ELSEWHERE);
            field.flightOf(second, guest);
            field.registry.disconnect(guest, RoomSockets.End.CLOSED);
            field.settle();

            assertEquals(List.of(), first.take());
        }

        @Test
        void anotherNetwork() {
            RecordingPeer other = field.connect(ELSEWHERE);
            RecordingPeer another = field.connect(ELSEWHERE);
            field.settle(other, another);
            other.breakDown(); // a flush would be seen
            another.breakDown();
            field.registry.rename(first, "Ada");
            field.registry.disconnect(second, RoomSockets.End.CLOSED);
            field.connect(HOME);
            field.settle();

            assertEquals(List.of(), field.events.named("system:error"));
        }
    }

    @Nested
    class OverTheMostThatAListNames {
        private final Airfield narrow = new Airfield(2);
        private final RecordingPeer[] peers =
                Stream.generate(() -> narrow.connect(HOME)).limit(4).toArray(RecordingPeer[]::new);

        @Test
        void theNewestAreNamed() {
            assertEquals(
                    Told.list(Told.user(peers[1]), Told.user(peers[2])),
                    peers[3].take().get(1));
            narrow.settle();
            List<String> last = peers[0].take();
            assertEquals(Told.list(Told.user(peers[2]), Told.user(peers[3])), last.get(last.size() - 1));
        }

        @Test
        void aChangeIsToldToThoseWhoseListItIsIn() {
            narrow.settle(peers);
            narrow.registry.rename(peers[0], "in no list");
            narrow.settle();
            assertEquals(List.of(0, 0, 0, 0), lists());

            narrow.registry.rename(peers[1], "in those of the newest");
            narrow.settle();
            assertEquals(List.of(0, 0, 1, 1), lists());

            narrow.disconnect(peers[3]);
            narrow.settle();
            assertEquals(List.of(1, 1, 1, 0), lists());
        }

        private List<Integer> lists() {
            return Arrays.stream(peers).map(peer -> peer.take().size()).toList();
        }
    }

    @Nested
    class WhateverGoesWrong {
        @Test
        void aPeerThatFailsKeepsNobodyElseFromBeingTold() {
            RecordingPeer first = field.connect(HOME);
            RecordingPeer failing = field.connect(HOME);
            RecordingPeer last = field.connect(HOME);
            field.settle(first, failing, last);
            failing.breakDown();
            for (String name : List.of("Ada", "Bob")) {
                field.registry.rename(failing, name);
                field.settle();
                assertEquals(1, first.take().size());
                assertEquals(1, last.take().size());
            }
            assertEquals(2, field.events.named("system:error").size());
        }

        @Test
        void aFailingNewcomerKeepsNobodyElseFromBeingTold() {
            RecordingPeer first = field.connect(HOME);
            field.settle(first);
            RecordingPeer failing = new RecordingPeer(HOME);
            failing.breakDown();
            field.registry.connect(failing);
            field.settle();

            assertEquals(List.of(Told.list(Told.user(failing))), first.take());
        }

        @Test
        void aTimerThatHasStoppedIsNoFault() {
            RecordingPeer first = field.connect(HOME);
            field.time.shutdown();
            RecordingPeer second = field.connect(HOME);
            field.registry.disconnect(first, RoomSockets.End.CLOSED);

            assertEquals(2, second.take().size());
            assertEquals(List.of(), field.events.named("system:error"));
        }

        @Test
        void aRoundForANetworkThatIsGoneEndsItself() {
            RecordingPeer first = field.connect(HOME);
            RecordingPeer second = field.connect(HOME);
            field.registry.disconnect(first, RoomSockets.End.CLOSED);
            field.registry.disconnect(second, RoomSockets.End.CLOSED);
            field.settle();

            assertEquals(0, field.time.waiting());
        }
    }
}
