package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;

final class NetworkCellsTest {
    @Test
    void aNetworkFindsWhatWasNotedForIt() {
        NetworkCells cells = new NetworkCells(7);
        cells.update(Networks.HOME, cell -> cell + 1);
        for (int row = 0; row < NetworkCells.ROWS; row++) {
            assertEquals(8, cells.get(Networks.HOME, row));
        }
    }

    /** What a million addresses can't grow: the memory is one array, made at the start, and two numbers. */
    @Test
    void thereIsNothingThatCouldGrow() {
        List<Class<?>> fields = Arrays.stream(NetworkCells.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .<Class<?>>map(Field::getType)
                .toList();
        assertEquals(List.of(AtomicLongArray.class, long.class), fields);
    }

    @Test
    void everyNetworkHasCellsAMillionOfThemToo() {
        NetworkCells cells = new NetworkCells(0);
        for (int i = 0; i < 1_000_000; i++) {
            cells.update(Networks.ipv4(i), cell -> cell + 1);
        }
        long sum = 0;
        long most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            long least = Long.MAX_VALUE;
            for (int row = 0; row < NetworkCells.ROWS; row++) {
                least = Math.min(least, cells.get(Networks.ipv4(i), row));
            }
            sum += least;
            most = Math.max(most, least);
        }
        // A million over 4,096 cells are 244 a cell, give or take 16: neighbours spread like strangers.
        assertEquals(230.0, sum / 1e6, 25);
        assertTrue(most < 400, "most " + most);
    }

    @Test
    void noTwoInstancesPutTheSameNetworksTogether() {
        Set<List<Integer>> collisions = new HashSet<>();
        for (int instance = 0; instance < 5; instance++) {
            NetworkCells cells = new NetworkCells(0);
            cells.update(Networks.HOME, cell -> 1);
            collisions.add(IntStream.range(0, 20_000)
                    .filter(i -> cells.get(Networks.ipv4(i), 0) == 1)
                    .boxed()
                    .toList());
        }
        assertEquals(5, collisions.size());
    }

    @Test
    void networksOfDifferentKindsAreDifferent() {
        NetworkCells cells = new NetworkCells(0);
        cells.update(new NetworkKey(NetworkKey.Kind.IPV4, 42), cell -> 1);
        long shared = 0;
        for (int row = 0; row < NetworkCells.ROWS; row++) {
            shared += cells.get(new NetworkKey(NetworkKey.Kind.IPV4_24, 42), row);
        }
        assertTrue(shared < NetworkCells.ROWS); // all four by chance: 1 in 2^48
    }
}
