package xyz.dropsilk.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import xyz.dropsilk.server.testing.ServerFrames;

/** A socket that takes bytes only when told to: stands first in a pipeline and keeps all writes. */
final class StuckSocket extends ChannelOutboundHandlerAdapter {
    private record Write(ByteBuf bytes, ChannelPromise promise) {}

    private final Queue<Write> writes = new ArrayDeque<>();
    private Runnable onNextWrite = () -> {};

    /** Runs {@code task} in the middle of the next write. */
    void onNextWrite(Runnable task) {
        onNextWrite = task;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        writes.add(new Write((ByteBuf) message, promise));
        Runnable task = onNextWrite;
        onNextWrite = () -> {};
        task.run();
    }

    /** Writes that wait. */
    int waiting() {
        return writes.size();
    }

    /** Takes the oldest write; the frames in it. */
    List<String> take() {
        Write write = writes.remove();
        List<String> frames = ServerFrames.read(write.bytes());
        write.bytes().release();
        write.promise().setSuccess();
        return frames;
    }

    /** Breaks: all writes fail. */
    void fail() {
        for (Write write = writes.poll(); write != null; write = writes.poll()) {
            write.bytes().release();
            write.promise().setFailure(new ClosedChannelException());
        }
    }
}
