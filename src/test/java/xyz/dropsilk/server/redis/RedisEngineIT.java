package xyz.dropsilk.server.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.cluster.Engine;
import xyz.dropsilk.server.cluster.EngineContract;
import xyz.dropsilk.server.cluster.EngineException;
import xyz.dropsilk.server.config.RedisUrl;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.Redis;

/** The real engine does what every engine must, and what only a real one can get wrong. */
class RedisEngineIT extends EngineContract {
    private static final Redis REDIS = new Redis();
    private static final SocketServer SERVER = new SocketServer(1);
    private static final EventLoopGroup LOOPS =
            Objects.requireNonNull(SERVER.loop().parent());
    private static int prefixes;

    private final String prefix = "test" + ++prefixes;

    @AfterAll
    static void end() {
        SERVER.stop(Duration.ofSeconds(1));
        REDIS.close();
    }

    @Override
    protected Engine engine(String id, Engine.Listener listener) {
        return engine(REDIS.port(), null, id, listener);
    }

    private Engine engine(int port, @Nullable Secret password, String id, Engine.Listener listener) {
        return new RedisEngine(
                new RedisUrl("127.0.0.1", port, /* tls= */ false, null, password, 0), prefix, id, LOOPS, listener);
    }

    @Override
    protected <T> T await(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void awaitUntil(String what, BooleanSupplier holds) {
        Await.until(what, holds);
    }

    @Test
    void whatIsUnderWayWhenTheConnectionBreaksIsLostAndAnotherConnectionCanBeMade() {
        Ears heard = new Ears();
        try (CuttableLink link = REDIS.link()) {
            Engine engine = engine(link.port(), null, "third", heard);
            await(engine.connect());
            await(engine.makeInbox(TTL));
            CompletionStage<?> waiting = engine.receive("9999999999999-0", 1, Duration.ofSeconds(60));
            link.cut();
            assertTrue(failure(waiting).isLost());
            Await.until("the loss is told", () -> heard.lost.size() == 1);
            assertTrue(failure(engine.read("CODE22")).isLost());
            assertTrue(failure(engine.connect()).isLost());
            link.mend();
            await(engine.connect());
            assertEquals(Engine.Kept.nothing(), await(engine.read("CODE22")));
            assertEquals(1, heard.lost.size());
            engine.close();
        }
    }

    private EngineException failure(CompletionStage<?> answer) {
        Throwable cause =
                assertThrows(CompletionException.class, () -> await(answer)).getCause();
        return (EngineException) Objects.requireNonNull(cause);
    }

    @Test
    void anAttemptThatIsGivenUpLeavesNoConnectionBehind() {
        try (Redis redis = new Redis()) {
            Engine engine = engine(redis.port(), null, "third", new Ears());
            CompletionStage<Void> first = engine.connect();
            engine.disconnect();
            CompletionStage<Void> second = engine.connect();
            assertTrue(failure(first).isLost());
            await(second);
            Await.until("three connections", () -> redis.clients() == 3);
            engine.close();
            Await.until("none", () -> redis.clients() == 0);
        }
    }

    @Test
    void anEngineThatForgotTheScriptsIsConnectedToAgain() {
        Ears heard = new Ears();
        try (Redis redis = new Redis()) {
            Engine engine = engine(redis.port(), null, "third", heard);
            await(engine.connect());
            redis.kill();
            Await.until("the loss is told", () -> heard.lost.size() == 1);
            redis.start();
            await(engine.connect());
            assertTrue(await(engine.makeInbox(TTL)));
            engine.close();
        }
    }

    @Test
    void aPasswordThatIsWrongOrMissingIsSaidWithoutShowingIt() {
        try (Redis redis = new Redis("--requirepass", "right")) {
            for (Secret password : new @Nullable Secret[] {null, new Secret("hush-wrong")}) {
                Engine engine = engine(redis.port(), password, "third", new Ears());
                Set<String> said = new TreeSet<>();
                // An engine refuses and ends the connection at once, and the library may see the end first.
                Await.until("the reason is said", () -> {
                    said.add(String.valueOf(failure(engine.connect()).getMessage()));
                    return said.contains("user or password are wrong");
                });
                engine.close();
                said.removeAll(
                        Set.of("user or password are wrong", "it ended the connection while that was being made"));
                assertEquals(Set.of(), said);
            }
            Engine engine = engine(redis.port(), new Secret("right"), "third", new Ears());
            await(engine.connect());
            engine.close();
        }
    }

    @Test
    void anEngineThatThrowsThingsAwayIsWarnedOfAndOneThatIsFullRefuses() {
        Ears heard = new Ears();
        try (Redis redis = new Redis("--maxmemory", "2mb", "--maxmemory-policy", "allkeys-lru")) {
            Engine engine = engine(redis.port(), null, "third", heard);
            await(engine.connect());
            assertTrue(heard.warnings.get(0).contains("allkeys-lru"), heard.warnings.toString());
            engine.close();
        }
        try (Redis redis = new Redis("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")) {
            Engine engine = engine(redis.port(), null, "third", heard);
            await(engine.connect());
            Engine.Commit commit = new Engine.Commit(change("CODE22", "x".repeat(4_000_000)), List.of(), 1);
            try {
                await(engine.commit(commit));
                EngineException refused =
                        failure(engine.commit(new Engine.Commit(change("CODE33", "x"), List.of(), 1)));
                assertEquals("it is out of memory", refused.getMessage());
            } catch (CompletionException e) {
                assertEquals(
                        "it is out of memory",
                        Objects.requireNonNull(e.getCause()).getMessage());
            }
            assertEquals(1, heard.warnings.size());
            engine.close();
        }
    }

    private static Engine.Change change(String code, String value) {
        return new Engine.Change(
                code,
                "",
                "1:a",
                value,
                new Engine.Lifetime(TTL, /* renewed= */ true),
                List.of(),
                List.of(),
                java.time.Duration.ZERO);
    }
}
