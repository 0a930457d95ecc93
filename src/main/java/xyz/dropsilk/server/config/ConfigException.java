package xyz.dropsilk.server.config;

import java.util.List;

/** The server cannot start as it was told to. No secret stands in it. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final List<String> problems;
    private final List<String> warnings;

    ConfigException(List<String> problems) {
        this(problems, List.of());
    }

    ConfigException(List<String> problems, List<String> warnings) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
    }

    /** All that is wrong, a line each, for standard error. */
    public List<String> problems() {
        return problems;
    }

    /** What is probably not meant so beside it, a line each. */
    public List<String> warnings() {
        return warnings;
    }
}
