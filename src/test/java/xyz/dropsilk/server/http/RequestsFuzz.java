package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fuzz target: the bytes of a connection. However they are cut, the same requests are in them; and what this server takes for a request Netty's
 * decoder, which is more lenient, takes for the same one: two readings of where a request ends are an attack on whoever stands before a server.
 */
public final class RequestsFuzz {
    private static final int MOST_REQUESTS = 64;
    private static final int CUTS = 3;

    /**
     * Where Netty is known to differ: it takes eight bytes that nothing announces for a body after a draft of 2010, and minor versions above 1 for
     * something else than HTTP/1.1 (RFC 9110, 2.5).
     */
    private static final Pattern OTHERWISE =
            Pattern.compile("sec-websocket-key1|http/1\\.[2-9]", Pattern.CASE_INSENSITIVE);

    private RequestsFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<String> whole = requests(input, new Random(0), /* cuts= */ 0);
        Random random = new Random(Arrays.hashCode(input));
        assertEquals(whole, requests(input, random, CUTS));
        assertEquals(whole, requests(input, random, Math.min(input.length, 200)));
        if (!OTHERWISE.matcher(new String(input, ISO_8859_1)).find()) {
            assertNettyAgrees(whole, input);
        }
    }

    /** What a reader finds in {@code input}, which arrives in pieces; the last line is a status where it found something that is none. */
    private static List<String> requests(byte[] input, Random random, int cuts) {
        List<String> found = new ArrayList<>();
        RequestReader reader = new RequestReader();
        ByteBuf unread = Unpooled.buffer();
        int[] ends = random.ints(cuts, 0, input.length + 1).sorted().toArray();
        int from = 0;
        for (int i = 0; i <= cuts; i++) {
            int to = i < cuts ? ends[i] : input.length;
            unread.writeBytes(input, from, to - from);
            from = to;
            if (!readAll(reader, unread, found)) {
                break;
            }
        }
        return found;
    }

    private static boolean readAll(RequestReader reader, ByteBuf unread, List<String> found) {
        try {
            while (reader.read(unread)) {
                RequestHead head = reader.head();
                byte @Nullable [] body = reader.body();
                if (head == null || body == null || found.size() == MOST_REQUESTS) {
                    return false;
                }
                found.add(
                        line(head.method() + " " + head.target(), head.fields().all("host"), body));
                reader.next();
            }
            return true;
        } catch (MalformedRequest e) {
            assertTrue(List.of(400, 414, 431).contains(e.status().code()), e.status()::toString);
            found.add(e.status().toString());
            return false;
        }
    }

    private static String line(String start, List<String> hosts, byte[] body) {
        return start + " " + hosts + " " + ByteBufUtil.hexDump(body);
    }

    private static void assertNettyAgrees(List<String> ours, byte[] input) {
        EmbeddedChannel netty = new EmbeddedChannel(
                new HttpRequestDecoder(), new HttpObjectAggregator(RequestReader.MAX_BODY_BYTES + 1));
        netty.writeInbound(Unpooled.copiedBuffer(input));
        for (String request : ours) {
            if (!request.contains("[")) {
                break; // what is none for us may be one for Netty
            }
            FullHttpRequest theirs = netty.readInbound();
            assertTrue(theirs != null && theirs.decoderResult().isSuccess(), () -> "none for Netty: " + request);
            RequestTarget target = RequestTarget.parse(theirs.uri());
            assertEquals(
                    line(
                            theirs.method() + " " + target,
                            theirs.headers().getAll("host"),
                            ByteBufUtil.getBytes(theirs.content())),
                    request);
            theirs.release();
        }
        try {
            netty.finishAndReleaseAll();
        } catch (PrematureChannelClosureException unfinished) {
            // the last one has only begun
        }
    }
}
