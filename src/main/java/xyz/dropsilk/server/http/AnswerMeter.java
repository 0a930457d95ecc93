package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpMethod;

/** Hears of each answer to a request, on any thread. */
@FunctionalInterface
public interface AnswerMeter {
    /** Hears of none. */
    AnswerMeter NONE = (route, method, status, nanos) -> {};

    /** Where no route is registered. */
    String OTHER = "other";

    /**
     * A request is answered.
     *
     * @param route the registered path, or {@link #OTHER}; never what a client made up
     * @param method as the client gave it
     * @param status the status code
     * @param nanos from when the request was whole until its answer was there; below zero where nobody measured that
     */
    void answered(String route, HttpMethod method, int status, long nanos);
}
