package xyz.dropsilk.server.base;

import java.io.Console;

/** Whether somebody sits in front of this process. Stateless. */
public final class Terminal {
    private Terminal() {}

    /** Whether standard input and output are a terminal's. */
    @SuppressWarnings("SystemConsoleNull") // where it never is null it has a method that says more
    public static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From JDK 22 on there may be a console without a terminal, and a method that says so.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException onlyTerminalsHaveOne) {
            return true;
        }
    }
}
