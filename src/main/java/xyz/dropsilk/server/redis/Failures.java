package xyz.dropsilk.server.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import xyz.dropsilk.server.cluster.EngineException;

/** What the library throws, as instances understand it and operators may read it. Stateless. */
final class Failures {
    private Failures() {}

    /** A right that is missing leaves the connection as it is; all else makes for a new one. */
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
            return switch (word(message)) {
                case "OOM" -> EngineException.lost("it is out of memory"); // as if it were away: all it can do is read
                case "NOPERM" ->
                    EngineException.refused(
                            "the user lacks a right: " + first(message) + " (docs/OPERATIONS.md has the ACL line)");
                case "WRONGTYPE" -> EngineException.refused("a key has another type than ours");
                case "WRONGPASS", "NOAUTH" -> EngineException.lost("user or password are wrong");
                default -> EngineException.lost(first(message));
            };
        }
        return EngineException.lost(ofTheConnection(cause, message));
    }

    /** What kind of refusal it is: of what a script does too, which each version of the engine says in other words. */
    private static String word(String message) {
        if (message.contains("-OOM")) {
            return "OOM";
        }
        boolean isRight = message.contains("-NOPERM")
                || message.contains("user executing the script")
                || message.contains("ACL failure in script");
        return isRight ? "NOPERM" : message.split(" ", 2)[0];
    }

    private static String ofTheConnection(Throwable cause, String message) {
        if (cause instanceof NotSslRecordException) {
            return "it speaks no TLS: use redis:// instead of rediss://, or its port for TLS";
        }
        if (cause instanceof RedisCommandTimeoutException) {
            return "it takes the connection and does not answer: it stands still, or only one side speaks TLS"
                    + " (redis://, rediss://)";
        }
        if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
            return "its certificate is signed by nobody whom Java trusts: name a store that has it, with"
                    + " _JAVA_OPTIONS=-Djavax.net.ssl.trustStore=FILE (" + first(message) + ")";
        }
        if (cause instanceof CertificateException) {
            return "its certificate is another host's, or no good: use the name in it in REDIS_URL (" + first(message)
                    + ")";
        }
        if (cause instanceof IllegalStateException) {
            // Lettuce, where the connection ended between two of its own steps, whatever the engine has said by then.
            return "it ended the connection while that was being made";
        }
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + first(message));
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof CompletionException
                || failure instanceof SSLException
                || failure instanceof DecoderException
                || failure.getClass().getName().startsWith("io.lettuce.")
                || failure.getClass().getName().startsWith("sun.security.");
    }

    private static final int MOST_CHARS = 120;

    private static String first(String message) {
        String line = message.split("\r?\n", 2)[0];
        return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS);
    }
}
