package xyz.dropsilk.server.ws;

import java.time.Duration;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.room.Rooms;

/**
 * What all sessions share.
 *
 * @param registry decides what their messages mean
 * @param rooms whom sockets attach to
 * @param events hears of what is refused
 * @param connections counts them
 * @param joins limits wrong flight codes
 * @param memory limits what they hold together
 * @param maxPayloadBytes of a frame, and of a message
 * @param pingInterval between two pings; zero for none
 * @param messageRate of messages and control frames a connection
 * @param ticker counts nanoseconds
 * @param meters count and measure them
 * @param arrived is run for each client that comes, on its loop
 */
public record SessionContext(
        FlightRegistry registry,
        Rooms rooms,
        EventSink events,
        ConnectionLimit connections,
        JoinLimit joins,
        MemoryBudget memory,
        int maxPayloadBytes,
        Duration pingInterval,
        Rate messageRate,
        LongSupplier ticker,
        SessionMeters meters,
        Runnable arrived) {}
