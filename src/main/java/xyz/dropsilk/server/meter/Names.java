package xyz.dropsilk.server.meter;

/** Names of meters that more than their owner knows: those that {@code /stats}, {@code /api/status} and the heartbeat read. The contract (6) fixes most of them. */
public final class Names {
    public static final String CONNECTIONS = "dropsilk_connections";
    public static final String CONNECTIONS_OPENED = "dropsilk_connections_opened_total";
    public static final String CONNECTIONS_CLOSED = "dropsilk_connections_closed_total";
    public static final String FLIGHTS = "dropsilk_flights";
    public static final String FLIGHTS_CREATED = "dropsilk_flights_created_total";
    public static final String FLIGHTS_JOINED = "dropsilk_flights_joined_total";
    public static final String ROOMS = "dropsilk_rooms";
    public static final String ROOMS_CREATED = "dropsilk_rooms_created_total";
    public static final String ROOMS_JOINED = "dropsilk_rooms_joined_total";
    public static final String SIGNALS = "dropsilk_signals_total";
    public static final String REFUSED = "dropsilk_refused_total";

    /** There only where instances share an engine. */
    public static final String BUS_UNDELIVERED = "dropsilk_bus_undelivered_total";

    public static final String BUS_GARBAGE = "dropsilk_bus_garbage_total";

    private Names() {}
}
