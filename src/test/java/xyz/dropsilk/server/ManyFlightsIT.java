package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.WebClient;

/** Many at once, on four event loops. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyFlightsIT {
    private static final int FLIGHTS = 200;
    private static final int SIGNALS = 40;
    private static final int THREADS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static TestServer server;
    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        server = TestServer.with("MESSAGE_RATE", 0).loops(4).start();
        threads = Executors.newFixedThreadPool(THREADS);
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        server.close();
    }

    /** Two pages of one flight, and what each has to say. */
    private record Flight(WebClient host, WebClient guest, int number) implements AutoCloseable {
        static Flight open(int number) {
            String network = "203.0.113." + number % 100; // several flights on each
            return new Flight(WebClient.from(network, server.port()), WebClient.from(network, server.port()), number);
        }

        /** The guest joins and both speak at once, as soon as each may. */
        void begin() {
            guest.join(host.createFlight());
            host.expect("peer-joined");
            host.signal(data(host, 0));
            guest.expect("peer-joined"); // and not that signal
            guest.signal(data(guest, 0));
        }

        void say(int i) {
            host.signal(data(host, i));
            guest.signal(data(guest, i));
        }

        void check() {
            for (int i = 0; i < SIGNALS; i++) {
                assertEquals("{\"type\":\"signal\",\"data\":" + data(host, i) + "}", guest.nextButLists());
                assertEquals("{\"type\":\"signal\",\"data\":" + data(guest, i) + "}", host.nextButLists());
            }
        }

        /** Different for each client and signal: some short, some of several kilobytes. */
        private String data(WebClient from, int i) {
            Random random = new Random(31L * from.id().hashCode() + i);
            String blob = Long.toString(random.nextLong(), 36).repeat(1 + random.nextInt(i % 10 == 0 ? 1_000 : 60));
            return "{\"n\": " + i + ", \"from\":\"" + from.id() + "\", \"ü\":[ \"" + blob + "\" ]}";
        }

        @Override
        public void close() {
            host.close();
            guest.close();
        }
    }

    private interface Step {
        void take(Flight flight);
    }

    private static void all(List<Flight> flights, Step step) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            running.add(threads.submit(() -> {
                for (int i = first; i < flights.size(); i += THREADS) {
                    step.take(flights.get(i));
                }
            }));
        }
        for (Future<?> one : running) {
            one.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void twoHundredFlightsAtOnceKeepOrderAndBytes() throws Exception {
        long since = System.nanoTime();
        List<Flight> flights = new ArrayList<>();
        for (int i = 0; i < FLIGHTS; i++) {
            flights.add(Flight.open(i));
        }
        all(flights, Flight::begin);
        for (int i = 1; i < SIGNALS; i++) {
            int number = i;
            all(flights, flight -> flight.say(number));
        }
        all(flights, Flight::check);
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        assertEquals(FLIGHTS, server.stats().path("activeFlights").asInt());
        assertTrue(took.compareTo(LIMIT) < 0, "took " + took);
        all(flights, flight -> {
            flight.guest().cut();
            flight.host().expect("peer-left");
        });
        flights.forEach(Flight::close);
        server.awaitEmpty();
    }

    @Test
    void ofTwoWhoJoinAtOnceExactlyOneGetsTheSeat() throws Exception {
        try (WebClient host = WebClient.from("198.51.100.1", server.port());
                WebClient one = WebClient.from("198.51.100.2", server.port());
                WebClient two = WebClient.from("198.51.100.3", server.port())) {
            String code = host.createFlight();
            Future<?> first = threads.submit(() -> one.join(code));
            Future<?> second = threads.submit(() -> two.join(code));
            first.get(10, TimeUnit.SECONDS);
            second.get(10, TimeUnit.SECONDS);
            String seated = host.expect("peer-joined").at("/peer/id").asText();
            WebClient winner = seated.equals(one.id()) ? one : two;
            WebClient loser = winner == one ? two : one;
            winner.expect("peer-joined");
            loser.expectError("Flight not found or full", "flight_not_found");
            host.expectNothing();
        }
    }
}
