package xyz.dropsilk.server.room;

import java.time.Duration;
import xyz.dropsilk.server.base.Unlimited;

/**
 * How long rooms live and how many there may be (rooms contract, 4).
 *
 * @param timeToLive after anybody in a room was last heard of
 * @param silence after which somebody without a socket counts as silent, in the ordinary case
 * @param maxRooms rooms in all; {@link Unlimited} for no limit
 * @param maxPerNetwork rooms created from one network; {@link Unlimited} for no limit
 */
public record RoomSettings(Duration timeToLive, Duration silence, int maxRooms, int maxPerNetwork) {}
