package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine must do, however it does it. */
public abstract class EngineContract {
    protected static final Duration TTL = Duration.ofSeconds(60);
    private static final long MOST = 1_000;

    protected Engine one;
    protected Engine other;

    /** What an engine told. */
    public static final class Ears implements Engine.Listener {
        public final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        public final List<String> lost = Collections.synchronizedList(new ArrayList<>());
        public final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void lost(String reason) {
            lost.add(reason);
        }

        @Override
        public void heard(String channel, String text) {
            heard.add(channel + " " + text);
        }

        @Override
        public void warned(String what) {
            warnings.add(what);
        }
    }

    protected Ears ears = new Ears();

    /** An engine for instance {@code id}; all share what they keep. */
    protected abstract Engine engine(String id, Engine.Listener listener);

    /** The answer. */
    protected abstract <T> T await(CompletionStage<T> answer);

    protected abstract void awaitUntil(String what, BooleanSupplier holds);

    @BeforeEach
    void connectBoth() {
        one = engine("one", ears);
        other = engine("other", new Ears());
        await(one.connect());
        await(other.connect());
        assertTrue(await(one.makeInbox(TTL)));
        assertTrue(await(other.makeInbox(TTL)));
    }

    @AfterEach
    void closeBoth() {
        one.close();
        other.close();
    }

    private static Engine.Commit change(String expected, String version, String value, Engine.Append... appends) {
        Engine.Change change = new Engine.Change(
                "CODE22",
                expected,
                version,
                value,
                new Engine.Lifetime(TTL, /* renewed= */ true),
                List.of(),
                List.of(),
                Duration.ZERO);
        return new Engine.Commit(change, List.of(appends), MOST);
    }

    /** Of a record with clocks. */
    private static Engine.Commit clocked(
            String expected, String version, String value, List<String> clocks, List<String> heard) {
        Engine.Change change = new Engine.Change(
                "CODE33", expected, version, value, new Engine.Lifetime(TTL, /* renewed= */ false), clocks, heard, TTL);
        return new Engine.Commit(change, List.of(append("other", "letter", true)), MOST);
    }

    private static Engine.Hearing hearing(String known, String... clocks) {
        return new Engine.Hearing("CODE33", List.of(clocks), known, TTL);
    }

    private static Duration age(Engine.Kept kept, String clock) {
        return kept.ages().getOrDefault(clock, Duration.ZERO);
    }

    private boolean isOlder(String one, String than) {
        Engine.Kept kept = hear(hearing(""));
        return age(kept, one).compareTo(age(kept, than)) > 0;
    }

    private Engine.Kept hear(Engine.Hearing hearing) {
        return await(other.hear(List.of(hearing))).get(0);
    }

    private static Engine.Append append(String to, String entry, boolean required) {
        return new Engine.Append(to, entry, "payload of " + entry, required);
    }

    private static Engine.Commit only(Engine.Append append) {
        return new Engine.Commit(null, List.of(append), MOST);
    }

    private Engine.Status status(Engine.Commit commit) {
        return await(one.commit(commit)).status();
    }

    /** What the inbox of {@code engine} holds, but for what was there when it was made. */
    private List<String> inbox(Engine engine) {
        return await(engine.receive(Engine.FROM_THE_FIRST, 100, Duration.ZERO)).stream()
                .map(Engine.Delivered::entry)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    @Test
    void aRecordIsWrittenIfItHasTheExpectedVersion() {
        assertEquals(Engine.Kept.nothing(), await(one.read("CODE22")));
        assertEquals(Engine.Status.DONE, status(change("", "1:a", "first")));
        assertEquals(new Engine.Kept("1:a", "first", Map.of()), await(other.read("CODE22")));
        Engine.Answer refused = await(other.commit(change("", "1:b", "second")));
        assertEquals(Engine.Status.CONFLICT, refused.status());
        assertEquals(new Engine.Kept("1:a", "first", Map.of()), refused.kept());
        assertEquals(Engine.Status.DONE, status(change("1:a", "2:b", "second")));
        assertEquals(Engine.Status.DONE, status(change("2:b", "3:c", "")));
        assertEquals(Engine.Kept.nothing(), await(one.read("CODE22")));
    }

    @Test
    void clocksAreThoseThatTheLastChangeNamed() {
        assertEquals(Engine.Status.DONE, status(clocked("", "1:a", "v", List.of("host", "guest"), List.of())));
        assertEquals(Set.of("host", "guest"), await(one.read("CODE33")).ages().keySet());
        assertEquals(Engine.Status.DONE, status(clocked("1:a", "2:b", "w", List.of("guest", "new"), List.of("new"))));
        Engine.Kept kept = hear(hearing("1:a"));
        assertEquals("w", kept.value());
        assertEquals(Set.of("guest", "new"), kept.ages().keySet());
    }

    @Test
    void aClockIsTurnedBackByThoseWhoHaveOne() {
        status(clocked("", "1:a", "v", List.of("host", "guest"), List.of()));
        awaitUntil("time passes", () -> age(hear(hearing("")), "host").toMillis() > 30);
        assertEquals(
                Set.of("host", "guest"),
                hear(hearing("", "host", "nobody")).ages().keySet());
        assertTrue(isOlder("guest", "host"));
        status(clocked("1:a", "2:b", "v", List.of("host", "guest"), List.of("guest")));
        assertFalse(isOlder("guest", "host"));
    }

    @Test
    void whatIsKnownIsNotSaidAgain() {
        status(clocked("", "1:a", "v", List.of("host"), List.of()));
        assertEquals("", hear(hearing("1:a")).value());
        assertEquals("1:a", hear(hearing("1:a")).version());
        assertEquals("v", hear(hearing("0:x")).value());
        List<Engine.Kept> both =
                await(one.hear(List.of(new Engine.Hearing("CODE44", List.of("a", "b"), "", TTL), hearing("", "host"))));
        assertEquals(Engine.Kept.nothing(), both.get(0));
        assertEquals("v", both.get(1).value());
    }

    @Test
    void anEndIsRemembered() {
        status(clocked("", "1:a", "v", List.of("host"), List.of()));
        assertEquals(Engine.Status.DONE, status(clocked("1:a", "2:b", "", List.of(), List.of())));
        assertEquals(new Engine.Kept("2:b", "", Map.of()), hear(hearing("1:a", "host")));
        assertEquals(Engine.Status.CONFLICT, status(clocked("", "1:c", "again", List.of("host"), List.of())));
        assertEquals(Engine.Status.DONE, status(clocked("2:b", "3:c", "again", List.of("host"), List.of())));
        assertEquals(List.of("letter", "letter", "letter"), inbox(other));
    }

    @Test
    void aRecordOfWhichNobodyIsHeardEnds() {
        Engine.Change change = new Engine.Change(
                "CODE33",
                "",
                "1:a",
                "v",
                new Engine.Lifetime(Duration.ofMillis(300), /* renewed= */ false),
                List.of("host"),
                List.of(),
                TTL);
        await(one.commit(new Engine.Commit(change, List.of(), MOST)));
        awaitUntil("its end", () -> hear(hearing("1:a", "nobody")).version().isEmpty());
        await(one.commit(new Engine.Commit(change, List.of(), MOST)));
        assertEquals("1:a", hear(hearing("", "host")).version()); // and lives on for long
        awaitUntil("time passes", () -> age(hear(hearing("")), "host").toMillis() > 400);
    }

    @Test
    void aCommitThatIsSentAgainIsDoneOnce() {
        assertEquals(Engine.Status.DONE, status(change("", "1:a", "first", append("other", "x", true))));
        assertEquals(Engine.Status.DONE, status(change("", "1:a", "first", append("other", "x", true))));
        assertEquals(List.of("x"), inbox(other));
    }

    @Test
    void deliveriesGoWithTheChangeOrNotAtAll() {
        assertEquals(
                Engine.Status.DONE,
                status(change("", "1:a", "v", append("other", "first", true), append("one", "second", true))));
        assertEquals(List.of("first"), inbox(other));
        assertEquals(List.of("second"), inbox(one));
        assertEquals(Engine.Status.CONFLICT, status(change("", "1:b", "v", append("other", "third", true))));
        assertEquals(
                Engine.Status.MISSING,
                status(change("1:a", "2:b", "v", append("other", "fourth", true), append("nobody", "fifth", true))));
        assertEquals(List.of("first"), inbox(other));
        assertEquals("1:a", await(one.read("CODE22")).version());
    }

    @Test
    void whatIsNotRequiredIsLeftOutAndCounted() {
        Engine.Answer answer = await(
                one.commit(change("", "1:a", "v", append("nobody", "lost", false), append("other", "kept", true))));
        assertEquals(new Engine.Answer(Engine.Status.DONE, Engine.Kept.nothing(), 1), answer);
        assertEquals(List.of("kept"), inbox(other));
    }

    @Test
    void anInboxTakesSoMuchUntilItIsRead() {
        int taken = 0;
        while (status(only(append("other", "entry", true))) == Engine.Status.DONE) {
            taken++;
        }
        assertTrue(taken > 3 && taken < 30, "taken: " + taken);
        assertEquals(Engine.Status.FULL, status(only(append("other", "entry", true))));
        List<Engine.Delivered> all = await(other.receive(Engine.FROM_THE_FIRST, 100, Duration.ZERO));
        Engine.Delivered last = all.get(all.size() - 1);
        await(other.discard(last.place(), last.bytes()));
        await(other.discard(last.place(), last.bytes()));
        assertEquals(Engine.Status.DONE, status(only(append("other", "new", true))));
        assertEquals(
                List.of("new"),
                await(other.receive(last.place(), 100, Duration.ZERO)).stream()
                        .map(Engine.Delivered::entry)
                        .toList());
        assertTrue(
                await(other.receive(Engine.FROM_THE_FIRST, 100, Duration.ZERO)).size() <= 2);
    }

    @Test
    void whoWaitsForAnEntryGetsItWithWhatWasSentAlong() {
        String end = await(other.receive(Engine.FROM_THE_FIRST, 100, Duration.ZERO))
                .get(0)
                .place();
        CompletionStage<List<Engine.Delivered>> waiting = other.receive(end, 100, Duration.ofSeconds(20));
        assertEquals(Engine.Status.DONE, status(only(append("other", "hello", true))));
        Engine.Delivered entry = await(waiting).get(0);
        assertEquals("hello", entry.entry());
        assertEquals("payload of hello", entry.payload());
        assertEquals(List.of(), await(other.receive(entry.place(), 100, Duration.ofMillis(20))));
    }

    @Test
    void whoWaitsInVainIsConnectedAsBefore() {
        String end = await(one.receive(Engine.FROM_THE_FIRST, 100, Duration.ZERO))
                .get(0)
                .place();
        assertEquals(List.of(), await(one.receive(end, 100, Duration.ofMillis(2_500))));
        assertEquals(List.of(), ears.lost);
        assertTrue(await(one.beat("1", TTL)).hasInbox());
    }

    @Test
    void anInboxIsMadeOnce() {
        assertFalse(await(one.makeInbox(TTL)));
        await(one.removeInbox());
        assertEquals(Engine.Status.MISSING, status(only(append("one", "x", true))));
        assertTrue(await(one.makeInbox(TTL)));
    }

    @Test
    void aBeatTellsOfAllInstances() {
        Engine.Beat first = await(one.beat("1", TTL));
        assertTrue(first.hasInbox());
        assertEquals("1", first.instances().get("one"));
        Engine.Beat second = await(other.beat("2", TTL));
        assertEquals(first.epoch(), second.epoch());
        assertTrue(second.age().compareTo(TTL) < 0);
        assertEquals(
                List.of("1", "2"),
                List.of(second.instances().get("one"), second.instances().get("other")));
        await(other.removeInbox());
        assertFalse(await(other.beat("3", TTL)).hasInbox());
        one.forget("other");
        assertEquals(
                List.of("one"),
                List.copyOf(await(one.beat("4", TTL)).instances().keySet()));
    }

    @Test
    void whoListensHearsEverybodyUntilItListensNoMore() {
        one.listen("net:a");
        awaitUntil("a message", () -> {
            other.publish("net:a", "from other");
            return ears.heard.contains("net:a from other");
        });
        one.publish("net:a", "from itself");
        awaitUntil("its own message", () -> ears.heard.contains("net:a from itself"));
        one.unlisten("net:a");
        one.listen("net:b");
        awaitUntil("the end", () -> {
            other.publish("net:a", "unheard");
            other.publish("net:b", "end");
            return ears.heard.contains("net:b end");
        });
        assertFalse(ears.heard.contains("net:a unheard"));
    }
}
