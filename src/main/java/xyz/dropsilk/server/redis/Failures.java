package xyz.dropsilk.server.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletionException;
import xyz.dropsilk.server.cluster.EngineException;

/** What the library throws, as instances understand it and operators may read it. Stateless. */
final class Failures {
    private Failures() {}

    /** Out of memory, or a right that is missing, leaves the connection as it is; all else makes for a new one. */
    static EngineException of(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof EngineException)) {
            if (cause instanceof RedisCommandExecutionException || !isWrapper(cause)) {
                break;
            }
            cause = cause.getCause();
        }
        if (cause instanceof EngineException known) {
            return known;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof RedisCommandExecutionException) {
            String word = message.contains("-OOM") ? "OOM" : message.split(" ", 2)[0]; // of a script, before 7.0
            return switch (word) {
                case "OOM" -> EngineException.refused("it is out of memory");
                case "NOPERM" -> EngineException.refused("the user lacks a right: " + first(message));
                case "WRONGTYPE" -> EngineException.refused("a key has another type than ours");
                case "WRONGPASS", "NOAUTH" -> EngineException.lost("user or password are wrong");
                default -> EngineException.lost(first(message));
            };
        }
        return EngineException.lost(
                cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + first(message)));
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof CompletionException
                || failure.getClass().getName().startsWith("io.lettuce.");
    }

    private static final int MOST_CHARS = 120;

    private static String first(String message) {
        String line = message.split("\r?\n", 2)[0];
        return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS);
    }
}
