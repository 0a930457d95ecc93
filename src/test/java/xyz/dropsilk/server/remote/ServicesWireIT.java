package xyz.dropsilk.server.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.testing.FakeCloud;

/** What goes over the wire to Cloudflare and to the reCAPTCHA verifier, and what is taken for an answer. */
@Timeout(30)
class ServicesWireIT {
    private final FakeCloud cloud = new FakeCloud();
    private final Outbound outbound = new Outbound();
    private final CloudflareTurn turn = new CloudflareTurn(outbound, cloud.uri(), "key-id", new Secret("api-token"));
    private final Recaptcha recaptcha =
            new Recaptcha(outbound, cloud.uri().resolve("/recaptcha/api/siteverify"), new Secret("se&cret"));

    @AfterEach
    void close() {
        outbound.close();
        cloud.close();
    }

    @Test
    void iceServersPassThroughByteForByte() {
        assertEquals(FakeCloud.ICE_SERVERS, turn.iceServers().join());
        FakeCloud.Seen seen = cloud.seen("generate-ice-servers").get(0);
        assertEquals("/v1/turn/keys/key-id/credentials/generate-ice-servers", seen.path());
        assertEquals("{\"ttl\":3600}", seen.body());
        assertEquals("Bearer api-token", seen.headers().get("authorization"));
        assertEquals("application/json", seen.headers().get("content-type"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "<html>",
                "{\"iceServers\":[]}",
                "{\"iceServers\":[ ]}",
                "{\"iceServers\":{}}",
                "{\"iceServers\":[{}]} x",
                "{\"iceServers\":[{}]",
                "{\"iceServers\":null}",
                "{\"a\":{\"iceServers\":[1]}}"
            })
    void anAnswerWithoutIceServersIsAFailure(String answer) {
        cloud.reply("generate-ice-servers", FakeCloud.json(201, answer));
        assertMalformed(turn::iceServers);
    }

    @Test
    void iceServersAreFoundBehindOtherFields() {
        cloud.reply(
                "generate-ice-servers",
                FakeCloud.json(
                        200,
                        "\n{\"x\":{\"iceServers\":[]},\"\u00fc\":\"\u00e4\", \"iceServers\" : [ {\"a\":\"\u00f6\"} ] , \"y\":1}\n"));
        assertEquals("[ {\"a\":\"\u00f6\"} ]", turn.iceServers().join());
    }

    @Test
    void recaptchaIsAskedWithAForm() {
        assertEquals(
                new Recaptcha.Verdict(true, List.of()),
                recaptcha.verify("t=k n").join());
        FakeCloud.Seen seen = cloud.seen("siteverify").get(0);
        assertEquals("/recaptcha/api/siteverify", seen.path());
        assertEquals("secret=se%26cret&response=t%3Dk+n", seen.body());
        assertEquals("application/x-www-form-urlencoded", seen.headers().get("content-type"));
    }

    @Test
    void recaptchaSaysWhyNot() {
        cloud.reply(
                "siteverify",
                FakeCloud.json(200, "{\"success\":false,\"error-codes\":[\"invalid-input-secret\",\"<b>\"]}"));
        assertEquals(
                new Recaptcha.Verdict(false, List.of("invalid-input-secret")),
                recaptcha.verify("t").join());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "<html>", "{\"success\":\"true\"}", "{\"success\":true} 1"})
    void recaptchaNonsenseIsAFailure(String answer) {
        cloud.reply("siteverify", FakeCloud.json(200, answer));
        assertMalformed(() -> recaptcha.verify("t"));
    }

    private static void assertMalformed(Supplier<CompletableFuture<?>> call) {
        Throwable cause =
                assertThrows(CompletionException.class, () -> call.get().join()).getCause();
        assertEquals(
                RemoteException.Kind.MALFORMED,
                assertInstanceOf(RemoteException.class, cause).kind());
    }
}
