package xyz.dropsilk.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

@Isolated("its runs of other classes have a scope of their own")
final class LeakCheckTest {
    /** Reachable, so that the check is seen not to need the garbage collector. */
    private static final List<ByteBuf> LEAKED = new ArrayList<>();

    /** Run by the tests below only: its outer class's name keeps it from being found. */
    static final class Leaking {
        @Test
        void forgetsABuffer() {
            LEAKED.add(ByteBufAllocator.DEFAULT.buffer(16));
        }
    }

    /** Run by the tests below only. */
    static final class Tidy {
        @Test
        void releasesItsBuffer() {
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }
    }

    @Test
    void aClassThatForgetsABufferFails() {
        TestExecutionSummary summary = run(Leaking.class);

        assertFalse(LEAKED.isEmpty());
        assertEquals(1, summary.getContainersFailedCount());
        String failure = summary.getFailures().get(0).getException().toString();
        assertTrue(failure.contains("memory leak"), failure);
    }

    @Test
    void aClassBehindOneThatForgotABufferDoesNotFail() {
        run(Leaking.class);

        TestExecutionSummary summary = run(Tidy.class);
        assertEquals(1, summary.getTestsSucceededCount());
        assertEquals(0, summary.getTotalFailureCount());
    }

    private static TestExecutionSummary run(Class<?> testClass) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(testClass))
                .configurationParameter(LeakCheck.PATIENCE, "20")
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return listener.getSummary();
    }
}
