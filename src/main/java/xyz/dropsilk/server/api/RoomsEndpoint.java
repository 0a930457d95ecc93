package xyz.dropsilk.server.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.PercentEncoding;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.RateLimit;
import xyz.dropsilk.server.protocol.JsonText;
import xyz.dropsilk.server.protocol.WhiteSpace;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.room.Rooms.Answer;

/**
 * All that lies at and below {@code /api/rooms} (rooms contract, 1). Answers on the caller's event loop: nothing here waits. Neither path nor query of
 * a request goes into any event, since they hold secrets.
 */
public final class RoomsEndpoint implements Endpoint {
    /** Where the endpoint lies. */
    public static final String PATH = "/api/rooms";

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
    private static final Response TOO_LARGE = Response.text(413, "Content Too Large");

    private static final String PARTICIPANT_ID = "participantId";

    /** A network's allowance of wrong codes is whole again after a minute. */
    private static final String MINUTE = "60";

    private final Rooms rooms;
    private final JoinLimit joins;
    private final RateLimit creations;
    private final BooleanSupplier stopping;
    private final EventSink events;

    /** What a path asks for. */
    private enum Action {
        CREATE,
        POLL,
        JOIN,
        READY,
        CHAT,
        SHARE;

        boolean allows(HttpMethod asked) {
            return this == POLL
                    ? asked.equals(HttpMethod.GET) || asked.equals(HttpMethod.HEAD)
                    : asked.equals(HttpMethod.POST);
        }

        String allowed() {
            return this == POLL ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
        }
    }

    /** A path, its parameters as they were sent. */
    private record Target(
            Action action, String code, @Nullable String participant) {}

    /**
     * An endpoint for {@code rooms}.
     *
     * @param joins the wrong codes that a network may name, over all doors
     * @param creations how many rooms a network may create
     * @param stopping whether the server stops
     */
    public RoomsEndpoint(
            Rooms rooms, JoinLimit joins, RateLimit creations, BooleanSupplier stopping, EventSink events) {
        this.rooms = rooms;
        this.joins = joins;
        this.creations = creations;
        this.stopping = stopping;
        this.events = events;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return decide(request);
    }

    private CompletionStage<Response> decide(Request request) {
        Target target = target(request.path());
        if (target == null) {
            return answered(NOT_AN_ENDPOINT);
        }
        if (!target.action.allows(request.method())) {
            return answered(NOT_A_METHOD.with("Allow", target.action.allowed()));
        }
        if (stopping.getAsBoolean()) {
            return answered(AWAY);
        }
        CodeTries tries = target.action == Action.JOIN ? joins.triesOf(request.network()) : null;
        Response tooMany = tooMany(target.action, request, tries);
        if (tooMany != null) {
            return answered(tooMany);
        }
        if (request.body() == null) {
            refused(Refusal.BODY_TOO_LARGE, request);
            return answered(TOO_LARGE);
        }
        return act(target, request, tries);
    }

    private static @Nullable Target target(String path) {
        String[] parts = path.substring(PATH.length()).split("/", -1);
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].isEmpty()) {
                return null;
            }
        }
        return switch (parts.length) {
            case 1 -> new Target(Action.CREATE, "", null);
            case 2 -> new Target(Action.POLL, parts[1], null);
            case 3 -> parts[2].equals("join") ? new Target(Action.JOIN, parts[1], null) : null;
            case 5 -> parts[2].equals("participants") ? change(parts[4], parts[1], parts[3]) : null;
            default -> null;
        };
    }

    private static @Nullable Target change(String what, String code, String participant) {
        return switch (what) {
            case "ready" -> new Target(Action.READY, code, participant);
            case "chat" -> new Target(Action.CHAT, code, participant);
            case "screen-share" -> new Target(Action.SHARE, code, participant);
            default -> null;
        };
    }

    private @Nullable Response tooMany(Action action, Request request, @Nullable CodeTries tries) {
        if (action == Action.CREATE) {
            long seconds = creations.secondsUntilPermit(request.network());
            if (seconds > 0) {
                refused(Refusal.ROOM_RATE, request);
                return TOO_MANY_ATTEMPTS.with("Retry-After", Long.toString(seconds));
            }
        } else if (tries != null && !tries.mayTry()) {
            refused(Refusal.JOIN_RATE, request);
            return TOO_MANY_ATTEMPTS.with("Retry-After", MINUTE);
        }
        return null;
    }

    private CompletionStage<Response> act(Target target, Request request, @Nullable CodeTries tries) {
        List<String> issues = new ArrayList<>(0);
        Rooms.Caller caller = new Rooms.Caller(request.client(), request.network());
        Supplier<CompletionStage<Response>> action = switch (target.action) {
            case CREATE -> create(request, caller, issues);
            case JOIN -> join(target, request, caller, Objects.requireNonNull(tries), issues);
            case POLL -> poll(target, request, caller, issues);
            case READY, CHAT, SHARE -> change(target, request, caller, issues);
        };
        return issues.isEmpty() ? action.get() : answered(invalid(issues));
    }

    private Supplier<CompletionStage<Response>> create(Request request, Rooms.Caller caller, List<String> issues) {
        String name = RoomBody.read(request.body(), issues).name();
        return () -> rooms.create(name, caller).thenApply(answer -> uncached(created(answer, request)));
    }

    private Supplier<CompletionStage<Response>> join(
            Target target, Request request, Rooms.Caller caller, CodeTries tries, List<String> issues) {
        String code = code(target.code, issues);
        String name = RoomBody.read(request.body(), issues).name();
        return () -> rooms.join(code, name, caller, tries).thenApply(answer -> uncached(joined(answer, request)));
    }

    private Supplier<CompletionStage<Response>> poll(
            Target target, Request request, Rooms.Caller caller, List<String> issues) {
        String code = code(target.code, issues);
        String secret = secret(onlyParticipant(request.rawQuery()), issues);
        return () -> rooms.poll(code, secret, caller)
                .thenApply(RoomsEndpoint::ofParticipant)
                .thenApply(RoomsEndpoint::uncached);
    }

    private Supplier<CompletionStage<Response>> change(
            Target target, Request request, Rooms.Caller caller, List<String> issues) {
        String code = code(target.code, issues);
        String secret = secret(target.participant, issues);
        RoomBody body = RoomBody.read(request.body(), issues);
        if (target.action == Action.READY) {
            int files = body.fileCount();
            long bytes = body.totalBytes();
            return () -> rooms.ready(code, secret, caller, files, bytes)
                    .thenApply(RoomsEndpoint::ofParticipant)
                    .thenApply(RoomsEndpoint::uncached);
        }
        boolean active = body.active();
        return target.action == Action.CHAT
                ? () -> rooms.chat(code, secret, caller, active)
                        .thenApply(RoomsEndpoint::ofParticipant)
                        .thenApply(RoomsEndpoint::uncached)
                : () -> rooms.share(code, secret, caller, active)
                        .thenApply(RoomsEndpoint::ofParticipant)
                        .thenApply(RoomsEndpoint::uncached);
    }

    // --- what was sent ---

    private static String code(String sent, List<String> issues) {
        String code = FlightCode.parse(PercentEncoding.decode(sent));
        if (code == null) {
            issues.add("roomCode: should be 6 characters");
            return "";
        }
        return code;
    }

    private static String secret(@Nullable String sent, List<String> issues) {
        String decoded = sent == null ? null : PercentEncoding.decode(sent);
        String secret = decoded == null ? "" : WhiteSpace.trim(decoded);
        if (secret.isEmpty() || secret.length() > Rooms.MAX_ID_UNITS) {
            issues.add("participantId: should be one id of 1 to " + Rooms.MAX_ID_UNITS + " characters");
        }
        return secret;
    }

    /** The query's {@code participantId} as it was sent, a plus sign being a space; null unless there is just one. */
    private static @Nullable String onlyParticipant(String query) {
        String found = null;
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = PercentEncoding.decode(equals < 0 ? parameter : parameter.substring(0, equals));
            if (PARTICIPANT_ID.equals(name)) {
                if (found != null) {
                    return null;
                }
                found = equals < 0 ? "" : parameter.substring(equals + 1).replace('+', ' ');
            }
        }
        return found;
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
            case DONE -> Response.uncachedJson(200, answer.summary());
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

    private static Response uncached(Response response) {
        return response.headers().containsKey("Cache-Control") ? response : response.with("Cache-Control", "no-store");
    }

    private static CompletionStage<Response> answered(Response response) {
        return CompletableFuture.completedFuture(uncached(response));
    }

    private void refused(Refusal refusal, Request request) {
        events.publish(new Refused(refusal, request.client()));
    }
}
