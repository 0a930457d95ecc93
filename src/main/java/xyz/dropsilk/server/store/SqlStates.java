package xyz.dropsilk.server.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What PostgreSQL's error codes mean to whoever runs the server (PostgreSQL's manual, appendix A): by the whole code, else by its class. The
 * driver's own words are not passed on, since they name hosts, users and values.
 */
final class SqlStates {
    private static final String UNREACHABLE = "database unreachable";

    private static final Map<String, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put("3D000", "there is no database of this name: look at the name at the end of DATABASE_URL");
        WORDS.put("28P01", "database refuses the login: wrong password or user in DATABASE_URL");
        WORDS.put(
                "28000",
                "database refuses the login: the user in DATABASE_URL, or its access rules (pg_hba.conf), which may ask for"
                        + " TLS (sslmode=require in DATABASE_URL) or for another address");
        WORDS.put("22023", "database refuses a setting of the session: look at the options in DATABASE_URL");
        WORDS.put("42704", "database does not know a setting or object: look at the options in DATABASE_URL");
        WORDS.put("53300", "database has no connection left: raise its max_connections, or let others use fewer");
        WORDS.put("53100", "database has no disk space left");
        WORDS.put("53200", "database is out of memory");
        WORDS.put(
                "42501",
                "database denies a right: the user needs select, insert and delete on uploaded_files, and its sequence");
        WORDS.put("42P01", "table uploaded_files is missing and could not be made");
        WORDS.put("3F000", "there is no schema to make uploaded_files in: look at the user's search_path");
        WORDS.put("42703", "table uploaded_files lacks a column: it was not made by this server or the one before it");
        WORDS.put("25006", "database is read-only");
        WORDS.put("55P03", "table uploaded_files is locked by another session");
        WORDS.put("57014", "database took too long for a statement");
        WORDS.put("57P03", "database is starting or stopping");
        WORDS.put("22P05", "a text has characters that the database's encoding does not hold: use a UTF8 database");
        WORDS.put("08004", "database refuses the connection: look at user and password in DATABASE_URL");
        WORDS.put("08", UNREACHABLE);
        WORDS.put("57P", UNREACHABLE);
        WORDS.put("28", "database refuses the login");
        WORDS.put("53", "database is short of resources");
        WORDS.put("22", "a value does not fit the table");
        WORDS.put("23", "a value breaks a constraint of the table");
        WORDS.put("54", "a value is larger than the database takes");
    }

    /** A data exception, a broken constraint, a limit: another row may fare better. */
    private static final List<String> OF_VALUES = List.of("22", "23", "54");

    /** Codes of class 22 that are about the session, not about a value. */
    private static final List<String> OF_SETTINGS = List.of("22023");

    private static final List<String> OF_DATABASE = List.of(
            "08", "25", "28", "3D", "3F", "40", "42501", "42P01", "42703", "42704", "53", "55", "57", "58", "22023",
            "F0");

    private SqlStates() {}

    /** What {@code state} means, fit for a log line; an empty one is a connection that never came about. */
    static String words(String state) {
        if (state.isEmpty()) {
            return UNREACHABLE;
        }
        for (int length = state.length(); length >= 2; length--) {
            String words = WORDS.get(state.substring(0, length));
            if (words != null) {
                return words;
            }
        }
        return "database error";
    }

    static boolean isOfValues(String state) {
        return startsWithOne(state, OF_VALUES) && !OF_SETTINGS.contains(state);
    }

    static boolean isOfDatabase(String state) {
        return startsWithOne(state, OF_DATABASE);
    }

    private static boolean startsWithOne(String state, List<String> beginnings) {
        return beginnings.stream().anyMatch(state::startsWith);
    }
}
