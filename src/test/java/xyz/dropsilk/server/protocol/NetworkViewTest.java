package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.Views;

final class NetworkViewTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Members' arrivals have gaps: others left. */
    private static final int ARRIVALS_APART = 3;

    @Test
    void eachMemberSeesAllOthersUpToTheLimitThoseWhoCameLast() {
        for (int members = 1; members <= 6; members++) {
            List<User> users = users(members);
            for (int limit = 0; limit <= members + 1; limit++) {
                NetworkView view = newest(users, limit);
                for (int self = 0; self < members; self++) {
                    List<User> others = new ArrayList<>(users);
                    others.remove(self);
                    List<User> listed = others.subList(Math.max(0, others.size() - limit), others.size());
                    assertEquals(
                            ids(listed),
                            ids(view.listFor(arrival(self))),
                            "limit " + limit + ", member " + self + " of " + members);
                }
            }
        }
    }

    @Test
    void listsAreMessagesOfTheSizeTheyClaim() {
        NetworkView view = newest(users(4), 10);
        for (int self = 0; self < 4; self++) {
            JsonNode message = json(view.listFor(arrival(self)));
            assertEquals("users-on-network-update", message.get("type").textValue());
            assertEquals(2, message.size());
            for (JsonNode user : message.get("users")) {
                assertEquals(
                        "N\u00e4me \\ " + user.get("id").textValue(),
                        user.get("name").textValue());
                assertEquals(2, user.size());
            }
        }
        assertEquals("{\"type\":\"users-on-network-update\",\"users\":[]}", text(UsersList.EMPTY));
        assertEquals(text(UsersList.EMPTY), text(newest(users(1), 10).listFor(arrival(0))));
    }

    @Test
    void aWholeViewTellsItsSizeInBytes() {
        List<User> users = users(3);
        NetworkView view = newest(users, 10);
        int brackets = text(UsersList.EMPTY).length();
        assertEquals(3, view.size());
        assertEquals(text(view.listFor(arrival(7))).getBytes(UTF_8).length - brackets, view.encodedLength());
        assertEquals(0, NetworkView.EMPTY.encodedLength());
    }

    @Test
    void listsHaveEqualFingerprintsIfTheyNameTheSameUsersAndOnlyThen() {
        List<User> users = users(5);
        Map<List<String>, Long> fingerprints = new HashMap<>();
        Map<Long, List<String>> lists = new HashMap<>();
        for (int present = 1; present < 1 << users.size(); present++) {
            int bits = present;
            List<User> some = IntStream.range(0, users.size())
                    .filter(i -> (bits & (1 << i)) != 0)
                    .mapToObj(users::get)
                    .toList();
            NetworkView view = newest(some, 10);
            for (int self = 0; self <= some.size(); self++) {
                UsersList list = view.listFor(arrival(self));
                List<String> ids = ids(list);
                assertEquals(fingerprints.computeIfAbsent(ids, key -> list.fingerprint()), list.fingerprint());
                assertEquals(ids, lists.computeIfAbsent(list.fingerprint(), key -> ids));
            }
        }
        assertEquals(1 << users.size(), lists.size());
    }

    @Test
    void anotherNameIsAnotherFingerprint() {
        List<User> before = users(3);
        List<User> after = new ArrayList<>(before);
        after.set(1, new User(before.get(1).id(), "Other"));

        NetworkView old = newest(before, 10);
        NetworkView renamed = newest(after, 10);
        assertNotEquals(
                old.listFor(arrival(0)).fingerprint(),
                renamed.listFor(arrival(0)).fingerprint());
        assertEquals(
                old.listFor(arrival(1)).fingerprint(),
                renamed.listFor(arrival(1)).fingerprint());
    }

    /** The view as the registry makes it: the newest {@code limit + 1} of {@code users}. */
    private static NetworkView newest(List<User> users, int limit) {
        int from = Math.max(0, users.size() - limit - 1);
        long[] arrivals = IntStream.range(from, users.size())
                .mapToLong(NetworkViewTest::arrival)
                .toArray();
        return Views.of(arrivals, users.subList(from, users.size()), limit);
    }

    private static long arrival(int member) {
        return 100L + (long) member * ARRIVALS_APART;
    }

    private static List<User> users(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new User("user" + i, "N\u00e4me \\ user" + i))
                .toList();
    }

    private static List<String> ids(List<User> users) {
        return users.stream().map(User::id).toList();
    }

    private static List<String> ids(UsersList list) {
        List<String> ids = new ArrayList<>();
        json(list).get("users").forEach(user -> ids.add(user.get("id").textValue()));
        return ids;
    }

    private static JsonNode json(UsersList list) {
        try {
            return JSON.readTree(text(list));
        } catch (IOException e) {
            throw new UncheckedIOException(text(list), e);
        }
    }

    private static String text(UsersList list) {
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
        try {
            list.writeTo(out);
            assertEquals(out.readableBytes(), list.length());
            return out.toString(UTF_8);
        } finally {
            out.release();
        }
    }
}
