package xyz.dropsilk.server.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What pages ask about rooms. Thousands poll: what they ask in one moment is one question to the engine. Asked on any thread, answered on the cluster's. */
final class Hearings {
    /** Records that are read in one go. */
    private static final int AT_ONCE = 64;

    /** Questions to the engine that may be under way. */
    private static final int MOST_UNDER_WAY = 32;

    private final Engine engine;
    private final Executor owner;
    private final Listener listener;

    /** What is to be asked for, as soon as the owner comes to it. */
    private final Queue<Question> questions = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean asking = new AtomicBoolean();

    /** Questions under way. The cluster's thread. */
    private int underWay;

    private record Question(String id, Engine.Hearing hearing) {}

    /** Hears answers, on the cluster's thread. */
    interface Listener {
        /** The answer to {@code hearing}, asked as {@code id}. */
        void heard(String id, Engine.Hearing hearing, Engine.Kept kept);

        /** There is none to {@code id}. */
        void unheard(String id);

        /** A question for {@code count} records failed. */
        void failed(Throwable failure, int count);
    }

    /** Asks {@code engine} on {@code owner}, the cluster's thread. */
    Hearings(Engine engine, Executor owner, Listener listener) {
        this.engine = engine;
        this.owner = owner;
        this.listener = listener;
    }

    /** Asks for {@code hearing}; the answer is told as that to {@code id}. Any thread. */
    void ask(String id, Engine.Hearing hearing) {
        questions.add(new Question(id, hearing));
        if (asking.compareAndSet(false, true)) {
            try {
                owner.execute(this::askNext);
            } catch (RejectedExecutionException e) {
                // the server stops
            }
        }
    }

    private void askNext() {
        asking.set(false);
        while (underWay < MOST_UNDER_WAY && !questions.isEmpty()) {
            List<Question> asked = new ArrayList<>();
            for (Question next = questions.poll(); next != null; next = questions.poll()) {
                asked.add(next);
                if (asked.size() == AT_ONCE) {
                    break;
                }
            }
            ask(asked);
        }
    }

    private void ask(List<Question> asked) {
        underWay++;
        engine.hear(asked.stream().map(Question::hearing).toList())
                .whenCompleteAsync((heard, failure) -> answered(asked, heard, failure), owner);
    }

    private void answered(List<Question> asked, @Nullable List<Engine.Kept> heard, @Nullable Throwable failure) {
        underWay--;
        if (failure != null) {
            listener.failed(failure, asked.size());
        }
        for (int i = 0; i < asked.size(); i++) {
            Question question = asked.get(i);
            if (heard == null) {
                listener.unheard(question.id);
            } else {
                listener.heard(question.id, question.hearing, heard.get(i));
            }
        }
        askNext();
    }
}
