package xyz.dropsilk.server;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.dropsilk.server.address.AddressFuzz;
import xyz.dropsilk.server.api.RoomsFuzz;
import xyz.dropsilk.server.api.UploadsFuzz;
import xyz.dropsilk.server.config.ConfigFuzz;
import xyz.dropsilk.server.http.RequestsFuzz;
import xyz.dropsilk.server.protocol.MessageFuzz;
import xyz.dropsilk.server.testing.Mutations;
import xyz.dropsilk.server.ws.FrameFuzz;

/**
 * The fuzz targets on their corpora, as they are and with random changes. The seed is printed. {@code bench/fuzz} runs the same targets guided by
 * coverage.
 */
final class FuzzTargetsTest {
    private static final long FIXED_SEED = 20_261_124;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int MOST_CHANGES = 6;

    /** A target, the name of its corpus, and the characters that mean something to it. */
    private record Target(String corpus, Consumer<byte[]> input, String interesting) {
        @Override
        public String toString() {
            return corpus;
        }
    }

    static List<Target> targets() {
        return List.of(
                new Target("messages", MessageFuzz::fuzzerTestOneInput, "{}[]\",:\\u0 \n-+.eE"),
                new Target(
                        "frames",
                        FrameFuzz::fuzzerTestOneInput,
                        "\u0000\u0001\u0002\u0080\u0081\u0082\u0088\u0089\u00fe"),
                new Target("addresses", AddressFuzz::fuzzerTestOneInput, "0123456789abcdefF:.,/%[] \n"),
                new Target("configuration", ConfigFuzz::fuzzerTestOneInput, "\"'\\#= \t\n,:/@%?&0-"),
                new Target("uploads", UploadsFuzz::fuzzerTestOneInput, "{}[]\",:\\u0 \n&=%/.-1"),
                new Target("rooms", RoomsFuzz::fuzzerTestOneInput, "{}[]\",:\\u0 \n&=%/.-1e"),
                new Target(
                        "requests", RequestsFuzz::fuzzerTestOneInput, "\r\n :;,/?\t0123456789abcdefXHTP\u0000\u00ff"));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdsForItsCorpusAndChangesOfIt(Target target) {
        List<byte[]> corpus = Mutations.corpus(target.corpus);
        corpus.forEach(input -> tryOn(target, input));
        fuzz(target, corpus, FIXED_SEED);
        fuzz(target, corpus, System.nanoTime());
    }

    private static void fuzz(Target target, List<byte[]> corpus, long seed) {
        Random random = new Random(seed);
        Mutations mutations =
                new Mutations(random, target.interesting, () -> corpus.get(random.nextInt(corpus.size())));
        long end = System.nanoTime() + NANOS;
        long tried = 0;
        try {
            for (; System.nanoTime() - end < 0; tried++) {
                byte[] input = corpus.get(random.nextInt(corpus.size()));
                for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
                    input = mutations.changed(input);
                }
                tryOn(target, input);
            }
        } finally {
            System.out.println(target.corpus + ": seed " + seed + ", " + tried + " inputs");
        }
    }

    private static void tryOn(Target target, byte[] input) {
        try {
            target.input.accept(input);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    target.corpus + ", in Base64: " + Base64.getEncoder().encodeToString(input), e);
        }
    }
}
