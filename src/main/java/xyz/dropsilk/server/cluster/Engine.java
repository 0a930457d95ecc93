package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What several instances share: records that are written by compare-and-set, an inbox for each instance, and channels. It knows no rule. Methods
 * are called on one thread, never wait, and answer on any thread; an answer that never comes is an {@link EngineException}.
 */
public interface Engine {
    /** Hears what nobody asked for, on any thread. */
    interface Listener {
        /** The connections that {@link #connect} made are gone, all of them, because of {@code reason}. */
        void lost(String reason);

        /** {@code text} was published on {@code channel}, which is listened to. */
        void heard(String channel, String text);

        /** Something about the engine is not as it should be; told once a connection. */
        void warned(String what);
    }

    /** Connects; fails with what is fit for an operator's eyes. Called again after a connection was lost, or {@link #disconnect} was called. */
    CompletionStage<Void> connect();

    /** Drops all connections, of which the listener hears nothing. */
    void disconnect();

    /** Lets go of everything, and answers when it has; nothing else is called after it. Its event loops have to run until then. */
    CompletionStage<Void> close();

    /** Changes a record and appends to inboxes, all or nothing. */
    CompletionStage<Answer> commit(Commit commit);

    /** The record of {@code code} as it is now. */
    CompletionStage<Kept> read(String code);

    /** Reads records, and turns some of their clocks back to nothing; answers in the same order. */
    CompletionStage<List<Kept>> hear(List<Hearing> hearings);

    /** Whether the own inbox was missing, and was made now, empty. It lives for {@code timeToLive} unless beats renew it. */
    CompletionStage<Boolean> makeInbox(Duration timeToLive);

    /**
     * Up to {@code most} entries of the own inbox behind the one called {@code after}, {@link #FROM_THE_FIRST} for all; waits up to {@code
     * patience} for the first, if that is not zero.
     */
    CompletionStage<List<Delivered>> receive(String after, int most, Duration patience);

    /** Forgets the entries of the own inbox up to {@code through}, where {@code bytes} had been appended in all. */
    CompletionStage<Void> discard(String through, long bytes);

    /** Says that this instance is in {@code state}, renews its inbox, and tells of all instances. */
    CompletionStage<Beat> beat(String state, Duration timeToLive);

    /** The record of {@code code}, if there is one, lives for {@code timeToLive} from now on. */
    void renew(String code, Duration timeToLive);

    /** Forgets what the instance {@code id} said of itself. */
    void forget(String id);

    /** Removes the own inbox. */
    CompletionStage<Void> removeInbox();

    /** Tells all who listen to {@code channel}, this instance too. */
    CompletionStage<Void> publish(String channel, String text);

    /** Listens to {@code channel} until {@link #unlisten}, or the connection is lost; answers once it does. */
    CompletionStage<Void> listen(String channel);

    /** Listens to {@code channel} no more. */
    void unlisten(String channel);

    /** The place before the first entry of an inbox. */
    String FROM_THE_FIRST = "0";

    /**
     * A change of one record, or of none, and what is appended with it.
     *
     * @param change what becomes of a record; null for none
     * @param appends to inboxes, in order
     * @param mostUnread bytes: over it nothing is appended to an inbox
     */
    record Commit(@Nullable Change change, List<Append> appends, long mostUnread) {}

    /**
     * What becomes of a record.
     *
     * @param code what it lives under
     * @param expected the version that it must have; empty for no record
     * @param version what it has then, never used twice
     * @param value what it says then; empty where it is to be no more
     * @param timeToLive how long it lives
     * @param clocks names of all its clocks from then on: those that it has not yet begin
     * @param heard those of them that are turned back
     * @param remembered how long it is known that the record was there, once it is no more
     */
    record Change(
            String code,
            String expected,
            String version,
            String value,
            Lifetime timeToLive,
            List<String> clocks,
            List<String> heard,
            Duration remembered) {}

    /**
     * How long a record lives.
     *
     * @param length without a change or a clock that is turned back
     * @param renewed whether by this change, whatever its clocks do
     */
    record Lifetime(Duration length, boolean renewed) {}

    /**
     * What is heard of.
     *
     * @param code the record
     * @param clocks those that are turned back, as far as the record has them: it lives on by that
     * @param known the version whose value is known already, and not wanted again; empty for none
     * @param timeToLive from now on
     */
    record Hearing(String code, List<String> clocks, String known, Duration timeToLive) {}

    /**
     * An entry for an inbox.
     *
     * @param to whose
     * @param entry JSON
     * @param payload what goes with it as it is, or empty
     * @param required whether nothing at all is to happen if it can't be appended
     */
    record Append(String to, String entry, String payload, boolean required) {}

    /**
     * What became of a commit.
     *
     * @param status whether it happened
     * @param kept the record as it is, where that is why it did not happen
     * @param lost how many entries, none of them required, could not be appended
     */
    record Answer(Status status, Kept kept, int lost) {}

    /** Whether a commit happened. */
    enum Status {
        /** It did, now or when it was sent before. */
        DONE,
        /** The record has another version. */
        CONFLICT,
        /** A required inbox is missing. */
        MISSING,
        /** Too much is unread in a required inbox. */
        FULL
    }

    /**
     * A record.
     *
     * @param version its version; empty where there is none
     * @param value what it says; empty where it is no more, or known
     * @param ages what its clocks say, by name
     */
    record Kept(String version, String value, Map<String, Duration> ages) {
        /** No record. */
        static final Kept NOTHING = new Kept("", "", Map.of());

        /** No record. */
        public static Kept nothing() {
            return NOTHING;
        }
    }

    /**
     * An entry of the own inbox.
     *
     * @param place its name, for {@link #receive}
     * @param entry JSON
     * @param payload what came with it, or empty
     * @param bytes how many had been appended in all, with this one
     */
    record Delivered(String place, String entry, String payload, long bytes) {}

    /**
     * What a beat learned.
     *
     * @param hasInbox whether the own inbox is there
     * @param epoch differs once the engine has lost its memory
     * @param age of the epoch
     * @param instances what each instance says of itself, by id
     */
    record Beat(boolean hasInbox, String epoch, Duration age, Map<String, String> instances) {}
}
