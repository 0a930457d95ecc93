package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.http.TestConnection.statuses;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.event.Refusal;

final class HttpConnectionTest {
    private static final String HOST = " HTTP/1.1\r\nHost: x\r\n";
    private static final String HOME = "GET /" + HOST + "\r\n";
    private static final int MAX_BODY = 256 * 1024;

    private final TestConnection connection = new TestConnection();

    @AfterEach
    void release() {
        connection.release();
    }

    /** The answer to {@code request}, its field names in lower case. */
    private String answer(String request) {
        connection.send(request);
        return connection.received();
    }

    private static String head(String answer) {
        return answer.substring(0, answer.indexOf("\r\n\r\n") + 2).toLowerCase(Locale.ROOT);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private void assertRefused(int status, String answer) {
        assertEquals(List.of(status), statuses(answer));
        assertTrue(head(answer).contains("connection: close\r\n"));
        assertFalse(connection.isOpen());
    }

    @Nested
    final class AnAnswer {
        @Test
        void isWholeAndLeavesTheConnectionOpen() {
            String answer = answer(HOME);
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(head(answer).contains("content-type: text/plain; charset=utf-8\r\n"));
            assertTrue(head(answer).contains("content-length: 4\r\n"));
            assertTrue(head(answer).contains("x-content-type-options: nosniff\r\n"));
            assertEquals("home", body(answer));
            assertTrue(connection.isOpen());
            assertEquals(List.of(200), statuses(answer(HOME)));
        }

        @Test
        void isTheSameForARequestThatArrivesByteByByte() {
            String whole = answer(HOME);
            connection.trickle(HOME);
            assertEquals(whole, connection.received());
            connection.trickle("POST /echo" + HOST + "Content-Length: 5\r\n\r\nhello");
            assertEquals("hello", body(connection.received()));
            connection.trickle(
                    "POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
            assertEquals("hello", body(connection.received()));
        }

        @Test
        void toHeadHasNoBody() {
            String get = answer(HOME);
            String head = answer("HEAD /" + HOST + "\r\n");
            assertEquals(head(get), head(head));
            assertEquals("", body(head));
        }

        @Test
        void withoutABodyHasNoLength() {
            String answer = answer("OPTIONS /empty" + HOST + "\r\n");
            assertEquals(List.of(204), statuses(answer));
            assertFalse(head(answer).contains("content-length"));
            assertTrue(head(answer).contains("x-content-type-options: nosniff\r\n"));
        }

        @Test
        void hasTheClientsAddressAndNetwork() {
            connection.send("GET /" + HOST + "X-Forwarded-For: 192.0.2.1, 127.0.0.1\r\n\r\n");
            assertEquals("192.0.2.1", connection.requests.get(0).client().getHostAddress());
        }

        @Test
        void withAFaultEndsTheConnectionInsteadOfHanging() {
            answer("GET /odd" + HOST + "\r\n");
            assertFalse(connection.isOpen());
            assertEquals(1, connection.events.named("system:error").size());
        }
    }

    @Nested
    final class PipelinedRequests {
        @Test
        void areAnsweredInOrderOneAtATime() {
            connection.send(
                    "GET /slow" + HOST + "\r\n" + HOME + "GET /slow" + HOST + "\r\n" + "GET /none" + HOST + "\r\n");
            assertEquals("", connection.received());
            assertEquals(1, connection.requests.size());

            connection.slow.get(0).complete(Response.text(201, "first"));
            connection.channel.runPendingTasks();
            assertEquals(List.of(201, 200), statuses(connection.received()));
            assertEquals(3, connection.requests.size());

            connection.send(HOME);
            assertEquals("", connection.received());
            connection.slow.get(1).complete(Response.text(202, "third"));
            connection.channel.runPendingTasks();
            assertEquals(List.of(202, 404, 200), statuses(connection.received()));
        }

        @Test
        void ofAnyNumberAreAnswered() {
            StringBuilder answers = new StringBuilder();
            for (int packet = 0; packet < 10; packet++) {
                answers.append(answer(HOME.repeat(300)));
            }
            assertEquals(3_000, statuses(answers.toString()).size());
        }

        @Test
        void ofAnyNumberLetOthersHaveTheirTurn() {
            List<Integer> turns = new ArrayList<>();
            connection.channel.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    context.executor().execute(() -> turns.add(connection.requests.size()));
                    context.fireChannelRead(bytes);
                }
            });
            connection.send(HOME.repeat(100));
            assertEquals(100, connection.requests.size());
            assertEquals(List.of(16), turns, "answered when somebody else's turn came");
        }

        @Test
        void behindOneThatEndsTheConnectionAreNotRead() {
            String answers = answer("GET /" + HOST + "Connection: close\r\n\r\n" + HOME);
            assertEquals(List.of(200), statuses(answers));
            assertEquals(1, connection.requests.size());
        }

        @Test
        void mayHaveBodies() {
            String post = "POST /echo" + HOST + "Content-Length: 3\r\n\r\n";
            String answers = answer(post + "one" + post + "two");
            assertTrue(answers.indexOf("one") < answers.indexOf("two"));
            assertEquals(List.of(200, 200), statuses(answers));
        }
    }

    @Nested
    final class KeepingTheConnection {
        @ParameterizedTest
        @CsvSource({
            "1.1, '', true, ''",
            "1.1, close, false, close",
            "1.1, keep-alive, true, ''",
            "1.0, '', false, close",
            "1.0, close, false, close",
            "1.0, keep-alive, true, keep-alive",
        })
        void followsTheVersionAndTheField(String version, String asked, boolean kept, String said) {
            String field = asked.isEmpty() ? "" : "Connection: " + asked + "\r\n";
            String answer = answer("GET / HTTP/" + version + "\r\nHost: x\r\n" + field + "\r\n");
            assertEquals(kept, connection.isOpen());
            assertEquals(!said.isEmpty(), head(answer).contains("\r\nconnection: " + said + "\r\n"), answer);
            assertEquals(said.isEmpty(), !head(answer).contains("\r\nconnection:"), answer);
        }

        @Test
        void endsWhereTheServerStops() {
            connection.send("GET /slow" + HOST + "\r\n");
            connection.channel.pipeline().fireUserEventTriggered(new ServerStopping(Duration.ofSeconds(1)));
            assertTrue(connection.isOpen());
            connection.slow.get(0).complete(Response.text(200, "late"));
            connection.channel.runPendingTasks();
            assertRefused(200, connection.received());
        }

        @Test
        void endsAtOnceWhereTheServerStopsAndNothingIsAsked() {
            answer(HOME);
            connection.channel.pipeline().fireUserEventTriggered(new ServerStopping(Duration.ofSeconds(1)));
            assertFalse(connection.isOpen());
        }

        @Test
        void endsWithTheNextAnswerWhereTheServerDrains() {
            answer("GET /" + HOST + "\r\n");
            connection.pipeline.endWithAnswers();
            assertTrue(connection.isOpen(), "a request may be on its way");
            connection.send("GET /" + HOST + "\r\n");
            assertRefused(200, connection.received());
        }

        @Test
        void endsOnceARequestThatWasHalfReadWhenTheDrainBeganIsAnswered() {
            connection.send("POST /echo" + HOST + "Content-Length: 4\r\n\r\nab");
            connection.pipeline.endWithAnswers();
            connection.send("cd");
            String answer = connection.received();
            assertRefused(200, answer);
            assertTrue(answer.endsWith("abcd"), answer);
        }

        @Test
        void isOfNoUseToAClientThatIsGone() {
            connection.send("GET /slow" + HOST + "\r\n");
            connection.channel.close();
            connection.slow.get(0).complete(Response.text(200, "late"));
            connection.channel.runPendingTasks();
            assertEquals("", connection.received());
            assertEquals(List.of(), connection.events.all());
        }
    }

    @Nested
    final class ABody {
        private String post(int length) {
            return "POST /echo" + HOST + "Content-Length: " + length + "\r\n\r\n";
        }

        private String chunked(int length) {
            StringBuilder text = new StringBuilder("POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
            for (int left = length; left > 0; left -= 10_000) {
                int size = Math.min(left, 10_000);
                text.append(Integer.toHexString(size))
                        .append("\r\n")
                        .append("c".repeat(size))
                        .append("\r\n");
            }
            return text + "0\r\n\r\n";
        }

        @Test
        void mayHave256KiB() {
            assertEquals("b".repeat(MAX_BODY), body(answer(post(MAX_BODY) + "b".repeat(MAX_BODY))));
            assertEquals("c".repeat(MAX_BODY), body(answer(chunked(MAX_BODY))));
        }

        @Test
        void ofMoreIsRefusedByItsLength() {
            assertRefused(413, answer(post(MAX_BODY + 1)));
            assertEquals(Refusal.BODY_TOO_LARGE, connection.events.all().get(0).refusal());
        }

        @Test
        void ofMoreIsRefusedAsItComes() {
            assertRefused(413, answer(chunked(MAX_BODY + 1)));
        }

        @Test
        void isAskedForWhereTheClientWaits() {
            String head = "POST /echo" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", answer(head));
            assertEquals("hello", body(answer("hello")));
        }

        @Test
        void isNotAskedForWhereItIsTooLarge() {
            assertRefused(
                    413,
                    answer("POST /echo" + HOST + "Content-Length: " + (MAX_BODY + 1)
                            + "\r\nExpect: 100-continue\r\n\r\n"));
        }

        @Test
        void mayComeWithAnyRequest() {
            assertEquals("home", body(answer("GET /" + HOST + "Content-Length: 3\r\n\r\nabc")));
            assertEquals("home", body(answer(HOME)));
        }
    }

    @Nested
    final class Malformed {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "GET / HTTP/1.1\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                    "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                    "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                    "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "GET /\r\n\r\n",
                    "hello\r\n\r\n",
                    "GET / FTP/1.1\r\nHost: a\r\n\r\n",
                    "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nX\u0000Y: 1\r\n\r\n",
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
                })
        void isRefusedAndEndsTheConnection(String request) {
            assertRefused(400, answer(request + HOME));
            assertEquals(List.of(), connection.requests);
            assertEquals(Refusal.BAD_REQUEST, connection.events.all().get(0).refusal());
        }

        @Test
        void isNotARequestOfHttp10WithoutAHost() {
            assertEquals(List.of(200), statuses(answer("GET / HTTP/1.0\r\n\r\n")));
        }

        @Test
        void isALineThatIsTooLong() {
            assertEquals(List.of(404), statuses(answer("GET /" + "x".repeat(8_000) + HOST + "\r\n")));
            assertRefused(414, answer("GET /" + "x".repeat(8 * 1024) + HOST + "\r\n"));
        }

        @Test
        void isAHeaderThatIsTooLong() {
            assertEquals(List.of(200), statuses(answer("GET /" + HOST + "X: " + "x".repeat(16_000) + "\r\n\r\n")));
            assertRefused(431, answer("GET /" + HOST + "X: " + "x".repeat(16 * 1024) + "\r\n\r\n"));
        }

        @Test
        void isAHeaderOfManyFields() {
            assertRefused(431, answer("GET /" + HOST + "X: 123456789012\r\n".repeat(1_200) + "\r\n"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://x/, /, ''",
        "http://x, /, ''",
        "http://x?a=1, /, a=1",
        "http://x?a=/b, /, a=/b",
        "https://host:1/slow?a=1, /slow, a=1",
        "/, /, ''",
        "/?x=http://y/, /, x=http://y/",
        "/?, /, ''",
        "/slow?a?b, /slow, a?b",
    })
    void aTargetMayBeAbsolute(String target, String path, String query) {
        connection.send("GET " + target + HOST + "\r\n");
        Request request = connection.requests.get(0);
        assertEquals(path, request.path());
        assertEquals(query, request.rawQuery());
    }

    @Nested
    final class AnUpgrade {
        private static final String HANDSHAKE = "GET /ws" + HOST + "Upgrade: websocket\r\n\r\n";

        @Test
        void leavesTheSessionAlone() {
            String answer = answer(HANDSHAKE);
            assertTrue(answer.startsWith("HTTP/1.1 101 Switching Protocols\r\n"), answer);
            assertTrue(answer.endsWith("\r\n\r\n[registered]"), answer);
            assertTrue(head(answer).contains("upgrade: websocket\r\n"));
            assertNull(connection.channel.pipeline().get(HttpConnection.class));
            assertTrue(connection.channel.config().isAutoRead());

            connection.send("frame");
            assertEquals("frame", connection.session.toString());
        }

        @Test
        void passesOnWhatStandsBehindTheHandshakeInTheSamePacket() {
            connection.send(HANDSHAKE + "frames");
            assertEquals("frames", connection.session.toString());
            connection.send(" and more");
            assertEquals("frames and more", connection.session.toString());
            assertTrue(connection.received().endsWith("[registered]"));
        }

        @Test
        void isTheSameByteByByte() {
            connection.trickle(HANDSHAKE + "frames");
            assertEquals("frames", connection.session.toString());
            assertTrue(connection.received().endsWith("\r\n\r\n[registered]"));
        }

        @Test
        void mayFollowAnotherRequest() {
            connection.send(HOME + HANDSHAKE + "frames");
            assertEquals(List.of(200, 101), statuses(connection.received()));
            assertEquals("frames", connection.session.toString());
        }

        @Test
        void mayFollowARequestThatTakesItsTime() {
            connection.send("GET /slow" + HOST + "\r\n" + HANDSHAKE + "frames");
            assertEquals("", connection.session.toString());
            connection.slow.get(0).complete(Response.text(200, "first"));
            connection.channel.runPendingTasks();
            assertEquals(List.of(200, 101), statuses(connection.received()));
            assertEquals("frames", connection.session.toString());
        }

        @Test
        void thatIsRefusedEndsTheConnection() {
            assertRefused(404, answer("GET /other" + HOST + "Upgrade: websocket\r\n\r\n" + "frames"));
            assertEquals("", connection.session.toString());
        }

        @Test
        void isNoneInHttp10() {
            assertEquals(List.of(404), statuses(answer("GET /ws HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")));
        }

        @Test
        void doesNotFollowABodyThatIsTooLarge() {
            String answer = answer("GET /ws" + HOST + "Upgrade: websocket\r\nContent-Length: 300000\r\n\r\nframes");
            assertEquals("", connection.session.toString());
            assertRefused(404, answer); // what the path would answer without an upgrade
        }

        @Test
        void followsABodyThatIsNot() {
            connection.send("GET /ws" + HOST + "Upgrade: websocket\r\nContent-Length: 3\r\n\r\nabcframes");
            assertEquals("frames", connection.session.toString());
            assertNotNull(connection.channel.pipeline().lastContext());
            assertTrue(connection.received().startsWith("HTTP/1.1 101"));
        }
    }
}
