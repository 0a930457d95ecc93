package xyz.dropsilk.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.protocol.User.cleanName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UserTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Nested
    final class ANameOnceCleaned {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Ada",
                    "a",
                    "Ada Lovelace",
                    "\u00c5sa",
                    "\u738b\u5c0f\u660e",
                    "a\u0301",
                    "\ud83d\ude00",
                    "\\",
                    "a/b",
                    "(;"
                })
        void isWhatWasSentIfThatIsHarmless(String name) {
            assertEquals(name, cleanName(name));
        }

        @Test
        void keepsEmojiThatAreJoined() {
            String astronaut = "\ud83d\udc69\u200d\ud83d\ude80";
            String family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66";
            String heart = "\u2764\ufe0f\u200d\ud83d\udd25";
            assertEquals(astronaut + family + heart, cleanName(astronaut + family + heart));
        }

        @Test
        void hasNoWhiteSpaceAtItsEnds() {
            String everyWhiteSpace =
                    "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
                            + "\u2028\u2029\u202f\u205f\u3000";
            assertEquals("A B", cleanName(everyWhiteSpace + "A B" + everyWhiteSpace));
            everyWhiteSpace.chars().mapToObj(Character::toString).forEach(space -> {
                assertEquals("A", cleanName(space + "A" + space), "U+" + Integer.toHexString(space.charAt(0)));
                assertNull(cleanName(space));
            });
        }

        @Test
        void hasNoWhiteSpaceThatStoodBehindSomethingRemoved() {
            assertEquals("A", cleanName("\u200b A \u200b"));
            assertEquals("A", cleanName("\u0000\u3000A\u3000\ufeff"));
        }

        @Test
        void hasNoControlOrFormatCharacters() {
            assertEquals("AB", cleanName("A\u0000\u0007\n\t\u001b\u007f\u0080\u0085\u009fB"));
            assertEquals("[31mAB", cleanName("\u001b[31mAB"));
            // soft hyphen, zero width space, non-joiner, marks and overrides of direction, isolates, word joiner, BOM,
            // annotations
            assertEquals(
                    "AB",
                    cleanName(
                            "A\u00ad\u061c\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufff9B"));
            assertEquals("AB", cleanName("A" + Character.toString(0xE0041) + Character.toString(0x1D173) + "B"));
        }

        @Test
        void hasNoneOfThoseCategoriesWhateverWasSent() {
            for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
                String name = cleanName("a" + Character.toString(c) + "b");
                assertNotNull(name);
                boolean shown = name.codePoints().allMatch(UserTest::mayBeShown);
                assertTrue(shown, "U+" + Integer.toHexString(c));
            }
        }

        @Test
        void hasTwinsForWhatMattersInHtml() {
            assertEquals("\u2039b\u203aA\uff06amp;\u201d\u2019\u2019", cleanName("<b>A&amp;\"'`"));
        }

        @Test
        void hasNoHalfPairs() {
            assertEquals("a\ufffdb", cleanName("a\ud800b"));
            assertEquals("\ufffd\ufffd", cleanName("\udc00\ud800"));
            assertEquals("\ud83d\ude00\ufffd", cleanName("\ud83d\ude00\ud83d"));
        }

        @Test
        void hasOneToFiftyUnits() {
            assertNull(cleanName(""));
            assertNull(cleanName(" \u200b\u0000 "));
            assertEquals("x".repeat(50), cleanName("x".repeat(50)));
            assertNull(cleanName("x".repeat(51)));
            assertEquals("\ud83d\ude00".repeat(25), cleanName("\ud83d\ude00".repeat(25)));
            assertNull(cleanName("\ud83d\ude00".repeat(25) + "x"));
        }

        @Test
        void isCountedOnlyThen() {
            assertEquals("x".repeat(50), cleanName(" ".repeat(500) + "\u200b" + "x".repeat(50) + "\n".repeat(500)));
            assertEquals("x".repeat(50), cleanName("x\u0000\u200b".repeat(50)));
            assertNull(cleanName("x".repeat(1_000_000)));
        }

        @Test
        void doesNotChangeWhenCleanedAgain() {
            for (String sent : List.of(" <\u202eA & B> ", "\ud800", "\ud83d\udc69\u200d\ud83d\ude80", "''``\"\"")) {
                String once = cleanName(sent);
                assertNotNull(once);
                assertEquals(once, cleanName(once));
            }
        }
    }

    @Nested
    final class InJson {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Ada",
                    "\\",
                    "\\\\n",
                    "a\\u0041",
                    "\u2028\u2029",
                    "\u2039script\u203a",
                    "\ud83d\udc69\u200d\ud83d\ude80",
                    "\ufffd",
                    "/"
                })
        void aNameReadsAsItIs(String name) throws Exception {
            User user = new User("0123456789abcdef", name);

            JsonNode json = JSON.readTree(user.jsonBytes());
            assertEquals(
                    List.of("id", "name"),
                    json.properties().stream().map(member -> member.getKey()).toList());
            assertEquals("0123456789abcdef", json.get("id").textValue());
            assertEquals(name, json.get("name").textValue());
            assertEquals(name, JSON.readTree(user.quotedName()).textValue());
            assertEquals(user.json(), new String(user.jsonBytes(), StandardCharsets.UTF_8));
        }

        @Test
        void anInvitationNamesItsSender() throws Exception {
            JsonNode json = JSON.readTree(ServerMessage.flightInvitation("ABC234", new User("x", "a\\b"))
                    .toString());
            assertEquals("flight-invitation", json.get("type").textValue());
            assertEquals("ABC234", json.get("flightCode").textValue());
            assertEquals("a\\b", json.get("fromName").textValue());
        }
    }

    private static boolean mayBeShown(int c) {
        int category = Character.getType(c);
        return (c == 0x200D || (category != Character.CONTROL && category != Character.FORMAT))
                && category != Character.SURROGATE
                && "<>&\"'`".indexOf(c) < 0;
    }
}
