package xyz.dropsilk.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Changes inputs a little: bytes cut, doubled, flipped, put in, or taken from another input. The same for the same random numbers. */
public final class Mutations {
    private final Random random;
    private final String interesting;
    private final Supplier<byte[]> others;

    /**
     * @param interesting the characters that mean something in these inputs
     * @param others gives inputs of which parts are taken
     */
    public Mutations(Random random, String interesting, Supplier<byte[]> others) {
        this.random = random;
        this.interesting = interesting;
        this.others = others;
    }

    /** The files in {@code corpus/NAME}: one of each kind that was ever found worth trying. */
    public static List<byte[]> corpus(String name) {
        try (Stream<Path> files = Files.list(
                Path.of(Mutations.class.getResource("/corpus/" + name).toURI()))) {
            return files.sorted().map(Mutations::bytesOf).toList();
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytesOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code input} with one change. */
    public byte[] changed(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int to = Math.min(input.length, at + 1 + random.nextInt(8));
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(input, at);
            case 1 -> joined(Arrays.copyOf(input, at), Arrays.copyOfRange(input, to, input.length));
            case 2 -> joined(Arrays.copyOf(input, to), Arrays.copyOfRange(input, at, input.length));
            case 3 ->
                joined(
                        Arrays.copyOf(input, at),
                        new byte[] {interesting()},
                        Arrays.copyOfRange(input, at, input.length));
            case 4 -> {
                byte[] other = others.get();
                yield joined(
                        Arrays.copyOf(input, at),
                        Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
            }
            case 5 -> at == input.length ? input : with(input, at, (byte) (input[at] ^ (1 << random.nextInt(8))));
            default -> at == input.length ? input : with(input, at, interesting());
        };
    }

    private byte interesting() {
        return random.nextInt(8) == 0
                ? (byte) random.nextInt(256)
                : (byte) interesting.charAt(random.nextInt(interesting.length()));
    }

    private static byte[] with(byte[] input, int at, byte value) {
        byte[] changed = input.clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] joined(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
