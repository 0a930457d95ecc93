package xyz.dropsilk.server.config;

import java.util.List;

/** The server cannot start as it was told to. No secret stands in it. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, a line each, for standard error. */
    public List<String> problems() {
        return problems;
    }
}
