package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResponseFieldsTest {
    private static String text(ResponseFields fields) {
        return IntStream.range(0, fields.count())
                .mapToObj(i -> fields.name(i) + "=" + fields.value(i))
                .collect(Collectors.joining(" "));
    }

    @Test
    void eachNameStandsOnceAndWhereItWasFirstSet() {
        ResponseFields fields = ResponseFields.of("A", "1", "B", "2", "A", "3");
        assertEquals("A=3 B=2", text(fields));
        assertEquals("A=3 B=4 C=6 D=7", text(fields.with("B", "4", "C", "5", "C", "6", "D", "7")));
        assertEquals("A=3 B=2", text(fields));
    }

    @Test
    void aNameNeedsAValue() {
        assertThrows(IllegalArgumentException.class, () -> ResponseFields.of("A"));
        assertThrows(IllegalArgumentException.class, () -> ResponseFields.NONE.with("A", "1", "B"));
    }
}
