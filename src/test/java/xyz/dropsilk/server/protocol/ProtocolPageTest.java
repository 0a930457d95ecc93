package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.PeerView;
import xyz.dropsilk.server.rules.Role;
import xyz.dropsilk.server.testing.Views;

/** Every example on docs/PROTOCOL.md is one that the server reads, or has the shape of one that it sends. */
class ProtocolPageTest {
    private static final Path PAGE = Path.of("docs/PROTOCOL.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everyClientExampleIsReadByTheServer() throws Exception {
        Set<String> read = new TreeSet<>();
        for (String example : examples("client")) {
            read.add(readByServer(example));
        }
        assertEquals(
                Set.of("register-details", "create-flight", "join-flight", "invite-to-flight", "attach-room", "signal"),
                read);
    }

    @Test
    void everyServerExampleIsWrittenAsTheServerWritesIt() throws Exception {
        User otter = new User("0zomu3ppr32f5tvc", "Quick Otter");
        UsersList list = Views.of(new long[] {1}, List.of(otter), 1).listFor(2);
        ByteBuf users = Unpooled.buffer();
        list.writeTo(users);
        Set<JsonNode> written = new HashSet<>();
        written.add(JSON.readTree(users.toString(UTF_8)));
        String peer = new PeerView(
                        Participant.newcomer("0zomu3ppr32f5tvc0zomu3ppr3", "Quick Otter")
                                .ready(2, 1_048_576),
                        Role.GUEST)
                .json();
        for (ServerMessage message : List.of(
                ServerMessage.registered("mt7ltyaeiikyo2p2"),
                ServerMessage.flightCreated("K7QX2M"),
                ServerMessage.peerJoined("K7QX2M", otter, ConnectionType.LAN),
                ServerMessage.flightInvitation("K7QX2M", otter),
                ServerMessage.roomAttached("K7QX2M", "host", peer),
                ServerMessage.PEER_LEFT,
                ServerMessage.SERVER_SHUTDOWN,
                Problem.FLIGHT_NOT_FOUND.message())) {
            written.add(JSON.readTree(message.toString()));
        }
        Set<JsonNode> onThePage = new HashSet<>();
        for (String example : examples("server")) {
            JsonNode message = JSON.readTree(example);
            if (!message.path("type").asText().equals("signal")) { // whose data is the sender's
                onThePage.add(message);
            }
        }
        assertEquals(written, onThePage);
    }

    @Test
    void everyProblemStandsInTheTable() throws IOException {
        String page = Files.readString(PAGE);
        for (Problem problem : Problem.values()) {
            assertTrue(page.contains("| `" + problem.code() + "` | " + problem.sentence() + " |"), problem.name());
        }
    }

    private static List<String> examples(String side) throws IOException {
        List<String> examples = new ArrayList<>();
        Pattern block = Pattern.compile("^```json " + side + "\n(.*?)\n```$", Pattern.MULTILINE | Pattern.DOTALL);
        block.matcher(Files.readString(PAGE)).results().forEach(match -> examples.add(match.group(1)));
        assertTrue(examples.size() > 4, () -> "examples of the " + side);
        return examples;
    }

    /** The type of the message that the server took {@code example} for. */
    private static String readByServer(String example) throws ProtocolException {
        byte[] text = example.getBytes(UTF_8);
        byte[] bytes = new byte[MessageReader.HEADROOM + text.length + MessageReader.TAILROOM];
        System.arraycopy(text, 0, bytes, MessageReader.HEADROOM, text.length);
        List<String> called = new ArrayList<>();
        new MessageReader()
                .read(bytes, MessageReader.HEADROOM, MessageReader.HEADROOM + text.length, new MessageHandler() {
                    @Override
                    public void registerDetails(@Nullable String name) {
                        called.add("register-details");
                    }

                    @Override
                    public void createFlight() {
                        called.add("create-flight");
                    }

                    @Override
                    public void joinFlight(@Nullable String flightCode) {
                        called.add("join-flight");
                    }

                    @Override
                    public void inviteToFlight(String inviteeId, String flightCode) {
                        called.add("invite-to-flight");
                    }

                    @Override
                    public void attachRoom(String roomCode, String participantId, String channel) {
                        called.add("attach-room");
                    }

                    @Override
                    public void signal(byte[] relayed, int from, int to) {
                        called.add("signal");
                    }
                });
        assertEquals(1, called.size(), example);
        return called.get(0);
    }
}
