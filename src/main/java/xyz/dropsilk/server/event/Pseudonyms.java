package xyz.dropsilk.server.event;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import xyz.dropsilk.server.address.IpAddress;

/**
 * Names that stand for addresses: the same for an address all day (UTC), another one the next, by a key that is made at the start and never leaves
 * this object. So lines about one client can be put together, and nobody can tell whose they are, not even by trying all addresses. Safe on any
 * thread.
 */
final class Pseudonyms {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    /** Of a pseudonym, digits to the base of 36: 51 bits. */
    static final int LENGTH = 10;

    private static final int RADIX = 36;
    private static final long KINDS = (long) Math.pow(RADIX, LENGTH);

    private final SecretKeySpec key;

    /** Pseudonyms by a key of their own. */
    Pseudonyms() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, ALGORITHM);
    }

    /** What {@code address} is called on the day of {@code at}. */
    String of(InetAddress address, Instant at) {
        byte[] bytes = IpAddress.canonical(address).getAddress();
        long day = at.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
        byte[] text = ByteBuffer.allocate(Long.BYTES + bytes.length)
                .putLong(day)
                .put(bytes)
                .array();
        long number = ByteBuffer.wrap(hash(text)).getLong() >>> 1;
        String digits = Long.toString(number % KINDS, RADIX);
        return "0".repeat(LENGTH - digits.length()) + digits;
    }

    private byte[] hash(byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
