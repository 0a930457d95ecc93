package xyz.dropsilk.server.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import xyz.dropsilk.server.base.Unlimited;

/** The variables by name, the environment's before the file's, and what is wrong with them. Used by one thread, at the start. */
final class Variables {
    /** What the JVM puts in the place of bytes that it can't decode. */
    private static final char UNREADABLE = '\uFFFD';

    private static final Pattern QUOTED = Pattern.compile("([\"']).*\\1");
    private static final Pattern UNFILLED = Pattern.compile("\\$\\{\\w+}|^\\$\\(");
    private static final Pattern COMMENTED = Pattern.compile("\\s#");

    /** Fewer milliseconds than anybody means. */
    private static final int FEW_MILLIS = 200;

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final Set<String> asked = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    Variables(Map<String, String> environment, DotEnv file) {
        this.environment = environment;
        this.file = file.values();
        problems.addAll(file.problems());
    }

    /** What is wrong so far, a line each. */
    List<String> problems() {
        return problems;
    }

    /** What is probably not meant so, a line each; it stops nothing. */
    List<String> warnings() {
        return warnings;
    }

    /** The warnings of variables that are not wrong themselves: of those the problem says all. */
    List<String> warningsOfOthers() {
        Set<String> wrong = problems.stream().map(Variables::first).collect(Collectors.toSet());
        return warnings.stream()
                .filter(warning -> !wrong.contains(first(warning)))
                .toList();
    }

    /** The name with which a line about a variable begins. */
    private static String first(String line) {
        return line.replaceFirst("(?s)[ =].*", "");
    }

    /** Notes what is wrong with variables that are right each by itself; it stops the start. */
    void wrong(String problem) {
        problems.add(problem);
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    /** Warns of variables that nobody has asked for, and that are probably slips. */
    void warnOfUnknownNames() {
        warnings.addAll(UnknownNames.warnings(asked, environment, file));
    }

    /** Whether a {@code .env} file says anything. */
    boolean hasFile() {
        return !file.isEmpty();
    }

    /** Whether {@code name} has a value. */
    boolean isSet(String name) {
        return value(name).isPresent();
    }

    /** The value of {@code name} as {@code parse} reads it, if it is set and right; a wrong one is noted and shown. */
    <T> Optional<T> read(String name, Function<String, T> parse) {
        return value(name).flatMap(value -> attempt(name, "=" + Values.shown(value), value, parse));
    }

    /** Like {@link #read}, but a wrong value is not shown. */
    <T> Optional<T> readHidden(String name, Function<String, T> parse) {
        return value(name).flatMap(value -> attempt(name, " (not shown)", value, parse));
    }

    /** What a value has that whoever wrote it hardly meant to be part of it. */
    private static Optional<String> slip(String value) {
        if (QUOTED.matcher(value).matches()) {
            return Optional.of("has quotes round it, which are a part of it here: leave them out");
        } else if (UNFILLED.matcher(value).find()) {
            return Optional.of("has a ${NAME} or $(COMMAND) that nobody has filled in");
        } else if (COMMENTED.matcher(value).find()) {
            return Optional.of("has what looks like a # comment behind it, which is a part of it here: leave it out");
        }
        return Optional.empty();
    }

    int whole(String name, int otherwise, int most) {
        return read(name, text -> Values.whole(text, 0, most)).orElse(otherwise);
    }

    /** A limit, none if it is set to zero. */
    int limit(String name, int otherwise, int most) {
        return Unlimited.unlessZero(whole(name, otherwise, most));
    }

    /** A limit of time, none if it is set to zero. */
    Duration limit(String name, int otherwise, ChronoUnit unit, Duration most) {
        return Unlimited.unlessZero(duration(name, otherwise, unit, most));
    }

    Duration duration(String name, int otherwise, ChronoUnit unit, Duration most) {
        int number = whole(name, otherwise, Math.toIntExact(most.dividedBy(unit.getDuration())));
        if (unit == ChronoUnit.MILLIS && number > 0 && number < FEW_MILLIS) {
            warn(name + "=" + number + " is in milliseconds, and so hardly any time: " + number + " seconds are "
                    + number + "000");
        }
        return Duration.of(number, unit);
    }

    private Optional<String> value(String name) {
        asked.add(name);
        return set(environment, name).or(() -> set(file, name));
    }

    /** Values are pasted: blanks and line ends round them do not count, and an empty one is not set. */
    private Optional<String> set(Map<String, String> variables, String name) {
        String value = variables.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value.indexOf(UNREADABLE) >= 0) {
            String problem =
                    name + " (not shown) has letters that could not be read: start the server with LANG=C.UTF-8, or"
                            + " write the value in UTF-8";
            if (!problems.contains(problem)) {
                problems.add(problem);
            }
            return Optional.empty();
        }
        return Optional.of(Blanks.trimmed(value)).filter(trimmed -> !trimmed.isEmpty());
    }

    private <T> Optional<T> attempt(String name, String shown, String value, Function<String, T> parse) {
        Optional<String> slip = slip(value);
        try {
            T read = parse.apply(value);
            slip.ifPresent(what -> warn(name + shown + " " + what));
            return Optional.of(read);
        } catch (IllegalArgumentException wrong) {
            problems.add(name + shown + " " + wrong.getMessage()
                    + slip.map(what -> "; it " + what).orElse(""));
            return Optional.empty();
        }
    }
}
