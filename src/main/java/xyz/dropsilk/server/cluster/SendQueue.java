package xyz.dropsilk.server.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this instance has to send, in the order in which it was decided. Anybody appends; one thread sends. Nothing leaves the queue before it is
 * answered: what was under way on a connection that broke is sent again, in order, on the next.
 */
final class SendQueue {
    /** What may wait, in bytes: beyond it signals are dropped. */
    static final int MOST_BYTES = 8 * 1024 * 1024;

    /** What may be under way: enough to keep an engine busy that answers in a few milliseconds. */
    private static final int WINDOW = 256;

    /** Signals that are sent in one go. */
    private static final int BATCH = 32;

    private static final int BATCH_BYTES = 64 * 1024;

    /** Does the sending, on the owner's thread. */
    interface Sender {
        /** Sends {@code items}: one of any kind, or some {@link Item.Post}. */
        void send(List<Item> items);
    }

    private final Executor owner;
    private final LongSupplier ticker;
    private final Sender sender;

    @GuardedBy("this")
    private final Deque<Item> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private long numbers;

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private boolean scheduled;

    // --- of the owner's thread alone ---
    private final Deque<Item> underWay = new ArrayDeque<>();
    private boolean open;
    private boolean oneByOne;

    /** Whether one after the other ends once what is under way is answered: else that could be overtaken. */
    private boolean loosens;

    SendQueue(Executor owner, LongSupplier ticker, Sender sender) {
        this.owner = owner;
        this.ticker = ticker;
        this.sender = sender;
    }

    /** Appends {@code work}, however much waits: there are at most a few of it for each client. Any thread. */
    void add(Item.Work work) {
        append(work, 0);
        wake();
    }

    /** Appends {@code post} of {@code size} bytes if there is room for it. Any thread. */
    boolean offer(Item.Post post, int size) {
        synchronized (this) {
            if (bytes + size > MOST_BYTES) {
                return false;
            }
            append(post, size);
        }
        wake();
        return true;
    }

    private synchronized void append(Item.Work work, int size) {
        waiting.addLast(new Item(++numbers, work, size));
        bytes += size;
    }

    private void wake() {
        synchronized (this) {
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        try {
            owner.execute(this::pump);
        } catch (RejectedExecutionException e) {
            // the server stops
        }
    }

    // --- the owner's thread ---

    /** Sends from now on; while {@code careful}, one after the other. */
    void open(boolean careful) {
        open = true;
        loosens = !careful;
        oneByOne = careful || !underWay.isEmpty();
        pump();
    }

    /** Sends nothing until {@link #open}; what is under way waits again. */
    void close() {
        open = false;
        synchronized (this) {
            for (Item item = underWay.pollLast(); item != null; item = underWay.pollLast()) {
                item.again = true;
                waiting.addFirst(item);
            }
        }
    }

    /** These are answered. False if they were not under way. */
    boolean answered(List<Item> items) {
        boolean were = underWay.removeAll(items);
        synchronized (this) {
            for (Item item : items) {
                bytes -= were ? item.bytes : 0;
            }
        }
        if (loosens && underWay.isEmpty()) {
            oneByOne = false;
        }
        pump();
        return were;
    }

    /** This one is to be sent again, before all else. Only while one is sent after the other. */
    void repeat(Item item) {
        if (underWay.remove(item)) {
            synchronized (this) {
                waiting.addFirst(item);
            }
        }
    }

    /** Since when the oldest that is under way has been; null if there is none. */
    @Nullable
    Long oldest() {
        Item first = underWay.peekFirst();
        return first == null ? null : first.sentAt;
    }

    void pump() {
        synchronized (this) {
            scheduled = false;
        }
        for (List<Item> next = next(); !next.isEmpty(); next = next()) {
            long now = ticker.getAsLong();
            next.forEach(item -> item.sentAt = now);
            underWay.addAll(next);
            sender.send(next);
        }
    }

    private List<Item> next() {
        if (!open || underWay.size() >= (oneByOne ? 1 : WINDOW)) {
            return List.of();
        }
        synchronized (this) {
            List<Item> next = new ArrayList<>();
            int size = 0;
            for (Item item = waiting.peekFirst(); item != null; item = waiting.peekFirst()) {
                boolean fits = next.isEmpty()
                        || (!oneByOne
                                && item.work instanceof Item.Post
                                && next.get(0).work instanceof Item.Post
                                && next.size() < BATCH
                                && size + item.bytes <= BATCH_BYTES);
                if (!fits) {
                    break;
                }
                size += item.bytes;
                next.add(item);
                waiting.removeFirst();
            }
            return next;
        }
    }

    /** How many wait or are under way. */
    int size() {
        synchronized (this) {
            return waiting.size() + underWay.size();
        }
    }
}
