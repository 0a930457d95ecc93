package xyz.dropsilk.server.http;

import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The end of what a client sends, at which its connection is closed: not where Netty would, at once, but as a task of the event loop. Tasks give way to
 * the sockets every few milliseconds; where thousands of connections end at the same moment, as when a proxy restarts or a school's line breaks, to close
 * them at once would keep those who stay waiting for a tenth of a second. For channels that have {@code ALLOW_HALF_CLOSURE}; every handler of those has to
 * ask, or the connection would stay. Stateless.
 */
public final class EndOfInput {
    private EndOfInput() {}

    /** Whether {@code event} is that of {@code channel}, which is then being closed. On the channel's loop. */
    public static boolean ends(Channel channel, Object event) {
        boolean isEnd = event == ChannelInputShutdownEvent.INSTANCE;
        if (isEnd) {
            channel.eventLoop().execute(channel::close);
        }
        return isEnd;
    }
}
