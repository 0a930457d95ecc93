package xyz.dropsilk.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Gateway;
import xyz.dropsilk.server.flight.SignalSink;

/**
 * What this instance is told, read in order: each letter once, however often it was sent. Goes on from where it was after a lost connection. Confined
 * to the cluster's thread.
 */
final class Inbox {
    /** Entries that are read in one go. */
    private static final int MOST = 512;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What is read is removed once it is so many bytes, and with each beat. */
    private static final long DISCARD_BYTES = 256 * 1024;

    /** Senders whose numbers are remembered. */
    private static final int MOST_SENDERS = 1_024;

    private final Engine engine;
    private final Executor owner;
    private final Tally tally;
    private final Consumer<String> probe;
    private final Consumer<String> heardOf;
    private final Consumer<Throwable> failed;
    private @Nullable Gateway gateway;

    /** The highest number read of each sender. */
    private final Map<String, Long> read = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_SENDERS;
        }
    };

    private String place = Engine.FROM_THE_FIRST;
    private long bytes;
    private long discarded;

    /** Which connection is read; what another one still answers is left alone. */
    private int connection;

    /** Letters of {@code engine}; {@code probe} hears the names of marks that are no commit's, {@code heardOf} of each instance that a letter is from, {@code failed} why nothing can be read, or what was thrown by what was. */
    Inbox(
            Engine engine,
            Executor owner,
            Tally tally,
            Consumer<String> probe,
            Consumer<String> heardOf,
            Consumer<Throwable> failed) {
        this.heardOf = heardOf;
        this.failed = failed;
        this.engine = engine;
        this.owner = owner;
        this.tally = tally;
        this.probe = probe;
    }

    void tell(Gateway door) {
        gateway = door;
    }

    /** There is a new inbox, and nothing of the old one. */
    void startAnew() {
        place = Engine.FROM_THE_FIRST;
        bytes = 0;
        discarded = 0;
    }

    /** Reads all that is there, then runs {@code atEnd}, then goes on reading until {@link #stop}. */
    void start(Runnable atEnd) {
        int mine = ++connection;
        engine.receive(place, MOST, Duration.ZERO)
                .whenCompleteAsync((entries, failure) -> caughtUp(mine, entries, failure, atEnd), owner);
    }

    /** Reads no more. */
    void stop() {
        connection++;
    }

    private void caughtUp(
            int mine, @Nullable List<Engine.Delivered> entries, @Nullable Throwable failure, Runnable atEnd) {
        if (mine != connection || entries == null) {
            refused(mine, failure);
            return;
        }
        handle(entries);
        if (!entries.isEmpty()) {
            start(atEnd);
            return;
        }
        atEnd.run();
        if (mine == connection) {
            goOn(mine);
        }
    }

    private void goOn(int mine) {
        engine.receive(place, MOST, PATIENCE)
                .whenCompleteAsync(
                        (entries, failure) -> {
                            if (mine == connection && entries != null) {
                                handle(entries);
                                goOn(mine);
                            } else {
                                refused(mine, failure);
                            }
                        },
                        owner);
    }

    /** The loss of the connection is told elsewhere. */
    private void refused(int mine, @Nullable Throwable failure) {
        Throwable cause = failure;
        if (failure instanceof CompletionException && failure.getCause() != null) {
            cause = failure.getCause();
        }
        if (mine == connection && cause instanceof EngineException known && !known.isLost()) {
            failed.accept(known);
        }
    }

    private void handle(List<Engine.Delivered> entries) {
        Set<SignalSink> toFlush = new LinkedHashSet<>();
        for (Engine.Delivered entry : entries) {
            place = entry.place();
            bytes = Math.max(bytes, entry.bytes());
            if (!entry.entry().isEmpty()) {
                handle(entry, toFlush);
            }
        }
        toFlush.forEach(SignalSink::flush);
        if (bytes - discarded > DISCARD_BYTES) {
            discard();
        }
    }

    /** Removes what is read. */
    void discard() {
        if (bytes != discarded) {
            discarded = bytes;
            engine.discard(place, bytes);
        }
    }

    private void handle(Engine.Delivered entry, Set<SignalSink> toFlush) {
        Letter.Received received;
        try {
            received = LetterJson.letter(entry.entry());
        } catch (IllegalArgumentException e) {
            tally.garbage("a letter");
            return;
        }
        if (received == null || received.number() <= read.getOrDefault(received.sender(), 0L)) {
            return;
        }
        read.put(received.sender(), received.number());
        heardOf.accept(received.sender());
        Gateway door = gateway;
        if (door != null) {
            try {
                handle(received.letter(), entry.payload(), door, toFlush);
            } catch (RuntimeException e) {
                failed.accept(e); // one letter's fault is no other's
            }
        }
    }

    private void handle(Letter letter, String payload, Gateway door, Set<SignalSink> toFlush) {
        if (letter instanceof Letter.Signal signal) {
            SignalSink peer = door.signal(signal.to(), signal.pairing(), payload.getBytes(UTF_8));
            if (peer != null) {
                toFlush.add(peer);
            }
        } else if (letter instanceof Letter.Committed committed) {
            door.committed(
                    committed.id(),
                    committed.code(),
                    committed.base(),
                    committed.version(),
                    committed.entry(),
                    committed.deliveries());
        } else if (letter instanceof Letter.Invitation invitation) {
            door.invited(invitation.to(), invitation.network(), invitation.code(), invitation.from());
        } else if (letter instanceof Letter.Mark mark) {
            door.marked(mark.id());
            probe.accept(mark.id());
        }
    }
}
