package xyz.dropsilk.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.limit.MemoryBudget;

/**
 * The first handler of an HTTP connection: what its requests take of the memory for all connections, from their first byte until the last of
 * them is answered. Plain HTTP has no limit of connections, so without this some hundred unfinished requests of the largest size would end a
 * small instance. Confined to the connection's loop but for {@link #held} and {@link #evict}.
 */
final class RequestMemory extends ChannelInboundHandlerAdapter implements MemoryBudget.Holder {
    /** What becomes of a byte on its way: the smallest requests are 27 bytes, and objects of 600 once they are decoded. */
    private static final int OBJECT_BYTES_PER_BYTE = 16;

    /** What the largest request takes, since a body stays bytes: it is copied while it grows. */
    private static final int MAX_BYTES = 1024 * 1024;

    /** Fired through the pipeline of the connection that has to go. */
    static final Object EVICTED = new Object();

    private final MemoryBudget budget;
    private final RequestDeadline deadline;
    private volatile @Nullable ChannelHandlerContext context;
    private volatile int held;

    /** The memory of one connection, whose requests {@code deadline} knows. */
    RequestMemory(MemoryBudget budget, RequestDeadline deadline) {
        this.budget = budget;
        this.deadline = deadline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        context = null;
        hold(0);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        hold(0);
        inactive.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        int bytes = ((ByteBuf) message).readableBytes();
        reading.fireChannelRead(message);
        // Only what is not answered by now: one read is little, and most are a whole request.
        if (context == null || deadline.isIdle()) {
            hold(0); // upgraded or closed meanwhile, or answered
        } else {
            hold(Math.min(MAX_BYTES, held + bytes * OBJECT_BYTES_PER_BYTE));
        }
    }

    /** Lets go where all that was read is answered. */
    void settle() {
        if (deadline.isIdle()) {
            hold(0);
        }
    }

    private void hold(int bytes) {
        int change = bytes - held;
        if (change != 0) {
            held = bytes;
            budget.changed(this, change);
        }
    }

    @Override
    public int held() {
        return held;
    }

    @Override
    public void evict() {
        ChannelHandlerContext here = context;
        if (here != null) {
            here.executor().execute(() -> {
                if (held > 0) {
                    here.pipeline().fireUserEventTriggered(EVICTED);
                }
            });
        }
    }
}
