package xyz.dropsilk.server;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.service.PreviewCloud;

/** {@code --check-config}: tells an operator what the server would be, without starting it. No secret is shown. Stateless. */
final class ConfigCheck {
    private static final int EXIT_GOOD = 0;
    private static final int EXIT_BAD = 2;

    private ConfigCheck() {}

    /** Where the configuration comes from. */
    interface Source {
        Config read() throws ConfigException;
    }

    /**
     * Tells what is on and off, and every warning, on {@code out}, and what is wrong on {@code err}.
     *
     * @return the exit status, 2 if anything is wrong
     */
    static int run(Source source, String version, PrintStream out, PrintStream err) {
        try {
            Config config = source.read();
            Map<String, Object> parts = new Application(config, version, OutputStream.nullOutputStream()).parts();
            out.println("dropsilk-server " + version + " can be started with this configuration.");
            lines(config, parts).forEach((name, value) -> out.println("  %-16s %s".formatted(name, shown(value))));
            config.warnings().forEach(warning -> out.println("warning: " + warning));
            if (config.uploads().token() != null && Boolean.FALSE.equals(parts.get("uploads"))) {
                out.println("warning: " + PreviewCloud.MALFORMED);
            }
            return EXIT_GOOD;
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            e.warnings().forEach(warning -> out.println("warning: " + warning));
            return EXIT_BAD;
        }
    }

    private static Map<String, Object> lines(Config config, Map<String, Object> parts) {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("port", config.server().port());
        lines.put(
                "host",
                config.server().host() == null
                        ? "all addresses"
                        : config.server().host());
        lines.put("production", config.server().production());
        lines.put("publicUrl", config.server().publicUrl());
        lines.putAll(parts);
        lines.put("logs", config.telemetry().logAccessKey() != null);
        lines.put("metrics", config.telemetry().metricsAccessKey() != null);
        lines.putAll(origins(config.origins()));
        lines.put(
                "trustedProxies",
                config.proxies().trusted().stream().map(Cidr::toString).collect(Collectors.joining(" ")));
        String header = config.proxies().clientIpHeader();
        lines.put("clientIpHeader", header == null ? "none" : header);
        return lines;
    }

    /** Whose pages may connect, by name, which the log does not tell: all that an operator may not have thought of. */
    private static Map<String, Object> origins(Config.Origins origins) {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("origins", String.join(" ", origins.allowed()));
        boolean none = origins.preview().equals(Config.Origins.NO_PREVIEWS);
        lines.put("previewOrigins", none ? "none" : origins.preview().pattern());
        if (!origins.localPorts().isEmpty()) {
            lines.put("localPorts", origins.localPorts());
        }
        return lines;
    }

    private static String shown(Object value) {
        return value instanceof Boolean on ? on ? "on" : "off" : String.valueOf(value);
    }
}
