package xyz.dropsilk.server.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.LogAddresses;
import xyz.dropsilk.server.event.LogFormat;

/** Which package may know what. The rules are few, and each keeps a decision of the design true. */
class PackageRulesTest {
    private static final String ROOT = "xyz.dropsilk.server";
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target", "classes"));

    /** What each package may know of the others. Whoever adds a package adds it here. */
    private static final Map<String, List<String>> MAY_KNOW = new LinkedHashMap<>();

    static {
        MAY_KNOW.put("base", List.of());
        MAY_KNOW.put("address", List.of("base"));
        MAY_KNOW.put("meter", List.of());
        MAY_KNOW.put("event", List.of("base", "address", "meter"));
        MAY_KNOW.put("config", List.of("base", "address", "event"));
        MAY_KNOW.put("limit", List.of("base", "address", "event", "meter"));
        MAY_KNOW.put("protocol", List.of("base"));
        MAY_KNOW.put("rules", List.of("address", "protocol"));
        MAY_KNOW.put("flight", List.of("base", "address", "event", "limit", "meter", "protocol", "rules"));
        MAY_KNOW.put("room", List.of("base", "address", "flight", "limit", "meter", "rules"));
        MAY_KNOW.put("cluster", List.of("base", "address", "event", "flight", "limit", "protocol", "rules"));
        MAY_KNOW.put("redis", List.of("base", "config", "cluster"));
        MAY_KNOW.put("store", List.of("base", "config"));
        MAY_KNOW.put("remote", List.of("base"));
        MAY_KNOW.put("uploadthing", List.of("base", "remote"));
        MAY_KNOW.put("service", List.of("base", "event", "meter", "store", "remote", "uploadthing"));
        MAY_KNOW.put("origin", List.of("base", "address", "config", "event"));
        MAY_KNOW.put("http", List.of("base", "address", "event", "limit", "meter"));
        MAY_KNOW.put(
                "ws",
                List.of(
                        "base",
                        "address",
                        "event",
                        "meter",
                        "flight",
                        "room",
                        "rules",
                        "protocol",
                        "limit",
                        "http",
                        "origin"));
        MAY_KNOW.put(
                "api",
                List.of(
                        "base",
                        "address",
                        "event",
                        "flight",
                        "http",
                        "limit",
                        "meter",
                        "origin",
                        "protocol",
                        "room",
                        "service"));
        MAY_KNOW.put(
                "feature",
                List.of(
                        "base",
                        "api",
                        "config",
                        "event",
                        "http",
                        "limit",
                        "meter",
                        "remote",
                        "service",
                        "store",
                        "uploadthing"));
        MAY_KNOW.put("net", List.of("http", "meter", "ws", "base"));
        MAY_KNOW.put("prometheus", List.of("meter"));
    }

    @Test
    void packagesKnowEachOtherInOneDirection() {
        LayeredArchitecture layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy(ROOT)
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer();
        for (String layer : MAY_KNOW.keySet()) {
            layers = layers.layer(layer).definedBy(ROOT + "." + layer + "..");
        }
        for (Map.Entry<String, List<String>> rule : MAY_KNOW.entrySet()) {
            String[] known = rule.getValue().toArray(String[]::new);
            LayeredArchitecture.LayerDependencySpecification layer = layers.whereLayer(rule.getKey());
            layers = known.length == 0 ? layer.mayNotAccessAnyLayer() : layer.mayOnlyAccessLayers(known);
        }
        layers.ensureAllClassesAreContainedInArchitecture().check(CLASSES);
    }

    @Test
    void packagesMakeNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void configurationKnowsOfEventsWhatCanBeSetOnly() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".config..")
                .should()
                .dependOnClassesThat(in("event")
                        .and(except(Level.class))
                        .and(except(LogFormat.class))
                        .and(except(LogAddresses.class)))
                .check(CLASSES);
    }

    @Test
    void flightsAreChangedThroughTheRegistryAlone() {
        classes()
                .that()
                .haveSimpleName("RegistryState")
                .or()
                .haveSimpleName("LocalRecords")
                .or()
                .haveSimpleName("NetworkGrouper")
                .should()
                .bePackagePrivate()
                .check(CLASSES);
    }

    @Test
    void onlyTheStoreKnowsTheDatabase() {
        onlyIn(List.of("store"), "java.sql..", "javax.sql..", "com.zaxxer..", "org.postgresql..");
    }

    @Test
    void onePackageKnowsTheLibraryOfMeters() {
        onlyIn(List.of("prometheus"), "io.micrometer..", "io.prometheus..");
    }

    @Test
    void onlyRemoteCallsOut() {
        onlyIn(List.of("remote"), "java.net.http..");
    }

    /** The root hands an event loop on as the server's timer. */
    @Test
    void onlyTheEdgeKnowsChannels() {
        onlyIn(List.of("http", "ws", "net", "redis", ""), "io.netty.channel..");
    }

    @Test
    void onlyTheEngineOfInstancesKnowsItsLibrary() {
        onlyIn(List.of("redis"), "io.lettuce..", "reactor..");
    }

    private static void onlyIn(List<String> packages, String... known) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages.stream()
                        .map(name -> name.isEmpty() ? ROOT : ROOT + "." + name + "..")
                        .toArray(String[]::new))
                .should()
                .dependOnClassesThat(resideInAnyPackage(known))
                .check(CLASSES);
    }

    @Test
    void onlyBaseMakesThreads() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".base..")
                .should()
                .callConstructorWhere(target("makes threads", PackageRulesTest::makesThreads))
                .orShould()
                .callMethodWhere(
                        target("makes executors", target -> target.getOwner().isEquivalentTo(Executors.class)))
                .orShould()
                .beAssignableTo(Thread.class)
                .check(CLASSES);
    }

    private static boolean makesThreads(AccessTarget constructor) {
        JavaClass made = constructor.getOwner();
        return made.isAssignableTo(Thread.class)
                || made.isAssignableTo(Timer.class)
                || (made.isAssignableTo(Executor.class) && made.getPackageName().startsWith("java."));
    }

    @Test
    void onlyMainReadsTheEnvironment() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .callMethodWhere(target("System.getenv", target -> isOfSystem(target, "getenv")))
                .check(CLASSES);
    }

    @Test
    void onlyMainPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .accessFieldWhere(target(
                        "System.out or System.err", target -> isOfSystem(target, "out") || isOfSystem(target, "err")))
                .orShould()
                .callMethodWhere(target(
                        "printStackTrace()",
                        target -> target.getFullName().endsWith(".printStackTrace()")
                                && target.getOwner().isAssignableTo(Throwable.class)))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        JavaPackage root = CLASSES.getPackage(ROOT);
        List<String> unmarked = Stream.concat(Stream.of(root), root.getSubpackagesInTree().stream())
                .filter(each -> !each.getClasses().isEmpty() && !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .toList();
        assertEquals(List.of(), unmarked);
    }

    /** What is switched off, or goes on only if, or waits for a time, proves nothing. */
    private static final Pattern NO_PROOF = Pattern.compile(
            "@(Disabled|Enabled|Ignore)|\\bAssum(ptions|e)\\.|\\bassum(e|ing)[A-Z]\\w*\\(|Thread\\.sleep\\(");

    @Test
    void noTestIsSwitchedOffOrSleeps() throws IOException {
        Path tests = Path.of("src", "test", "java");
        try (Stream<Path> files = Files.walk(tests)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertFalse(sources.isEmpty());
            assertEquals(
                    List.of(),
                    sources.stream()
                            .filter(source -> NO_PROOF.matcher(read(source)).find())
                            .toList());
        }
        assertTrue(NO_PROOF.matcher("@" + "Disabled(\"for now\")").find());
    }

    private static String read(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DescribedPredicate<JavaClass> in(String name) {
        return resideInAnyPackage(ROOT + "." + name + "..");
    }

    private static DescribedPredicate<JavaClass> except(Class<?> known) {
        return describe("except " + known.getSimpleName(), there -> !there.isEquivalentTo(known));
    }

    private static boolean isOfSystem(AccessTarget target, String name) {
        return target.getOwner().isEquivalentTo(System.class)
                && target.getName().equals(name);
    }

    private static <A extends JavaAccess<?>> DescribedPredicate<A> target(
            String description, Predicate<AccessTarget> test) {
        return describe(description, access -> test.test(access.getTarget()));
    }
}
