package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import org.junit.jupiter.api.Test;

/** Connections that end are closed in the loop's tasks, which give way to those that stay. */
class EndOfInputTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            ends = EndOfInput.ends(context.channel(), event);
        }
    });
    private boolean ends;

    @Test
    void theConnectionIsClosedAsATaskOfItsLoop() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertTrue(ends);
        assertTrue(channel.isOpen(), "whoever stays is served first");
        channel.runPendingTasks();
        assertFalse(channel.isOpen());
    }

    @Test
    void whatElseHappensIsNoEnd() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        channel.runPendingTasks();
        assertFalse(ends);
        assertTrue(channel.isOpen());
        channel.close();
    }
}
