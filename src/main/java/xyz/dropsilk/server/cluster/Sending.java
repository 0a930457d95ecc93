package xyz.dropsilk.server.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Gateway;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;

/** Puts what waits in the queue into words, sends it, and does what the engine's answers ask for. Confined to the cluster's thread. */
final class Sending implements SendQueue.Sender, Hearings.Listener {
    /** What may be unread in an inbox: over it nothing is appended, signals first. */
    static final long MOST_UNREAD = 2 * 1024 * 1024;

    private static final long REPEAT_MILLIS = 100;

    /** Two seconds: as long as anybody takes to connect again. */
    private static final int MOST_TRIES = 20;

    private static final long REFUSED_MILLIS = 1_000;

    private static final String NO_ROOM = "undelivered: the other instance is gone, or does not read";

    private final Engine engine;
    private final ScheduledExecutorService owner;
    private final Tally tally;
    private final Commits commits;
    private final Runnable inboxMissing;
    private final SendQueue queue;
    private @Nullable Gateway gateway;

    /** Whether inboxes may still be missing because their instances have not come back yet. */
    private boolean careful;

    /**
     * Sends by {@code engine}.
     *
     * @param owner the cluster's thread
     * @param inboxMissing is run if this instance's own inbox turns out to be missing
     */
    Sending(
            Engine engine,
            ScheduledExecutorService owner,
            LongSupplier ticker,
            Tally tally,
            Commits commits,
            Runnable inboxMissing) {
        this.engine = engine;
        this.owner = owner;
        this.tally = tally;
        this.commits = commits;
        this.inboxMissing = inboxMissing;
        this.queue = new SendQueue(owner, ticker, this);
    }

    void answerTo(Gateway door) {
        gateway = door;
    }

    private Gateway gateway() {
        Gateway door = gateway;
        if (door == null) {
            throw new IllegalStateException("started before it was joined");
        }
        return door;
    }

    /** What is to be sent. */
    SendQueue queue() {
        return queue;
    }

    /** Sends from now on: one after the other, and again where an inbox is missing, as long as {@link #trust} is not called. */
    void open() {
        careful = true;
        queue.open(careful);
    }

    /** By now all inboxes are there that come back. */
    void trust() {
        if (careful) {
            careful = false;
            queue.open(careful);
        }
    }

    @Override
    public void send(List<Item> items) {
        Item first = items.get(0);
        if (first.work instanceof Item.Read read) {
            engine.read(read.code())
                    .whenCompleteAsync((kept, failure) -> readAnswered(first, read, kept, failure), owner);
        } else if (first.work instanceof Item.Propose propose) {
            engine.commit(commits.of(propose.proposal(), first.number, home -> isPatient(first)))
                    .whenCompleteAsync((answer, failure) -> proposalAnswered(first, propose, answer, failure), owner);
        } else {
            engine.commit(new Engine.Commit(null, appends(items), MOST_UNREAD))
                    .whenCompleteAsync((answer, failure) -> postsAnswered(items, answer, failure), owner);
        }
    }

    private List<Engine.Append> appends(List<Item> items) {
        List<Engine.Append> appends = new ArrayList<>(items.size());
        for (Item item : items) {
            Item.Post post = (Item.Post) item.work;
            appends.add(new Engine.Append(post.to(), post.text().of(item.number), post.payload(), isPatient(item)));
        }
        return appends;
    }

    // --- answers, on the cluster's thread ---

    private void readAnswered(Item item, Item.Read read, Engine.@Nullable Kept kept, @Nullable Throwable failure) {
        if (isLost(failure, 1) || !queue.answered(List.of(item))) {
            return;
        }
        if (kept == null) {
            refused(read, read.id());
            return;
        }
        Entry entry = entry(read.code(), kept);
        if (read.id() == null) {
            if (entry instanceof Flight) {
                engine.renew(read.code(), Commits.FLIGHT_LIVES);
            }
            gateway().checked(read.code(), kept.version(), entry, kept.ages());
        } else {
            gateway().read(read.id(), kept.version(), entry, kept.ages());
        }
    }

    private void proposalAnswered(
            Item item, Item.Propose propose, Engine.@Nullable Answer answer, @Nullable Throwable failure) {
        if (isLost(failure, 1)) {
            return;
        }
        String id = propose.proposal().id();
        if (answer == null) {
            if (queue.answered(List.of(item))) {
                refused(propose, id);
            }
            return;
        }
        boolean isMissing = answer.status() == Engine.Status.MISSING;
        boolean isFull = answer.status() == Engine.Status.FULL;
        if ((isMissing || isFull) && isPatient(item)) {
            repeatLater(item);
            return;
        }
        if (!queue.answered(List.of(item))) {
            return;
        }
        if (answer.status() == Engine.Status.DONE) {
            if (answer.lost() > 0) {
                tally.undelivered(answer.lost(), NO_ROOM);
                gateway().unheardOf(propose.proposal().code());
            }
        } else if (isOutdated(propose)) {
            return; // what came of it is known, or something else is waited for
        } else if (answer.status() == Engine.Status.CONFLICT) {
            Engine.Kept kept = answer.kept();
            gateway().refused(id, kept.version(), entry(propose.proposal().code(), kept), item.again);
        } else if (isFull) {
            tally.undelivered(1, NO_ROOM);
            refused(propose, id);
        } else {
            missing(propose, id);
        }
    }

    /** Whose inbox is missing? If it is this instance's own, it has to come back first. */
    private void missing(Item.Propose propose, String id) {
        engine.makeInbox(Cluster.INBOX_LIVES)
                .whenCompleteAsync(
                        (made, failure) -> {
                            if (failure != null || made) {
                                queue.add(propose);
                                inboxMissing.run();
                            } else {
                                gateway().unreachable(id);
                            }
                        },
                        owner);
    }

    private void postsAnswered(List<Item> items, Engine.@Nullable Answer answer, @Nullable Throwable failure) {
        if (isLost(failure, items.size())) {
            return;
        }
        if (answer != null && answer.status() == Engine.Status.MISSING && isPatient(items.get(0))) {
            repeatLater(items.get(0));
            return;
        }
        if (!queue.answered(items)) {
            return;
        }
        if (answer == null) {
            items.forEach(this::lose);
        } else {
            tally.undelivered(answer.status() == Engine.Status.DONE ? answer.lost() : items.size(), NO_ROOM);
        }
    }

    /** Signals are lost; what decisions wait for is not. */
    private void lose(Item item) {
        if (((Item.Post) item.work).payload().isEmpty()) {
            owner.schedule(() -> queue.add(item.work), REFUSED_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Whether all whom {@code item} concerns must hear of it: their inboxes are made again when they come back themselves. */
    private boolean isPatient(Item item) {
        return careful && item.tries < MOST_TRIES;
    }

    private void repeatLater(Item item) {
        item.tries++;
        owner.schedule(
                () -> {
                    queue.repeat(item);
                    queue.pump();
                },
                REPEAT_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** The engine is there and does not do it: the user lacks a right. */
    private void refused(Item.Work work, @Nullable String id) {
        if (!isOutdated(work) && (id == null || !gateway().unanswered(id))) {
            owner.schedule(() -> addAgain(work), REFUSED_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void addAgain(Item.Work work) {
        if (!isOutdated(work)) {
            queue.add(work);
        }
    }

    /** Whether it was decided again since, or has come true. */
    private boolean isOutdated(Item.Work work) {
        return work instanceof Item.Propose propose
                && !gateway()
                        .isProposed(propose.proposal().id(), propose.proposal().version());
    }

    /** What is lost is sent again on the next connection; what is refused, {@code letters} of them, was not delivered. */
    private boolean isLost(@Nullable Throwable failure, int letters) {
        if (failure == null) {
            return false;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean lost = !(cause instanceof EngineException known) || known.isLost();
        if (!lost) {
            tally.undelivered(letters, "undelivered: the engine refuses: " + cause.getMessage());
        }
        return lost;
    }

    private @Nullable Entry entry(String code, Engine.Kept kept) {
        try {
            return LetterJson.entry(code, kept.value());
        } catch (IllegalArgumentException e) {
            tally.garbage("a record");
            return null;
        }
    }

    // --- what is known of rooms ---

    @Override
    public void heard(String id, Engine.Hearing hearing, Engine.Kept kept) {
        boolean isSame = !kept.version().isEmpty() && kept.version().equals(hearing.known());
        Entry entry = isSame ? null : entry(hearing.code(), kept);
        gateway().heard(id, hearing.code(), kept.version(), isSame, entry, kept.ages());
    }

    @Override
    public void unheard(String id) {
        gateway().unheard(id);
    }

    @Override
    public void failed(Throwable failure, int count) {
        isLost(failure, count);
    }
}
