package xyz.dropsilk.server.testing;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGenerator;

/** Names of tests as the sentences that they are: {@code aFullFlightIsRefused()} reads "a full flight is refused". */
public final class Sentences extends DisplayNameGenerator.Standard {
    @Override
    public String generateDisplayNameForNestedClass(List<Class<?>> enclosing, Class<?> nested) {
        return sentence(nested.getSimpleName());
    }

    @Override
    public String generateDisplayNameForMethod(List<Class<?>> enclosing, Class<?> of, Method method) {
        return sentence(method.getName());
    }

    /** The words of {@code name}, small but for abbreviations. */
    static String sentence(String name) {
        StringBuilder text = new StringBuilder();
        for (String word : name.split("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", -1)) {
            boolean isAbbreviation = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
            text.append(text.isEmpty() ? "" : " ").append(isAbbreviation ? word : word.toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
