package xyz.dropsilk.server.ws;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * What is on its way to one client: the ordered, bounded hand-off from any thread into the client's event loop.
 *
 * <p><b>Concurrency.</b> Appending takes the outbox's own monitor for one copy and nothing else, so it may be done under the registry's lock.
 * Only the client's loop takes bytes out. One write is in flight at a time; what is appended meanwhile leaves as one write behind it.
 *
 * <p><b>Ordering.</b> Frames leave in the order of their appending. A signal is let in only while its pairing is the admitted one, which is
 * decided in the same monitor: so none stands before its {@code peer-joined} or behind its {@code peer-left}.
 *
 * <p><b>Limits.</b> A users list is not queued but noted, in place of one that still waits, and encoded when the socket can take it; but an
 * empty one, which ends a list at once. All
 * else counts; over {@link #MAX_BYTES} the outbox overflows, drops what is queued, and tells its owner.
 */
final class Outbox implements ChannelFutureListener {
    /** What a client may let pile up unread: the contract's some 4 MiB, four of the largest messages. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    /** Bytes of the smallest buffer: a new client's {@code registered} and first list mostly fit, so that none has to grow. */
    private static final int LEAST_BUFFER = 256;

    private static final long NOT_TIMED = 0;

    /** Hears of the outbox on its loop. */
    interface Owner extends MemoryBudget.Holder {
        /** Too much piled up. Called once. */
        void overflowed();

        /** All that was appended before {@link Outbox#end} is written. */
        void drained();

        /** A signal that was read at {@code readAt} and whose way is timed is written. */
        default void relayed(long readAt) {}
    }

    private enum State {
        OPEN,
        /** Too much piled up, and the owner does not know yet. */
        OVERFLOWED,
        /** The close frame is appended: nothing comes behind it. */
        ENDING,
        CLOSED
    }

    private final Channel channel;
    private final MemoryBudget budget;
    private final Owner owner;

    @GuardedBy("this")
    private State state = State.OPEN;

    @GuardedBy("this")
    private @Nullable ByteBuf queued;

    /** Bytes of the write in flight. */
    @GuardedBy("this")
    private int inFlight;

    /** Whether a drain is on its way to the loop. */
    @GuardedBy("this")
    private boolean scheduled;

    @GuardedBy("this")
    private @Nullable UsersList due;

    /** The fingerprint of the list that left last. */
    @GuardedBy("this")
    private long shown;

    /** Whether the next list leaves even if it equals the last: the first of all, and the first behind a full flight. */
    @GuardedBy("this")
    private boolean showAnyway = true;

    @GuardedBy("this")
    private long admitted = Peer.NO_PAIRING;

    /** When the signal was read that waits and whose way is timed; {@link #NOT_TIMED} for none. */
    @GuardedBy("this")
    private long timed = NOT_TIMED;

    /** The same of the write in flight. The loop's own. */
    private long timedInFlight = NOT_TIMED;

    /** What the budget knows of. */
    private volatile int held;

    Outbox(Channel channel, MemoryBudget budget, Owner owner) {
        this.channel = channel;
        this.budget = budget;
        this.owner = owner;
    }

    // --- appending: any thread ---

    synchronized void send(ServerMessage message) {
        if (hasRoomFor(message.length())) {
            message.writeTo(frame(Frames.TEXT, message.length()));
        }
    }

    /** In one step, since the loop may drain between two: an older list would stand between them then. */
    synchronized void sendThenEmptyList(ServerMessage message) {
        due = null;
        send(message);
        show(UsersList.EMPTY);
    }

    synchronized void show(UsersList list) {
        if (!list.equals(UsersList.EMPTY)) {
            due = list;
            return;
        }
        due = null;
        showAnyway = true;
        if (hasRoomFor(list.length())) {
            list.writeTo(frame(Frames.TEXT, list.length()));
        }
    }

    synchronized void admit(long pairing) {
        admitted = pairing;
    }

    /** Whether the signal was let in. */
    synchronized boolean relay(long pairing, byte[] message, int from, int length) {
        if (pairing != admitted || !hasRoomFor(length)) {
            return false;
        }
        frame(Frames.TEXT, length).writeBytes(message, from, length);
        return true;
    }

    /** The same, and the owner is told when it is written, unless another one is being timed. */
    synchronized boolean relayTimed(long pairing, byte[] message, int from, int length, long readAt) {
        boolean letIn = relay(pairing, message, from, length);
        if (letIn && timed == NOT_TIMED) {
            timed = readAt;
        }
        return letIn;
    }

    synchronized void control(int opcode, byte[] payload, int from, int length) {
        if (hasRoomFor(length)) {
            frame(opcode, length).writeBytes(payload, from, length);
        }
    }

    /** Appends a close frame; nothing can be appended behind it. What an overflow dropped stays dropped. */
    synchronized void end(int code, String reason) {
        if (state == State.OPEN || state == State.OVERFLOWED) {
            due = null;
            Frames.writeClose(room(Frames.MAX_HEADER_BYTES + Frames.MAX_CONTROL_PAYLOAD), code, reason);
            state = State.ENDING;
        }
    }

    @GuardedBy("this")
    private boolean hasRoomFor(int length) {
        if (state != State.OPEN) {
            return false;
        }
        int waiting = inFlight + (queued == null ? 0 : queued.readableBytes());
        if (waiting + (long) length > MAX_BYTES) {
            state = State.OVERFLOWED;
            dropQueued();
            return false;
        }
        return true;
    }

    @GuardedBy("this")
    private ByteBuf frame(int opcode, int length) {
        ByteBuf buffer = room(Frames.MAX_HEADER_BYTES + length);
        Frames.writeHeader(buffer, opcode, length);
        return buffer;
    }

    @GuardedBy("this")
    private ByteBuf room(int bytes) {
        ByteBuf buffer = queued;
        if (buffer == null) {
            buffer = channel.alloc().ioBuffer(Math.max(bytes, LEAST_BUFFER));
            queued = buffer;
        } else {
            buffer.ensureWritable(bytes);
        }
        return buffer;
    }

    @GuardedBy("this")
    private void dropQueued() {
        if (queued != null) {
            queued.release();
            queued = null;
        }
        due = null;
        timed = NOT_TIMED;
    }

    // --- sending: the client's loop ---

    /** Sends what is appended, now if this is the client's loop. Any thread. */
    void flush() {
        if (channel.eventLoop().inEventLoop()) {
            drain();
            return;
        }
        synchronized (this) {
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        try {
            channel.eventLoop().execute(this::drain);
        } catch (RejectedExecutionException e) {
            close(); // the loop has stopped, and the socket with it
        }
    }

    private void drain() {
        assert channel.eventLoop().inEventLoop() : channel;
        for (; ; ) {
            ByteBuf out;
            State seen;
            synchronized (this) {
                scheduled = false;
                seen = state;
                if (seen == State.CLOSED || (inFlight > 0 && seen != State.OVERFLOWED)) {
                    account(); // what was appended meanwhile waits
                    return;
                }
                appendDueList();
                out = queued;
                queued = null;
                inFlight += out == null ? 0 : out.readableBytes();
                timedInFlight = timed;
                timed = NOT_TIMED;
            }
            if (out == null) {
                settled(seen);
                return;
            }
            ChannelFuture written = channel.writeAndFlush(out);
            if (!written.isDone()) {
                synchronized (this) {
                    account();
                }
                written.addListener(this);
                return;
            }
            wrote();
        }
    }

    @GuardedBy("this")
    private void appendDueList() {
        UsersList list = due;
        if (list == null || state != State.OPEN) {
            return;
        }
        due = null;
        long fingerprint = list.fingerprint();
        if (showAnyway || fingerprint != shown) {
            showAnyway = false;
            shown = fingerprint;
            list.writeTo(frame(Frames.TEXT, list.length()));
        }
    }

    private void settled(State seen) {
        if (seen == State.OVERFLOWED) {
            owner.overflowed();
        } else if (seen == State.ENDING) {
            owner.drained();
        }
    }

    private void wrote() {
        synchronized (this) {
            inFlight = 0;
            account();
        }
        if (timedInFlight != NOT_TIMED) {
            owner.relayed(timedInFlight);
            timedInFlight = NOT_TIMED;
        }
    }

    /** The write in flight is done, well or not; a failed one closes the channel by itself. */
    @Override
    public void operationComplete(ChannelFuture written) {
        if (!written.isSuccess()) {
            timedInFlight = NOT_TIMED;
        }
        wrote();
        drain();
    }

    /** Lets go of everything: the socket is closed. Any thread; harmless if called again. */
    synchronized void close() {
        state = State.CLOSED;
        admitted = Peer.NO_PAIRING;
        inFlight = 0;
        dropQueued();
        account();
    }

    /** Bytes that wait although they were flushed, as the budget knows them. Any thread. */
    int held() {
        return held;
    }

    @GuardedBy("this")
    private void account() {
        int now = inFlight + (queued == null ? 0 : queued.capacity());
        int change = now - held;
        if (change != 0) {
            held = now;
            budget.changed(owner, change);
        }
    }
}
