package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.ServerEvent;

class MishapTest {
    private static final long SECOND = 1_000_000_000L;

    private final Mishap mishap = new Mishap();
    private final List<ServerEvent> told = new ArrayList<>();

    private void look(long seconds) {
        mishap.look(told::add, seconds * SECOND);
    }

    @Test
    void itIsToldWhenItBeginsAndWhenItIsOverHoweverOftenItHappens() {
        look(0);
        mishap.happened(0, "nothing");
        look(1);
        assertEquals(List.of(), told);
        mishap.happened(2, "why");
        for (int second = 2; second < 30; second++) {
            look(second);
            mishap.happened(1, "another");
        }
        look(30);
        look(39);
        assertEquals(List.of(new BusEvent.Failed("why")), told);
        look(40);
        assertEquals(new BusEvent.Over("why", Duration.ofSeconds(28), 30), told.get(1));
        mishap.happened(1, "again");
        look(100);
        look(200);
        assertEquals(
                List.of(new BusEvent.Failed("again"), new BusEvent.Over("again", Duration.ZERO, 1)),
                told.subList(2, 4));
        assertEquals(31, mishap.count());
    }
}
