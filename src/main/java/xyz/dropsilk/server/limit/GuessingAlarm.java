package xyz.dropsilk.server.limit;

import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** Wrong flight codes come from so many networks at once that one attacker may be behind them. */
record GuessingAlarm(String reason, boolean alarm, long wrongCodes) implements ServerEvent {
    GuessingAlarm(long wrongCodes) {
        this("guessing", true, wrongCodes);
    }

    @Override
    public String eventName() {
        return "flight:error";
    }

    @Override
    public Level level() {
        return Level.ERROR;
    }
}
