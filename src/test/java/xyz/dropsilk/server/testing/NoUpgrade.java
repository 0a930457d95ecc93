package xyz.dropsilk.server.testing;

import io.netty.channel.Channel;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Upgrade;

/** For servers that speak nothing but HTTP. */
public final class NoUpgrade implements Upgrade {
    @Override
    public boolean isAskedFor(Request request) {
        return false;
    }

    @Override
    public Outcome decide(Request request, Channel channel) {
        throw new IllegalStateException();
    }
}
