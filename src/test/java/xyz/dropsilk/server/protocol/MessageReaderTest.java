package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.protocol.ReadMessage.INVALID;
import static xyz.dropsilk.server.protocol.ReadMessage.UNKNOWN;
import static xyz.dropsilk.server.protocol.ReadMessage.read;
import static xyz.dropsilk.server.protocol.ReadMessage.relayed;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, 1: what is a message, and what it says. */
final class MessageReaderTest {
    @Nested
    final class TheFiveMessages {
        @Test
        void areRead() {
            assertEquals("register-details Ada", read("{\"type\":\"register-details\",\"name\":\"Ada\"}"));
            assertEquals("create-flight", read("{\"type\":\"create-flight\"}"));
            assertEquals("join-flight abc234", read("{\"type\":\"join-flight\",\"flightCode\":\"abc234\"}"));
            assertEquals(
                    "invite-to-flight x1 ABC234",
                    read("{\"type\":\"invite-to-flight\",\"inviteeId\":\"x1\",\"flightCode\":\"ABC234\"}"));
            assertEquals("signal", read("{\"type\":\"signal\",\"data\":1}"));
        }

        @Test
        void haveTheirKeysInAnyOrder() {
            assertEquals("register-details Ada", read("{\"name\":\"Ada\",\"type\":\"register-details\"}"));
            assertEquals(
                    "invite-to-flight x1 ABC234",
                    read("{\"flightCode\":\"ABC234\",\"type\":\"invite-to-flight\",\"inviteeId\":\"x1\"}"));
            assertEquals("{\"type\":\"signal\",\"data\":[1]}", relayed("{\"data\":[1],\"type\":\"signal\"}"));
        }

        @Test
        void mayHaveOtherKeys() {
            assertEquals(
                    "register-details Ada",
                    read(
                            "{\"localIp\":\"192.168.1.2\",\"type\":\"register-details\",\"localIpPrefix\":"
                                    + "{\"type\":\"signal\",\"type\":1,\"data\":2,\"data\":[]},\"name\":\"Ada\",\"\":null,\"t\":[]}"));
            assertEquals("create-flight", read("{\"Type\":1,\"types\":2,\"typ\":3,\"type\":\"create-flight\"}"));
        }

        @Test
        void mayHaveWhiteSpaceEverywhere() {
            assertEquals(
                    "register-details Ada",
                    read(
                            " \t\r\n{ \t\r\n\"type\"\n:\t\"register-details\"\r, \"name\" : \"Ada\" , \"x\":[ 1 , { } , [ ] ] } \n\r\t "));
        }

        @Test
        void haveTextsThatAreUnescaped() {
            assertEquals(
                    "register-details A\"\\/\b\f\n\r\t\u00e9\ud83d\ude00!",
                    read(
                            "{\"type\":\"register-details\",\"name\":\"\\u0041\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\uD83D\\ude00!\"}"));
            assertEquals(
                    "register-details \u00e9\ud83d\ude00",
                    read("{\"type\":\"register-details\",\"name\":\"\u00e9\ud83d\ude00\"}"));
            assertEquals("join-flight ABC234", read("{\"type\":\"join-flight\",\"flightCode\":\"\\u0041BC234\"}"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\\ud800",
                    "\\udc00",
                    "\\udc00\\ud800",
                    "\\ud800\\ud800",
                    "x\\ud83dx",
                    "\\ude00\\n",
                    "\\u0000"
                })
        void mayEscapeHalvesOfPairs(String text) {
            String outcome = read("{\"type\":\"register-details\",\"" + text + "\":0,\"name\":\"" + text + "\"}");
            assertTrue(outcome.startsWith("register-details "), outcome);
            assertFalse(outcome.contains("\\"), outcome);
        }

        @Test
        void mayEscapeTheirKeysAndTypes() {
            assertEquals("create-flight", read("{\"\\u0074ype\":\"create-fligh\\u0074\"}"));
            assertEquals("create-flight", read("{\"\\u0074\\u0079\\u0070\\u0065\":\"cre\\u0061te-flight\"}"));
            assertEquals("register-details Ada", read("{\"type\":\"register-details\",\"n\\u0061me\":\"Ada\"}"));
            assertEquals(
                    "invite-to-flight x1 ABC234",
                    read("{\"type\":\"invite-to-flight\",\"invitee\\u0049d\":\"x1\",\"flight\\u0043ode\":\"ABC234\"}"));
            assertEquals("{\"type\":\"signal\",\"data\":7}", relayed("{\"type\":\"sign\\u0061l\",\"d\\u0061ta\":7}"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\\u0174ype",
                    "\\u0054ype",
                    "typ\\u0065e",
                    "typ\\u0065\\u0000",
                    "\\type",
                    "t\\u0079p",
                    "type\\n"
                })
        void areNotFoundUnderOtherKeys(String key) {
            String outcome = read("{\"" + key + "\":\"create-flight\"}");
            assertEquals(INVALID, outcome);
        }

        @Test
        void passOnWhatIsNoStringAsNothing() {
            for (String value : new String[] {"1", "null", "true", "[\"Ada\"]", "{\"name\":\"Ada\"}"}) {
                assertEquals("register-details null", read("{\"type\":\"register-details\",\"name\":" + value + "}"));
                assertEquals("join-flight null", read("{\"type\":\"join-flight\",\"flightCode\":" + value + "}"));
            }
            assertEquals("register-details null", read("{\"type\":\"register-details\"}"));
            assertEquals("join-flight null", read("{\"type\":\"join-flight\"}"));
        }

        @Test
        void keepNothingOfTheMessageBefore() {
            read("{\"type\":\"register-details\",\"name\":\"Ada\",\"flightCode\":\"ABC234\",\"data\":1}");
            assertEquals("register-details null", read("{\"type\":\"register-details\"}"));
            assertEquals("join-flight null", read("{\"type\":\"join-flight\"}"));
            assertEquals(INVALID, read("{\"type\":\"signal\"}"));
            assertEquals(INVALID, read("{\"data\":1}"));
        }
    }

    @Nested
    final class Malformed {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "{",
                    "}",
                    "{}",
                    "[]",
                    "\"type\"",
                    "null",
                    "true",
                    "1",
                    "{ }",
                    "{\"type\"}",
                    "{\"type\":}",
                    "{\"type\":\"create-flight\"",
                    "{\"type\":\"create-flight",
                    "{\"type\":\"create-flight\",}",
                    "{,\"type\":\"create-flight\"}",
                    "{\"type\" \"create-flight\"}",
                    "{\"type\":\"create-flight\";}",
                    "{type:\"create-flight\"}",
                    "{'type':'create-flight'}",
                    "{\"type\":\"create-flight\" \"x\":1}",
                    "{\"type\":\"create-flight\",\"x\":1,,\"y\":2}",
                    "{\"type\":\"create-flight\",\"x\"}",
                    "{\"type\":\"create-flight\",\"x\":}",
                    "{\"type\":\"create-flight\",1:2}",
                    "{\"type\":\"create-flight\",null:2}",
                    "[{\"type\":\"create-flight\"}]",
                    "/**/{\"type\":\"create-flight\"}",
                })
        void isWhatIsNotOneObject(String message) {
            assertEquals(INVALID, read(message));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "x",
                    "}",
                    "{}",
                    ",",
                    "{\"type\":\"create-flight\"}",
                    "\u0000",
                    "\"",
                    "]",
                    "\f",
                    "\u000b",
                    "\u00a0",
                    "\u2028",
                    "\ufeff",
                    "//",
                    "#",
                })
        void isWhatHasSomethingBeforeOrBehind(String more) {
            assertEquals("create-flight", read("{\"type\":\"create-flight\"}"));
            assertEquals(INVALID, read("{\"type\":\"create-flight\"}" + more));
            assertEquals(INVALID, read("{\"type\":\"create-flight\"} " + more));
            assertEquals(INVALID, read(more + "{\"type\":\"create-flight\"}"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1",
                    "null",
                    "true",
                    "false",
                    "[\"create-flight\"]",
                    "{\"type\":\"create-flight\"}",
                    "{}",
                    "-0.5e9"
                })
        void isATypeThatIsNoString(String type) {
            assertEquals(INVALID, read("{\"type\":" + type + "}"));
            assertEquals(INVALID, read("{\"type\":" + type + ",\"data\":1}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"type", "\\u0074ype", "t\\u0079pe", "\\u0074\\u0079\\u0070\\u0065"})
        void isATypeNamedTwice(String again) {
            assertEquals(INVALID, read("{\"type\":\"create-flight\",\"" + again + "\":\"create-flight\"}"));
            assertEquals(INVALID, read("{\"type\":\"create-flight\",\"x\":1,\"" + again + "\":null}"));
            assertEquals(INVALID, read("{\"" + again + "\":1,\"type\":\"create-flight\"}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"data", "\\u0064ata", "dat\\u0061", "d\\u0061t\\u0061"})
        void isDataNamedTwice(String again) {
            assertEquals(INVALID, read("{\"type\":\"signal\",\"data\":1,\"" + again + "\":1}"));
            assertEquals(INVALID, read("{\"" + again + "\":1,\"data\":2,\"type\":\"signal\"}"));
            assertEquals(INVALID, read("{\"type\":\"create-flight\",\"data\":1,\"" + again + "\":1}"));
        }

        @Test
        void isNotAnotherKeyNamedTwice() {
            assertEquals(
                    "register-details Bob", read("{\"type\":\"register-details\",\"name\":\"Ada\",\"name\":\"Bob\"}"));
            assertEquals("create-flight", read("{\"x\":1,\"type\":\"create-flight\",\"x\":2}"));
        }

        @Test
        void isAnInvitationWithoutItsFields() {
            assertEquals(INVALID, read("{\"type\":\"invite-to-flight\"}"));
            assertEquals(INVALID, read("{\"type\":\"invite-to-flight\",\"inviteeId\":\"x1\"}"));
            assertEquals(INVALID, read("{\"type\":\"invite-to-flight\",\"flightCode\":\"ABC234\"}"));
            assertEquals(INVALID, read("{\"type\":\"invite-to-flight\",\"inviteeId\":1,\"flightCode\":\"ABC234\"}"));
            assertEquals(INVALID, read("{\"type\":\"invite-to-flight\",\"inviteeId\":\"x1\",\"flightCode\":null}"));
        }

        @Test
        void isASignalWithoutData() {
            assertEquals(INVALID, read("{\"type\":\"signal\"}"));
            assertEquals(INVALID, read("{\"type\":\"signal\",\"Data\":1}"));
            assertEquals(INVALID, read("{\"type\":\"signal\",\"x\":{\"data\":1}}"));
        }

        @Test
        void isAByteOrderMark() {
            assertEquals(INVALID, read("\ufeff{\"type\":\"create-flight\"}"));
        }

        static Charset[] otherEncodings() {
            return new Charset[] {UTF_16BE, UTF_16LE, Charset.forName("UTF-32BE"), Charset.forName("UTF-32LE")};
        }

        @ParameterizedTest
        @MethodSource("otherEncodings")
        void isAnotherEncoding(Charset encoding) {
            assertEquals(INVALID, read("{\"type\":\"create-flight\"}".getBytes(encoding)));
            assertEquals(INVALID, read("\ufeff{\"type\":\"create-flight\"}".getBytes(encoding)));
        }

        @Test
        void isEachBeginningOfAMessage() {
            String message = " {\"type\":\"signal\",\"data\":{\"a\\u00e9\":[1.5e-3,true,null,\"x\\n\"]}}";
            for (int i = 0; i < message.length(); i++) {
                assertEquals(INVALID, read(message.substring(0, i)));
            }
            assertEquals("signal", read(message));
        }

        @Test
        void isANulByteAnywhere() {
            String message = " {\"type\":\"signal\",\"data\":{\"a\":[1.5e-3,true,\"x\"]}} ";
            for (int i = 0; i <= message.length(); i++) {
                assertEquals(INVALID, read(message.substring(0, i) + "\u0000" + message.substring(i)));
            }
        }
    }

    @Nested
    final class TypesThatTheServerDoesNotKnow {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "x",
                    "Signal",
                    "signal ",
                    " signal",
                    "registered",
                    "peer-left",
                    "create-flight\\u0000",
                    "\\ud800",
                    "\u00e9"
                })
        void areUnknown(String type) {
            assertEquals(UNKNOWN, read("{\"type\":\"" + type + "\",\"data\":1}"));
        }

        @Test
        void areMalformedFirstIfTheyAreThat() {
            assertEquals(INVALID, read("{\"type\":\"x\",\"data\":}"));
        }
    }

    @Nested
    final class ASignal {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "true",
                    "false",
                    "0",
                    "-1.50E+3",
                    "\"\"",
                    "\"text\"",
                    "{}",
                    "[]",
                    "[ ]",
                    "{ \"a\" : 1 }",
                    "{\"a\":1,\"a\":2}",
                    "\"\\ud800\"",
                    "\"\\udc00\\ud800\"",
                    "{\"\\ud83d\":\"\\ude00\"}",
                    "[1,\n\t2 ]",
                    "{\"type\":\"server-shutdown\",\"type\":\"peer-left\",\"data\":[],\"data\":{}}",
                    "\"\u00e9\u2028\ud83d\ude00\"",
                    "\"}}\\\"}\"",
                    "\"</script>\\/\"",
                    "{\"__proto__\":{}}",
                    "1e999",
                    "\"\u007f\"",
                })
        void isRelayedByteForByte(String data) {
            String relayed = "{\"type\":\"signal\",\"data\":" + data + "}";
            assertEquals(relayed, relayed("{\"type\":\"signal\",\"data\":" + data + "}"));
            assertEquals(relayed, relayed("{\"data\":" + data + ",\"type\":\"signal\"}"));
            assertEquals(relayed, relayed("  {  \"data\"  :  " + data + "  ,  \"type\"  :  \"signal\"  }  "));
            assertEquals(
                    relayed,
                    relayed("{\"x\":[\"\\u0000\"],\"data\":" + data + ",\"y\":{},\"type\":\"signal\",\"to\":\"all\"}"));
        }

        @Test
        void isRelayedWhateverItsLength() {
            StringBuilder data = new StringBuilder("\"");
            for (int i = 0; i < 300; i++) {
                String message = "{\"data\":" + data + "\",\"type\":\"signal\"}";
                assertArrayEquals(
                        ("{\"type\":\"signal\",\"data\":" + data + "\"}").getBytes(UTF_8),
                        relayed(message.getBytes(UTF_8)));
                data.append((char) ('a' + i % 26));
            }
        }

        @Test
        void isNotForgedByWhatStandsInsideData() {
            assertEquals(INVALID, read("{\"data\":{\"type\":\"signal\"}}"));
            assertEquals("create-flight", read("{\"data\":{\"type\":\"signal\"},\"type\":\"create-flight\"}"));
            assertEquals(INVALID, read("{\"type\":\"signal\",\"data\":1},\"type\":\"peer-left\"}"));
        }
    }
}
