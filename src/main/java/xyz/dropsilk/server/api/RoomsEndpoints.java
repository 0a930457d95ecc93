package xyz.dropsilk.server.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Guard;
import xyz.dropsilk.server.http.PercentEncoding;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.RateLimit;
import xyz.dropsilk.server.protocol.JsonText;
import xyz.dropsilk.server.protocol.WhiteSpace;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.room.Rooms.Answer;

/**
 * What lies at and below {@code /api/rooms} (rooms contract, 1). Answers on the caller's event loop: nothing here waits. Neither path nor query of
 * a request goes into any event, since they hold secrets.
 */
public final class RoomsEndpoints {
    private static final String PATH = "/api/rooms";
    private static final String CODE = "code";
    private static final String PARTICIPANT = "id";
    private static final String ROOM = PATH + "/{" + CODE + "}";
    private static final String MEMBER = ROOM + "/participants/{" + PARTICIPANT + "}";

    private static final Response NOT_AN_ENDPOINT = error(404, "Room endpoint not found.");
    private static final Response NOT_A_METHOD = error(405, "Method not allowed.");
    private static final Response NOT_A_PARTICIPANT = error(404, "Room not found or participant is not part of it.");
    private static final Response NOT_FOUND = error(400, "Room not found or expired");
    private static final Response FULL = error(400, "Room already has two participants");
    private static final Response PEER_SHARES = error(400, "Peer is already screen sharing");
    private static final Response TOO_MANY_ATTEMPTS = error(429, "Too many attempts, try again later");
    private static final Response NETWORK_FULL =
            error(429, "Too many rooms, try again later").with("Retry-After", "60");
    private static final Response SERVER_FULL =
            error(503, "Too many rooms, try again later").with("Retry-After", "60");
    private static final Response AWAY =
            error(503, "Rooms are not available, try again shortly").with("Retry-After", "5");

    private static final String QUERY_PARTICIPANT = "participantId";

    /** A network's allowance of wrong codes is whole again after a minute. */
    private static final String MINUTE = "60";

    private final Rooms rooms;
    private final JoinLimit joins;
    private final RateLimit creations;
    private final BooleanSupplier stopping;
    private final EventSink events;

    /** One of the things to do with rooms: what it refuses before the body is looked at, and what it does. */
    private final class RoomEndpoint implements Endpoint {
        private final Function<Request, @Nullable Response> tooMany;
        private final Action action;

        RoomEndpoint(Function<Request, @Nullable Response> tooMany, Action action) {
            this.tooMany = tooMany;
            this.action = action;
        }

        @Override
        public Response wrongMethod() {
            return NOT_A_METHOD;
        }

        @Override
        public @Nullable Response refusal(Request request) {
            return stopping.getAsBoolean() ? AWAY : tooMany.apply(request);
        }

        @Override
        public CompletionStage<Response> answer(Request request) {
            List<String> issues = new ArrayList<>(0);
            Supplier<CompletionStage<Response>> decided =
                    action.read(request, new Rooms.Caller(request.client(), request.network()), issues);
            return issues.isEmpty() ? decided.get() : CompletableFuture.completedFuture(invalid(issues));
        }
    }

    /** Reads from a request what is to be done. */
    private interface Action {
        /** What does it, to be called only if {@code issues} are still empty. */
        Supplier<CompletionStage<Response>> read(Request request, Rooms.Caller caller, List<String> issues);
    }

    /** What somebody in a room does, as a body says it. */
    private interface Change {
        CompletionStage<Answer> of(String code, String secret, Rooms.Caller caller);
    }

    /**
     * Endpoints for {@code rooms}.
     *
     * @param joins the wrong codes that a network may name, over all doors
     * @param creations how many rooms a network may create
     * @param stopping whether the server stops
     */
    public RoomsEndpoints(
            Rooms rooms, JoinLimit joins, RateLimit creations, BooleanSupplier stopping, EventSink events) {
        this.rooms = rooms;
        this.joins = joins;
        this.creations = creations;
        this.stopping = stopping;
        this.events = events;
    }

    /** Adds them to {@code router}, for whom {@code pages} lets in. */
    public void addTo(Router router, Pages pages) {
        Guard guard = new RoomsGuard(pages);
        router.nothingBelow(PATH, guard, NOT_AN_ENDPOINT);
        add(router, guard, HttpMethod.POST, PATH, new RoomEndpoint(this::tooManyRooms, this::create));
        add(router, guard, HttpMethod.POST, ROOM + "/join", new RoomEndpoint(this::tooManyTries, this::join));
        add(router, guard, HttpMethod.GET, ROOM, new RoomEndpoint(request -> null, this::poll));
        add(router, guard, HttpMethod.POST, MEMBER + "/ready", member(this::ready));
        add(router, guard, HttpMethod.POST, MEMBER + "/chat", member(this::chat));
        add(router, guard, HttpMethod.POST, MEMBER + "/screen-share", member(this::share));
    }

    private static void add(Router router, Guard guard, HttpMethod method, String path, Endpoint endpoint) {
        router.add(path, guard, endpoint, method, HttpMethod.OPTIONS);
    }

    private @Nullable Response tooManyRooms(Request request) {
        long seconds = creations.secondsUntilPermit(request.network());
        if (seconds == 0) {
            return null;
        }
        refused(Refusal.ROOM_RATE, request);
        return TOO_MANY_ATTEMPTS.with("Retry-After", Long.toString(seconds));
    }

    private @Nullable Response tooManyTries(Request request) {
        if (joins.triesOf(request.network()).mayTry()) {
            return null;
        }
        refused(Refusal.JOIN_RATE, request);
        return TOO_MANY_ATTEMPTS.with("Retry-After", MINUTE);
    }

    private Supplier<CompletionStage<Response>> create(Request request, Rooms.Caller caller, List<String> issues) {
        String name = RoomBody.read(request.body(), issues).name();
        return () -> rooms.create(name, caller).thenApply(answer -> created(answer, request));
    }

    private Supplier<CompletionStage<Response>> join(Request request, Rooms.Caller caller, List<String> issues) {
        String code = code(request, issues);
        String name = RoomBody.read(request.body(), issues).name();
        return () -> rooms.join(code, name, caller, joins.triesOf(request.network()))
                .thenApply(answer -> joined(answer, request));
    }

    private Supplier<CompletionStage<Response>> poll(Request request, Rooms.Caller caller, List<String> issues) {
        String code = code(request, issues);
        String secret = secret(onlyParticipant(request.rawQuery()), issues);
        return () -> rooms.poll(code, secret, caller).thenApply(RoomsEndpoints::ofParticipant);
    }

    private RoomEndpoint member(Function<RoomBody, Change> reader) {
        return new RoomEndpoint(request -> null, (request, caller, issues) -> {
            String code = code(request, issues);
            String secret = secret(request.parameter(PARTICIPANT), issues);
            Change change = reader.apply(RoomBody.read(request.body(), issues));
            return () -> change.of(code, secret, caller).thenApply(RoomsEndpoints::ofParticipant);
        });
    }

    private Change ready(RoomBody body) {
        int files = body.fileCount();
        long bytes = body.totalBytes();
        return (code, secret, caller) -> rooms.ready(code, secret, caller, files, bytes);
    }

    private Change chat(RoomBody body) {
        boolean active = body.active();
        return (code, secret, caller) -> rooms.chat(code, secret, caller, active);
    }

    private Change share(RoomBody body) {
        boolean active = body.active();
        return (code, secret, caller) -> rooms.share(code, secret, caller, active);
    }

    // --- what was sent ---

    private static String code(Request request, List<String> issues) {
        String code = FlightCode.parse(request.parameter(CODE));
        if (code == null) {
            issues.add("roomCode: should be 6 characters");
            return "";
        }
        return code;
    }

    private static String secret(@Nullable String sent, List<String> issues) {
        String secret = sent == null ? "" : WhiteSpace.trim(sent);
        if (secret.isEmpty() || secret.length() > Rooms.MAX_ID_UNITS) {
            issues.add("participantId: should be one id of 1 to " + Rooms.MAX_ID_UNITS + " characters");
        }
        return secret;
    }

    /** The query's {@code participantId}, a plus sign being a space; null unless there is just one, or if it can't be decoded. */
    private static @Nullable String onlyParticipant(String query) {
        String found = null;
        int end;
        for (int from = 0; from <= query.length(); from = end + 1) {
            int ampersand = query.indexOf('&', from);
            end = ampersand < 0 ? query.length() : ampersand;
            int equals = query.indexOf('=', from);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (QUERY_PARTICIPANT.equals(PercentEncoding.decode(query.substring(from, nameEnd)))) {
                if (found != null) {
                    return null;
                }
                found = query.substring(Math.min(nameEnd + 1, end), end).replace('+', ' ');
            }
        }
        return found == null ? null : PercentEncoding.decode(found);
    }

    // --- answers ---

    private Response created(Answer answer, Request request) {
        return switch (answer.outcome()) {
            case DONE -> Response.json(201, answer.summary());
            case NETWORK_FULL -> {
                refused(Refusal.ROOMS, request);
                yield NETWORK_FULL;
            }
            case SERVER_FULL -> {
                refused(Refusal.ROOMS, request);
                yield SERVER_FULL;
            }
            case AWAY -> AWAY;
            case NOT_FOUND, FULL, PEER_SHARES -> NOT_A_PARTICIPANT; // it was ended before anybody saw it
        };
    }

    private Response joined(Answer answer, Request request) {
        if (answer.outcome() == Rooms.Outcome.DONE) {
            return Response.json(200, answer.summary());
        }
        if (answer.outcome() == Rooms.Outcome.AWAY) {
            return AWAY;
        }
        refused(Refusal.WRONG_CODE, request);
        return answer.outcome() == Rooms.Outcome.FULL ? FULL : NOT_FOUND;
    }

    private static Response ofParticipant(Answer answer) {
        return switch (answer.outcome()) {
            case DONE -> Response.json(200, answer.summary());
            case PEER_SHARES -> PEER_SHARES;
            case AWAY -> AWAY;
            case NOT_FOUND, FULL, NETWORK_FULL, SERVER_FULL -> NOT_A_PARTICIPANT;
        };
    }

    private static Response invalid(List<String> issues) {
        String listed = issues.stream().map(JsonText::quoted).collect(Collectors.joining(","));
        return Response.json(400, "{\"error\":\"Invalid request\",\"issues\":[" + listed + "]}");
    }

    private static Response error(int status, String text) {
        return Response.json(status, "{\"error\":\"" + text + "\"}");
    }

    private void refused(Refusal refusal, Request request) {
        events.publish(new Refused(refusal, request.client()));
    }
}
