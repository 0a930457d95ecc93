package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.time.Instant;
import java.util.Map;
import xyz.dropsilk.server.base.Secret;

/** Presigned upload addresses: everything the ingest host needs to know about an upload, signed with the API key. */
final class SignedUrl {
    private SignedUrl() {}

    /**
     * {@code url} with its parameters and signature.
     *
     * @param url the ingest host's address of the file, without a query
     * @param expires until when an upload may begin
     * @param parameters in the order in which they are signed
     */
    static String of(String url, Instant expires, Map<String, String> parameters, Secret apiKey) {
        StringBuilder text = new StringBuilder(url).append("?expires=").append(expires.toEpochMilli());
        parameters.forEach((name, value) ->
                text.append('&').append(name).append('=').append(formEncoded(componentEncoded(value))));
        String signature = Signatures.sign(text.toString().getBytes(UTF_8), apiKey);
        return text.append("&signature=").append(formEncoded(signature)).toString();
    }

    private static String formEncoded(String value) {
        return URLEncoder.encode(value, UTF_8);
    }

    /** As JavaScript's {@code encodeURIComponent}, which leaves some characters that a form encodes. */
    private static String componentEncoded(String value) {
        return formEncoded(value)
                .replace("+", "%20")
                .replace("%21", "!")
                .replace("%27", "'")
                .replace("%28", "(")
                .replace("%29", ")")
                .replace("%7E", "~");
    }
}
