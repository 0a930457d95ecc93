package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.RecordingPeer;

/** What presence costs in networks of a hundred and of thousands. */
class PresenceOfManyTest {
    private static final String HOME = "192.168.1.2";
    private static final String LONGEST_NAME = "\u6f22".repeat(50); // three bytes each

    private final Airfield field = new Airfield();

    @AfterEach
    void stateHoldsTogether() {
        field.registry.checkInvariants();
    }

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
        List<Integer> pauses =
                IntStream.of(50, 300, 900).map(this::pauseAfterARound).boxed().toList();
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
        peers.subList(50, 1_000).forEach(field::disconnect);
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
        peers.forEach(field::disconnect);
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
