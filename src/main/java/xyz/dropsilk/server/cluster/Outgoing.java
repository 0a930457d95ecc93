package xyz.dropsilk.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.flight.Gateway;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/**
 * What this instance sends: appended by anybody in the order of the decisions, put into words and sent on the cluster's thread, and what the engine
 * answers to it.
 */
final class Outgoing implements Bus, SendQueue.Sender {
    /** What may be unread in an inbox: over it nothing is appended, signals first. */
    static final long MOST_UNREAD = 2 * 1024 * 1024;

    /** What is decided is let in a little longer than signals. */
    private static final long MOST_UNREAD_DECIDED = 2 * MOST_UNREAD;

    private static final Duration FLIGHT_LIVES = Duration.ofHours(1);

    /** Records that are read in one go. */
    private static final int HEARD_AT_ONCE = 64;

    /** Such questions that may be under way. */
    private static final int MOST_HEARINGS = 32;

    /** Two brackets, names and numbers round a signal. */
    private static final int SIGNAL_OVERHEAD = 256;

    private static final long REPEAT_MILLIS = 100;

    /** Two seconds: as long as anybody takes to connect again. */
    private static final int MOST_TRIES = 20;

    private static final long REFUSED_MILLIS = 1_000;

    private static final String NO_ROOM = "undelivered: the other instance is gone, or does not read";

    private final String self;
    private final Engine engine;
    private final ScheduledExecutorService owner;
    private final Tally tally;
    private final Neighbours neighbours;
    private final Runnable inboxMissing;
    private final SendQueue queue;
    private final Duration roomLives;

    /** What is to be asked for, as soon as the owner comes to it. */
    private final Queue<Question> questions = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean asking = new AtomicBoolean();
    private int hearings;
    private @Nullable Gateway gateway;

    private record Question(String id, Engine.Hearing hearing) {}

    /** Whether inboxes may still be missing because their instances have not come back yet. */
    private boolean careful;

    /**
     * Sends by {@code engine}.
     *
     * @param owner the cluster's thread
     * @param roomLives how long a room lives of which nobody is heard
     * @param inboxMissing is run if this instance's own inbox turns out to be missing
     */
    Outgoing(
            String self,
            Engine engine,
            ScheduledExecutorService owner,
            LongSupplier ticker,
            Tally tally,
            Neighbours neighbours,
            Duration roomLives,
            Runnable inboxMissing) {
        this.roomLives = roomLives;
        this.self = self;
        this.engine = engine;
        this.owner = owner;
        this.tally = tally;
        this.neighbours = neighbours;
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

    // --- what is to be sent ---

    @Override
    public String home() {
        return self;
    }

    @Override
    public void read(String id, String code) {
        queue.add(new Item.Read(id, code));
    }

    @Override
    public void check(String code) {
        queue.add(new Item.Read(null, code));
    }

    @Override
    public void hear(String id, String code, List<String> participants, String known) {
        questions.add(new Question(id, new Engine.Hearing(code, participants, known, roomLives)));
        if (asking.compareAndSet(false, true)) {
            try {
                owner.execute(this::ask);
            } catch (RejectedExecutionException e) {
                // the server stops
            }
        }
    }

    @Override
    public Duration roomLives() {
        return roomLives;
    }

    /** Thousands of pages poll: what they ask in one moment is one question. */
    private void ask() {
        asking.set(false);
        while (hearings < MOST_HEARINGS && !questions.isEmpty()) {
            List<Question> asked = new ArrayList<>();
            for (Question next = questions.poll(); next != null; next = questions.poll()) {
                asked.add(next);
                if (asked.size() == HEARD_AT_ONCE) {
                    break;
                }
            }
            ask(asked);
        }
    }

    private void ask(List<Question> asked) {
        hearings++;
        engine.hear(asked.stream().map(Question::hearing).toList())
                .whenCompleteAsync((heard, failure) -> heard(asked, heard, failure), owner);
    }

    private void heard(List<Question> asked, @Nullable List<Engine.Kept> heard, @Nullable Throwable failure) {
        hearings--;
        isLost(failure, asked.size());
        for (int i = 0; i < asked.size(); i++) {
            Question question = asked.get(i);
            if (heard == null) {
                gateway().unheard(question.id);
                continue;
            }
            Engine.Kept kept = heard.get(i);
            boolean isSame = !kept.version().isEmpty() && kept.version().equals(question.hearing.known());
            String code = question.hearing.code();
            Entry entry = isSame ? null : entry(code, kept);
            gateway().heard(question.id, code, kept.version(), isSame, entry, kept.ages());
        }
        ask();
    }

    @Override
    public void propose(Proposal proposal) {
        queue.add(new Item.Propose(proposal));
    }

    @Override
    public void mark(String id) {
        queue.add(new Item.Post(self, number -> LetterJson.mark(self, number, id), ""));
    }

    @Override
    public boolean relay(String to, long pairing, byte[] message, int from, int length) {
        String text = new String(message, from, length, UTF_8);
        boolean taken = queue.offer(
                new Item.Post(homeOf(to), number -> LetterJson.signal(self, number, to, pairing), text),
                length + SIGNAL_OVERHEAD);
        if (!taken) {
            tally.undelivered(1, "undelivered: too much waits for the engine");
        }
        return taken;
    }

    @Override
    public void invite(String to, NetworkKey network, String code, User from) {
        Letter.Invitation invitation = new Letter.Invitation(to, network, code, from);
        queue.add(new Item.Post(homeOf(to), number -> LetterJson.invitation(self, number, invitation), ""));
    }

    private static String homeOf(String client) {
        return Bus.homeOf(client);
    }

    @Override
    public void overRate() {
        tally.undelivered(1, "undelivered: a pairing sends more than may cross instances");
    }

    @Override
    public void watch(NetworkKey network) {
        neighbours.watch(network);
    }

    @Override
    public void unwatch(NetworkKey network) {
        neighbours.unwatch(network);
    }

    @Override
    public void publish(NetworkKey network) {
        neighbours.publish(network);
    }

    // --- sending ---

    @Override
    public void send(List<Item> items) {
        Item first = items.get(0);
        if (first.work instanceof Item.Read read) {
            engine.read(read.code())
                    .whenCompleteAsync((kept, failure) -> readAnswered(first, read, kept, failure), owner);
        } else if (first.work instanceof Item.Propose propose) {
            engine.commit(commit(first, propose.proposal()))
                    .whenCompleteAsync((answer, failure) -> proposalAnswered(first, propose, answer, failure), owner);
        } else {
            engine.commit(new Engine.Commit(null, appends(items), MOST_UNREAD))
                    .whenCompleteAsync((answer, failure) -> postsAnswered(items, answer, failure), owner);
        }
    }

    private Engine.Commit commit(Item item, Proposal proposal) {
        String value = LetterJson.value(proposal.next());
        List<Engine.Append> appends = new ArrayList<>(proposal.concerned().size());
        for (String home : proposal.concerned()) {
            List<Delivery> deliveries = proposal.decision().deliveries().stream()
                    .filter(delivery -> homeOf(delivery.to()).equals(home))
                    .toList();
            String letter = LetterJson.committed(self, item.number, proposal, value, deliveries);
            boolean required = proposal.required().contains(home) || isPatient(item);
            appends.add(new Engine.Append(home, letter, "", required));
        }
        return new Engine.Commit(change(proposal, value), appends, MOST_UNREAD_DECIDED);
    }

    /** A room lives by those who are heard of: whoever comes, and whoever had a socket until now. */
    private Engine.Change change(Proposal proposal, String value) {
        boolean isRoom = proposal.before() instanceof Room || proposal.next() instanceof Room;
        if (!isRoom) {
            return new Engine.Change(
                    proposal.code(),
                    proposal.expected(),
                    proposal.version(),
                    value,
                    new Engine.Lifetime(FLIGHT_LIVES, /* renewed= */ true),
                    List.of(),
                    List.of(),
                    Duration.ZERO);
        }
        List<Participant> before = proposal.before() instanceof Room room ? room.participants() : List.of();
        List<Participant> after = proposal.next() instanceof Room room ? room.participants() : List.of();
        List<String> clocks = after.stream().map(Participant::id).toList();
        List<String> heard = after.stream().anyMatch(each -> comes(each, before))
                ? clocks // whoever comes, or comes back, is to see who sits there
                : before.stream()
                        .filter(Participant::isAttached)
                        .map(Participant::id)
                        .toList();
        return new Engine.Change(
                proposal.code(),
                proposal.expected(),
                proposal.version(),
                value,
                new Engine.Lifetime(roomLives, /* renewed= */ !heard.isEmpty()),
                clocks,
                heard,
                roomLives);
    }

    private static boolean comes(Participant participant, List<Participant> before) {
        return before.stream()
                .noneMatch(each -> each.id().equals(participant.id()) && (!each.silent() || participant.silent()));
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
                engine.renew(read.code(), FLIGHT_LIVES);
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
        if (answer.status() == Engine.Status.CONFLICT) {
            Engine.Kept kept = answer.kept();
            gateway().refused(id, kept.version(), entry(propose.proposal().code(), kept), item.again);
        } else if (isFull) {
            tally.undelivered(1, NO_ROOM);
            refused(propose, id);
        } else if (isMissing) {
            missing(propose, id);
        } else if (answer.lost() > 0) {
            tally.undelivered(answer.lost(), NO_ROOM);
            gateway().unheardOf(propose.proposal().code());
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
        if (id == null || !gateway().unanswered(id)) {
            owner.schedule(() -> addAgain(work), REFUSED_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void addAgain(Item.Work work) {
        boolean isOutdated = work instanceof Item.Propose propose
                && !gateway()
                        .isProposed(propose.proposal().id(), propose.proposal().version());
        if (!isOutdated) {
            queue.add(work);
        }
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
}
