package xyz.dropsilk.server.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON as the services speak it. The mapper is made on first use, which is never on the way of the start. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** The one JSON value in {@code text}; a missing node for an empty one. */
    static JsonNode parse(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** The one JSON value of an answer. */
    static JsonNode parseAnswer(byte[] body) throws RemoteException {
        try {
            return parse(new String(body, UTF_8));
        } catch (JsonProcessingException e) {
            throw new RemoteException(RemoteException.Kind.MALFORMED);
        }
    }

    /** A wire record as UTF-8. */
    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a wire record that can't be written: " + value.getClass(), e);
        }
    }
}
