package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.WebClient;

/** Rooms of two whole servers on one real engine: the rooms contract, 2, "Storage", and what else of it crosses instances. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClusterRoomsIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Redis redis;
    private TestServer one;
    private TestServer other;

    @BeforeEach
    void start() {
        redis = new Redis();
        one = server();
        other = server();
        Await.until("both are connected", () -> isUp(one) && isUp(other));
    }

    private TestServer server() {
        return TestServer.with("REDIS_URL", redis.url())
                .with("JOIN_FAILURES_PER_MINUTE", 6)
                .start();
    }

    private static boolean isUp(TestServer server) {
        return server.isShared()
                && server.events("bus:away").size() <= server.events("bus:back").size();
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
        redis.close();
    }

    private static HttpResponse<String> send(TestServer to, String method, String path, String body) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + to.port() + "/api/rooms" + path))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A participant, whose page asks whichever server. */
    private record Page(String code, String id) {
        static Page of(HttpResponse<String> answer, int status) {
            assertEquals(status, answer.statusCode(), answer.body());
            JsonNode summary = WebClient.json(answer.body());
            return new Page(
                    summary.path("roomCode").asText(),
                    summary.path("self").path("participantId").asText());
        }

        HttpResponse<String> ask(TestServer server) {
            return send(server, "GET", "/" + code + "?participantId=" + id, "");
        }

        JsonNode poll(TestServer server) {
            HttpResponse<String> answer = ask(server);
            assertEquals(200, answer.statusCode(), answer.body());
            return WebClient.json(answer.body());
        }

        HttpResponse<String> change(TestServer server, String what, String body) {
            return send(server, "POST", "/" + code + "/participants/" + id + "/" + what, body);
        }

        JsonNode ready(TestServer server) {
            HttpResponse<String> answer = change(server, "ready", "{\"fileCount\":2,\"totalBytes\":3}");
            assertEquals(200, answer.statusCode(), answer.body());
            return WebClient.json(answer.body());
        }

        JsonNode attach(WebClient socket, String channel) {
            socket.send("{\"type\":\"attach-room\",\"roomCode\":\"" + code + "\",\"participantId\":\"" + id
                    + "\",\"channel\":\"" + channel + "\"}");
            return socket.expect("room-attached");
        }
    }

    private static Page create(TestServer server) {
        return Page.of(send(server, "POST", "", "{\"name\":\"Ann\"}"), 201);
    }

    private static HttpResponse<String> tryToJoin(TestServer server, String code) {
        return send(server, "POST", "/" + code + "/join", "{\"name\":\"Bob\"}");
    }

    private static Page join(TestServer server, String code) {
        return Page.of(tryToJoin(server, code), 200);
    }

    private static WebClient at(TestServer server) {
        return WebClient.from("203.0.113.7", server.port());
    }

    @Test
    void aTransferAChatAndAnEndAcrossInstances() {
        Page host = create(one);
        assertEquals("waiting", host.poll(other).path("status").asText());
        Page guest = join(other, host.code.toLowerCase(Locale.ROOT));
        assertEquals("Bob", host.poll(one).path("peer").path("name").asText());
        assertEquals(
                guest.poll(one).path("peer").path("participantId").asText(),
                guest.poll(other).path("peer").path("participantId").asText());
        assertTrue(host.ready(one).path("shouldConnect").asBoolean());
        assertTrue(guest.poll(other).path("shouldConnect").asBoolean());
        try (WebClient hosts = at(one);
                WebClient guests = at(other)) {
            assertEquals("host", host.attach(hosts, "transfer").path("role").asText());
            JsonNode attached = guest.attach(guests, "transfer");
            assertEquals("Ann", attached.path("peer").path("name").asText());
            assertEquals(
                    hosts.id(),
                    guests.expect("peer-joined").path("peer").path("id").asText());
            assertEquals(
                    guests.id(),
                    hosts.expect("peer-joined").path("peer").path("id").asText());
            hosts.signal("1");
            assertEquals(1, guests.expect("signal").path("data").asInt());
            guests.signal("2");
            assertEquals(2, hosts.expect("signal").path("data").asInt());
            assertEquals(200, guest.change(one, "chat", "{\"active\":true}").statusCode());
            assertTrue(host.poll(other).path("chat").path("isActive").asBoolean());
            chat(host, guest);
            assertEquals(
                    200, host.change(other, "screen-share", "{\"active\":true}").statusCode());
            assertEquals(
                    "{\"error\":\"Peer is already screen sharing\"}",
                    guest.change(one, "screen-share", "{\"active\":true}").body());
            hosts.leave();
            guests.expect("peer-left");
            JsonNode alone = guest.poll(one);
            assertEquals("waiting", alone.path("status").asText());
            assertEquals("host", alone.path("self").path("role").asText());
            assertFalse(alone.path("chat").path("isActive").asBoolean());
            assertEquals(404, host.ask(one).statusCode());
            assertEquals(404, host.ask(other).statusCode());
            Page next = join(one, host.code);
            try (WebClient third = at(one)) {
                assertEquals(
                        "guest", next.attach(third, "transfer").path("role").asText());
                assertEquals(
                        "host", guest.attach(guests, "transfer").path("role").asText());
                third.expect("peer-joined");
                guests.expect("peer-joined");
                third.leave();
            }
            guests.expect("peer-left");
            guests.leave();
        }
        Await.until(
                "the last one has left",
                () -> one.events("room:ended").size()
                                + other.events("room:ended").size()
                        == 1);
        assertEquals(
                "{\"error\":\"Room not found or expired\"}",
                tryToJoin(one, host.code).body());
    }

    private void chat(Page host, Page guest) {
        try (WebClient hosts = at(other);
                WebClient guests = at(one)) {
            guest.attach(guests, "chat");
            host.attach(hosts, "chat");
            guests.expect("peer-joined");
            hosts.expect("peer-joined");
            guests.leave();
            hosts.expect("peer-left");
        }
    }

    @Test
    void aSocketIsReplacedByOneOnAnotherInstance() {
        Page host = create(one);
        Page guest = join(other, host.code);
        try (WebClient hosts = at(one);
                WebClient older = at(one);
                WebClient newer = at(other)) {
            host.attach(hosts, "transfer");
            guest.attach(older, "transfer");
            older.expect("peer-joined");
            hosts.expect("peer-joined");
            guest.attach(newer, "transfer");
            newer.expect("peer-joined");
            hosts.expect("peer-left");
            hosts.expect("peer-joined");
            Await.until("it is closed", older::isClosed);
            newer.signal("5");
            assertEquals(5, hosts.expect("signal").path("data").asInt());
            assertEquals("paired", guest.poll(one).path("status").asText());
        }
    }

    @Test
    void twoJoinsOneSeatAndOneNamespaceAndOneAllowance() {
        Page host = create(one);
        join(other, host.code);
        HttpResponse<String> late = tryToJoin(one, host.code);
        assertEquals("{\"error\":\"Room already has two participants\"}", late.body());
        try (WebClient creator = at(other);
                WebClient joiner = at(one)) {
            String flight = creator.createFlight();
            assertEquals(
                    "{\"error\":\"Room not found or expired\"}",
                    tryToJoin(one, flight).body());
            joiner.join(host.code).expectError("Flight not found or full", "flight_not_found");
        }
        Await.until(
                "wrong codes count on both", () -> tryToJoin(other, "AAAAAA").statusCode() == 429);
        Await.until("on each", () -> tryToJoin(one, "AAAAAA").statusCode() == 429);
    }

    @Test
    void anInvitationNamesARoomThatAnotherInstanceCreated() {
        Page host = create(one);
        try (WebClient inviter = at(other);
                WebClient invitee = at(other)) {
            inviter.expectList(invitee);
            inviter.invite(invitee.id(), host.code);
            assertEquals(
                    host.code,
                    invitee.expect("flight-invitation").path("flightCode").asText());
        }
        assertEquals(0, other.refused("wrong_code"));
    }

    @Test
    void aRoomOutlivesTheProcess() {
        Page host = create(one);
        Page guest = join(one, host.code);
        guest.ready(one);
        WebClient hosts = at(one);
        WebClient guests = at(other);
        host.attach(hosts, "transfer");
        guest.attach(guests, "transfer");
        guests.expect("peer-joined");
        hosts.expect("peer-joined");
        String shown = guest.poll(other).path("peer").path("participantId").asText();
        one.stop();
        JsonNode seen = guest.poll(other);
        assertEquals(shown, seen.path("peer").path("participantId").asText());
        assertEquals("ready", host.poll(other).path("status").asText());
        other.stop();
        try (TestServer next = server()) {
            Await.until("it is connected", () -> isUp(next));
            JsonNode back = host.poll(next);
            assertEquals("host", back.path("self").path("role").asText());
            assertEquals("Bob", back.path("peer").path("name").asText());
            assertTrue(back.path("peer").path("ready").asBoolean());
            assertTrue(back.path("shouldConnect").asBoolean());
            try (WebClient again = at(next);
                    WebClient peers = at(next)) {
                host.attach(again, "transfer");
                guest.attach(peers, "transfer");
                peers.expect("peer-joined");
                again.expect("peer-joined");
                guest.poll(next);
                assertEquals(0, next.events("room:silent").size());
            }
        }
        hosts.close();
        guests.close();
    }

    @Test
    void withTheEngineAwayARoomGoesOnFromItsCopies() {
        Page host = create(one);
        Page guest = join(one, host.code);
        Page unknown = create(other);
        redis.kill();
        one.awaitEvent("bus:away", event -> true);
        other.awaitEvent("bus:away", event -> true);
        assertEquals("paired", host.poll(one).path("status").asText());
        assertEquals("ready", guest.ready(one).path("status").asText());
        HttpResponse<String> join = tryToJoin(one, unknown.code);
        assertEquals(503, join.statusCode());
        assertEquals("{\"error\":\"Rooms are not available, try again shortly\"}", join.body());
        assertEquals(503, unknown.ask(one).statusCode());
        assertEquals(0, one.refused("wrong_code"));
        try (WebClient hosts = at(one);
                WebClient guests = at(one)) {
            host.attach(hosts, "transfer");
            guest.attach(guests, "transfer");
            guests.expect("peer-joined");
            hosts.expect("peer-joined");
            redis.start(); // it has lost everything
            one.awaitEvent("bus:back", event -> true);
            other.awaitEvent("bus:back", event -> true);
            Await.until(
                    "the other knows it again",
                    () -> host.ask(other).statusCode() == 200
                            && host.poll(other).path("peer").path("ready").asBoolean());
            assertEquals("waiting", unknown.poll(other).path("status").asText());
            Await.until("and tells", () -> unknown.ask(one).statusCode() == 200);
            hosts.signal("1");
            assertEquals(1, guests.expect("signal").path("data").asInt());
            Await.until(
                    "changes are let in again",
                    () -> guest.change(other, "chat", "{\"active\":true}").statusCode() == 200);
            assertTrue(host.poll(one).path("chat").path("isActive").asBoolean());
            guests.leave();
            hosts.expect("peer-left");
            assertEquals("waiting", host.poll(other).path("status").asText());
        }
    }

    @Test
    void whoCameMeanwhileIsThereForAll() {
        Page host = create(one);
        redis.freeze();
        try {
            one.awaitEvent("bus:away", event -> true);
            Page guest = join(one, host.code);
            Page made = create(one);
            redis.thaw();
            one.awaitEvent("bus:back", event -> true);
            Await.until("the join is known", () -> guest.ask(other).statusCode() == 200);
            Await.until("the room is known", () -> made.ask(other).statusCode() == 200);
            assertNotEquals("null", host.poll(other).path("peer").toString());
        } finally {
            redis.thaw();
        }
    }

    /** Whoever reloads comes back by the link after 5 s, whichever instance served it before. */
    @Test
    void aSeatThatNobodyHasBeenHeardOfForGivesWay() {
        try (TestServer patient = TestServer.with("REDIS_URL", redis.url())
                .with("JOIN_FAILURES_PER_MINUTE", 0)
                .start()) {
            Await.until("it is connected", () -> isUp(patient));
            Page host = create(one);
            Page gone = join(other, host.code);
            assertEquals(400, tryToJoin(patient, host.code).statusCode());
            Await.until("it gives way", () -> {
                host.poll(other);
                return tryToJoin(patient, host.code).statusCode() == 200;
            });
            assertEquals(404, gone.ask(other).statusCode());
            assertEquals("paired", host.poll(one).path("status").asText());
        }
    }

    @Test
    void aRoomExpiresOnceForAll() {
        try (TestServer brief = TestServer.with("REDIS_URL", redis.url())
                        .with("ROOM_TTL_MINUTES", "0.03")
                        .start();
                TestServer too = TestServer.with("REDIS_URL", redis.url())
                        .with("ROOM_TTL_MINUTES", "0.03")
                        .start()) {
            Await.until("both are connected", () -> isUp(brief) && isUp(too));
            Page host = create(brief);
            host.poll(too);
            Await.until(
                    "it is told",
                    () -> brief.events("room:ended").size()
                                    + too.events("room:ended").size()
                            == 1);
            assertEquals(404, host.ask(brief).statusCode());
            assertEquals(404, host.ask(too).statusCode());
        }
    }
}
