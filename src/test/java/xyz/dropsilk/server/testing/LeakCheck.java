package xyz.dropsilk.server.testing;

import io.netty.util.LeakPresenceDetector;
import io.netty.util.LeakPresenceDetector.ResourceScope;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails each test class that does not release all of Netty's buffers. Registered for every class (META-INF/services), before any of them
 * makes a buffer. Buffers are counted, not guessed at by the garbage collector: one that is not released is always found.
 *
 * <p>To see where the buffers came from, run with {@code -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true}.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
    /** The configuration parameter that says how long event loops may take to let go of their last buffers: milliseconds. */
    static final String PATIENCE = "leakcheck.patience";

    private static final long DEFAULT_PATIENCE = 3_000;
    private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

    /** That of the classes that run now; outside them, of what has nothing to do with tests. */
    private static volatile ResourceScope scope = new ResourceScope("before all tests");

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation")
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> type, int interval, long maxActive) {
                return new LeakPresenceDetector<>(type) {
                    @Override
                    protected ResourceScope currentScope() {
                        return scope;
                    }
                };
            }
        });
    }

    /** The classes of one test run that run now: integration tests run side by side, and share a scope until none is left. */
    private static final class Run {
        private int classes;
        private ResourceScope outer = scope;

        synchronized void enter(String name) {
            if (classes++ == 0) {
                outer = scope;
                scope = new ResourceScope(name);
            }
        }

        /** The scope to look at, if the last class that used it is done. */
        synchronized @Nullable ResourceScope leave() {
            if (--classes > 0) {
                return null;
            }
            ResourceScope used = scope;
            scope = outer;
            return used;
        }

        static Run of(ExtensionContext context) {
            return context.getRoot().getStore(NAMESPACE).computeIfAbsent(Run.class, key -> new Run(), Run.class);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isOutermost(context)) {
            Run.of(context).enter(context.getDisplayName());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ResourceScope used = isOutermost(context) ? Run.of(context).leave() : null;
        if (used == null) {
            return;
        }
        long patience =
                context.getConfigurationParameter(PATIENCE).map(Long::parseLong).orElse(DEFAULT_PATIENCE);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
        while (used.hasOpenResources() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        if (used.hasOpenResources()) {
            used.close(); // throws, with the buffers' origins if they were noted
        }
    }

    private static boolean isOutermost(ExtensionContext context) {
        return !context.getRequiredTestClass().isAnnotationPresent(Nested.class);
    }
}
