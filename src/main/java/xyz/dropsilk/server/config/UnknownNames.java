package xyz.dropsilk.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Variables that the server does not know. All of those in a {@code .env} file are told, since nobody else reads that; of the environment's,
 * which is everybody's, only those that are nearly one of ours. Stateless.
 */
final class UnknownNames {
    /** More are no slips but another program's file. */
    private static final int MAX_TOLD = 20;

    /** What a variable is called; other text before a {@code =} may be a line of a secret. */
    private static final Pattern USUAL = Pattern.compile("[A-Z][A-Z0-9_]{0,47}|[a-z][a-z0-9_]{0,47}");

    /** Docker Compose's own variables, and one that {@code compose.yaml} can't do without. */
    private static final Pattern COMPOSES = Pattern.compile("COMPOSE_.*|SERVER_HOST");

    private UnknownNames() {}

    /** A warning for each that is probably a mistake, bounded; {@code known} are the names that the server asks for. */
    static List<String> warnings(Set<String> known, Map<String, String> environment, Map<String, String> file) {
        List<String> warnings = new ArrayList<>();
        if (file.keySet().stream().anyMatch(name -> COMPOSES.matcher(name).matches())) {
            warnings.add(
                    ".env is Docker Compose's, which fills in ${NAME} and knows names that this server does not; here its"
                            + " values are taken as they stand: start the server in another folder");
        } else {
            file.keySet().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> warnings.add(inFile(name, known)));
        }
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            boolean isOurs = known.contains(name) || variable.getValue().isBlank();
            String meant = isOurs ? null : Similar.slipOf(name, known).orElse(null);
            if (meant != null && (environment.getOrDefault(meant, "") + file.getOrDefault(meant, "")).isBlank()) {
                warnings.add(name + " of the environment is not known to this server: " + meant + " is probably meant");
            }
        }
        int more = warnings.size() - MAX_TOLD;
        if (more > 0) {
            warnings.subList(MAX_TOLD, warnings.size()).clear();
            warnings.add("and " + more + " more variables that this server does not know");
        }
        return warnings;
    }

    /** A name that is no usual one is shown only if it is a slip of one. */
    private static String inFile(String name, Set<String> known) {
        boolean usual = USUAL.matcher(name).matches();
        String unknown = " in .env is not known to this server";
        return (usual ? Similar.probably(name, known) : Similar.slipOf(name, known))
                .map(meant -> name + unknown + ": " + meant + " is probably meant")
                .orElse((usual ? name : "a name that is not shown") + unknown);
    }
}
