package xyz.dropsilk.server.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which name was probably meant by another one. Stateless. */
final class Similar {
    /** What is longer than any name is no slip of one, and would take long to compare. */
    private static final int MAX_CHARS = 64;

    /** Words that other programs have for some of ours. */
    private static final Map<String, String> SYNONYMS =
            Map.of("DB", "DATABASE", "POSTGRES", "DATABASE", "CORS", "ALLOWED", "LOGS", "LOG", "VALKEY", "REDIS");

    private Similar() {}

    /**
     * The nearest of {@code names} if it is so near that hardly anything else can be meant: two slips in thirteen letters, one in fewer; or the only one
     * that begins alike and has all its words, singular or plural.
     */
    static Optional<String> slipOf(String name, Collection<String> names) {
        return nearest(name, names, Math.max(1, name.length() * 2 / 13)).or(() -> onlyOneWithWordsOf(name, names));
    }

    private static Optional<String> onlyOneWithWordsOf(String name, Collection<String> names) {
        List<String> words = words(name);
        if (words.size() < 2) {
            return Optional.empty();
        }
        List<String> found = names.stream()
                .filter(other ->
                        words(other).indexOf(words.get(0)) == 0 && words(other).containsAll(words))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** The nearest of {@code names}, if any is near or has the same words and more, or fewer. */
    static Optional<String> probably(String name, Collection<String> names) {
        return nearest(name, names, Math.max(1, name.length() / 3))
                .or(() -> names.stream()
                        .filter(other -> shareWords(words(name), words(other)))
                        .findFirst());
    }

    private static Optional<String> nearest(String name, Collection<String> names, int most) {
        String folded = folded(name);
        String nearest = null;
        int least = name.length() > MAX_CHARS ? 0 : most + 1;
        for (String other : names) {
            // The difference of lengths is at least as many slips.
            int slips = Math.abs(other.length() - name.length()) < least ? distance(folded, folded(other)) : least;
            if (slips < least) {
                nearest = other;
                least = slips;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static String folded(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static List<String> words(String name) {
        return Arrays.stream(folded(name).split("_"))
                .filter(word -> !word.isEmpty())
                .map(word -> SYNONYMS.getOrDefault(word, word))
                .map(word -> word.replaceFirst("IES$", "Y").replaceFirst("(?<=..)S$", ""))
                .toList();
    }

    private static boolean shareWords(List<String> some, List<String> others) {
        return Set.copyOf(some).containsAll(others) || Set.copyOf(others).containsAll(some);
    }

    /**
     * How many letters must be put in, left out, changed or swapped with their neighbour (the restricted Damerau-Levenshtein
     * distance, whose recurrence is R. Wagner's and M. Fischer's of 1974 with the swap of R. Lowrance and R. Wagner, 1975).
     */
    static int distance(String from, String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        int[] row = new int[to.length() + 1];
        Arrays.setAll(last, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
        }
        return last[to.length()];
    }
}
