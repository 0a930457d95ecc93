package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.RecordingPeer;

/** When who is shown what; the contract, 1: "Who sees whom". */
class PresenceTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";
    private static final String LONGEST_NAME = "\u6f22".repeat(50); // three bytes each

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
            field.registry.disconnect(field.connect(HOME));
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
            field.registry.disconnect(guest);
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
            field.registry.disconnect(second);
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

            narrow.registry.disconnect(peers[3]);
            narrow.settle();
            assertEquals(List.of(1, 1, 1, 0), lists());
        }

        private List<Integer> lists() {
            return Arrays.stream(peers).map(peer -> peer.take().size()).toList();
        }
    }

    @Nested
    class InABigNetwork {
        @Test
        void aRoundGoesInStepsOfSixtyFourWithPauses() {
            List<RecordingPeer> peers = crowd(150, "Somebody");
            RecordingPeer changing = peers.get(149);
            field.registry.rename(changing, "Ada");
            List<Integer> told = new ArrayList<>();
            for (int step = 0; step < 4; step++) {
                field.passMillis(step == 0 ? 0 : 2);
                told.add(count(peers));
            }
            assertEquals(List.of(64, 64, 21, 0), told); // not the one who changed
        }

        @Test
        void aChangeDuringARoundIsToldToTheRestByItAndToAllByTheNext() {
            List<RecordingPeer> peers = crowd(150, "Somebody");
            RecordingPeer changing = peers.get(149);
            field.registry.rename(changing, "Ada");
            field.time.runDue();
            field.registry.rename(changing, "Bob");
            field.passMillis(4);
            assertTrue(peers.get(0).take().get(0).contains("Ada"));
            assertTrue(peers.get(64).take().get(0).contains("Bob"));

            field.settle();
            assertTrue(peers.get(0).take().get(0).contains("Bob"));
            assertEquals(List.of(), peers.get(64).take());
        }

        @Test
        void underAHundredAreToldWithinAQuarterOfASecond() {
            List<RecordingPeer> peers = crowd(99, LONGEST_NAME);
            for (int sinceRound = 0; sinceRound <= 240; sinceRound += 3) {
                field.settle();
                count(peers);
                field.registry.rename(peers.get(0), "Ada " + sinceRound);
                field.passMillis(sinceRound);
                field.registry.rename(peers.get(98), "Bob " + sinceRound);
                field.passMillis(250);
                List<String> told = peers.get(97).take();
                assertTrue(told.get(told.size() - 1).contains("\"Bob " + sinceRound + '"'), "after " + sinceRound);
                told = peers.get(1).take();
                assertTrue(told.get(told.size() - 1).contains("\"Bob " + sinceRound + '"'), "after " + sinceRound);
            }
        }

        @Test
        void thePauseGrowsWithTheGroup() {
            List<Integer> pauses = IntStream.of(50, 300, 900)
                    .map(this::pauseAfterARound)
                    .boxed()
                    .toList();
            assertEquals(50, pauses.get(0));
            assertTrue(pauses.get(1) > 200 && pauses.get(1) < 600, pauses.toString());
            assertTrue(pauses.get(2) > 2 * pauses.get(1), pauses.toString());
        }

        @Test
        void thePauseEndsWhenTheGroupShrinks() {
            List<RecordingPeer> peers = crowd(1_000, LONGEST_NAME);
            field.registry.rename(peers.get(999), "Ada");
            field.passMillis(40);
            count(peers);
            peers.subList(50, 1_000).forEach(field.registry::disconnect);
            field.passMillis(250);

            List<String> told = peers.get(1).take();
            assertEquals(49, told.get(told.size() - 1).split("\"id\"", -1).length - 1);
        }

        @Test
        void twoThousandWhoComeWithinASecondCostABoundedNumberOfLists() {
            List<RecordingPeer> peers = new ArrayList<>();
            int[] lists = new int[2_000];
            String[] newest = new String[2_000];
            for (int millis = 0; millis < 1_000; millis++) {
                peers.add(field.connect(HOME));
                peers.add(field.connect(HOME));
                field.passMillis(1);
                if (millis % 100 == 99) {
                    note(peers, lists, newest);
                }
            }
            int most = Arrays.stream(lists).max().orElseThrow();
            assertTrue(most <= 20, "one was shown " + most);

            field.settle();
            note(peers, lists, newest);
            for (int i = 0; i < 1_999; i++) {
                assertEquals(200, newest[i].split("\"id\"", -1).length - 1);
                assertTrue(newest[i].contains(peers.get(1_999).id()));
            }
        }

        @Test
        void aNetworkThatNeverRestsCostsABoundedNumberOfBytes() {
            List<RecordingPeer> peers = crowd(1_000, "Somebody");
            long bytes = 0;
            for (int tenth = 0; tenth < 50; tenth++) {
                field.registry.rename(peers.get(999), "Name " + tenth);
                field.passMillis(100);
                for (RecordingPeer peer : peers) {
                    for (String list : peer.drain()) {
                        bytes += list.length();
                    }
                }
            }
            long one = Presence.BYTES_PER_SECOND * 5;
            assertTrue(bytes > one / 2 && bytes < one * 3 / 2, bytes + " bytes in five seconds");
        }

        /** Milliseconds from a round's end until the next may begin. */
        private int pauseAfterARound(int size) {
            List<RecordingPeer> peers = crowd(size, "Somebody");
            field.registry.rename(peers.get(size - 1), "Ada");
            field.passMillis(2L * (size / Presence.STEP_MEMBERS)); // the last step
            count(peers);
            field.registry.rename(peers.get(size - 1), "Bob");
            int millis = 0;
            while (peers.get(0).take().isEmpty() && millis < 60_000) {
                field.passMillis(1);
                millis++;
            }
            peers.forEach(field.registry::disconnect);
            return millis;
        }

        private List<RecordingPeer> crowd(int size, String name) {
            List<RecordingPeer> peers =
                    Stream.generate(() -> field.connect(HOME)).limit(size).toList();
            peers.forEach(peer -> field.registry.rename(peer, name));
            field.settle();
            count(peers);
            return peers;
        }

        /** Messages that {@code peers} were told since the last count. */
        private int count(List<RecordingPeer> peers) {
            return peers.stream().mapToInt(peer -> peer.drain().size()).sum();
        }

        private void note(List<RecordingPeer> peers, int[] lists, String[] newest) {
            for (int i = 0; i < peers.size(); i++) {
                for (String message : peers.get(i).drain()) {
                    if (Told.isList(message)) {
                        lists[i]++;
                        newest[i] = message;
                    }
                }
            }
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
            field.registry.disconnect(first);

            assertEquals(2, second.take().size());
            assertEquals(List.of(), field.events.named("system:error"));
        }

        @Test
        void aRoundForANetworkThatIsGoneEndsItself() {
            RecordingPeer first = field.connect(HOME);
            RecordingPeer second = field.connect(HOME);
            field.registry.disconnect(first);
            field.registry.disconnect(second);
            field.settle();

            assertEquals(0, field.time.waiting());
        }
    }
}
