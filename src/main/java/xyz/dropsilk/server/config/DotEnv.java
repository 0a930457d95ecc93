package xyz.dropsilk.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code .env} file says. A line that is not understood is a problem and not passed over, since it may have been the one
 * that closes something.
 *
 * @param values the variables; of a repeated one the last
 * @param problems what is wrong, a line each; no text of the file stands in them, since it may be a secret
 */
record DotEnv(Map<String, String> values, List<String> problems) {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Pattern KEY = Pattern.compile("(?:export[ \\t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \\t]*=");

    static DotEnv parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        String[] lines = (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                Matcher key = KEY.matcher(line);
                if (!key.lookingAt()) {
                    throw new IllegalArgumentException("should be KEY=VALUE or a # comment");
                }
                values.put(key.group(1), value(line.substring(key.end())));
            } catch (IllegalArgumentException wrong) {
                problems.add("line " + (i + 1) + " of .env " + wrong.getMessage());
            }
        }
        return new DotEnv(values, problems);
    }

    private static String value(String text) {
        String bare = text.strip();
        return bare.startsWith("\"") || bare.startsWith("'")
                ? quoted(bare)
                : unquoted(text).strip();
    }

    /** Up to a comment, which begins at a {@code #} after a blank: one inside a word is part of it, as in a password. */
    private static String unquoted(String text) {
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == '#' && isBlank(text.charAt(i - 1))) {
                return text.substring(0, i);
            }
        }
        return text;
    }

    /** As a shell reads it: a backslash is itself but, in double quotes, before a double quote or a backslash. */
    private static String quoted(String text) {
        char quote = text.charAt(0);
        StringBuilder value = new StringBuilder();
        int i = 1;
        while (i < text.length() && text.charAt(i) != quote) {
            if (quote == '"' && (text.startsWith("\\\"", i) || text.startsWith("\\\\", i))) {
                i++;
            }
            value.append(text.charAt(i++));
        }
        if (i == text.length()) {
            throw new IllegalArgumentException("should have a closing quote");
        }
        String after = text.substring(i + 1).strip();
        if (!after.isEmpty() && !after.startsWith("#")) {
            throw new IllegalArgumentException("should have nothing but a # comment after the closing quote");
        }
        return value.toString();
    }

    private static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }
}
