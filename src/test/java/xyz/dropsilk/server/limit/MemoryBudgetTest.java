package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> evicted = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(1_000, tasks::add);

    private final class TestHolder implements MemoryBudget.Holder {
        private final String name;
        private int held;

        TestHolder(String name) {
            this.name = name;
        }

        @Override
        public int held() {
            return held;
        }

        @Override
        public void evict() {
            evicted.add(name);
        }

        void hold(int bytes) {
            int change = bytes - held;
            held = bytes;
            budget.changed(this, change);
        }
    }

    private final TestHolder small = new TestHolder("small");
    private final TestHolder middle = new TestHolder("middle");
    private final TestHolder large = new TestHolder("large");

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Test
    void nobodyGoesWhileTheBudgetIsKept() {
        large.hold(600);
        middle.hold(400);
        runTasks();

        assertEquals(List.of(), evicted);
        assertEquals(1_000, budget.total());
    }

    @Test
    void theLargestGoesFirstWhoeverCausedTheExcess() {
        large.hold(600);
        middle.hold(350);
        small.hold(51);
        assertEquals(List.of(), evicted); // not on the thread of whoever caused it
        runTasks();

        assertEquals(List.of("large"), evicted);
    }

    @Test
    void asManyGoAsItTakes() {
        small.hold(900);
        middle.hold(950);
        large.hold(1_000);
        runTasks();

        assertEquals(List.of("large", "middle"), evicted);
    }

    @Test
    void oneWhoDoesNotLetGoIsAskedAgainWhenMoreIsTaken() {
        large.hold(900);
        small.hold(101);
        runTasks();
        small.hold(102);
        runTasks();

        assertEquals(List.of("large", "large"), evicted);
    }

    @Test
    void oneWhoLetGoIsForgotten() {
        large.hold(900);
        large.hold(0);
        middle.hold(500);
        small.hold(501);
        runTasks();

        assertEquals(List.of("small"), evicted);
    }

    @Test
    void whatIsLetGoInTheMeantimeSavesTheOthers() {
        large.hold(900);
        middle.hold(200);
        large.hold(0);
        runTasks();

        assertEquals(List.of(), evicted);
        assertEquals(200, budget.total());
    }

    @Test
    void theTotalReturnsToNothing() {
        List<TestHolder> holders = List.of(small, middle, large);
        for (int i = 0; i < 1_000; i++) {
            holders.get(i % 3).hold(i * 7919 % 500);
        }
        holders.forEach(holder -> holder.hold(0));

        assertEquals(0, budget.total());
    }

    @Test
    void aStoppedExecutorHurtsNobody() {
        List<Runnable> refused = new ArrayList<>();
        MemoryBudget stopping = new MemoryBudget(1_000, task -> {
            refused.add(task);
            throw new RejectedExecutionException();
        });
        large.held = 2_000;
        stopping.changed(large, 2_000);
        stopping.changed(large, 1);

        assertEquals(2, refused.size());
    }
}
