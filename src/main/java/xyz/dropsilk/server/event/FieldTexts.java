package xyz.dropsilk.server.event;

import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Cut;
import xyz.dropsilk.server.base.WellFormed;

/**
 * What a field's value looks like in a line, whatever the format: addresses as {@code LOG_ADDRESSES} wants them, in texts too, and texts that can be
 * encoded. Safe on any thread.
 */
final class FieldTexts {
    private static final String HIDDEN = "[address]";

    private final LogAddresses addresses;
    private final @Nullable Pseudonyms pseudonyms;

    FieldTexts(LogAddresses addresses) {
        this.addresses = addresses;
        this.pseudonyms = addresses == LogAddresses.PSEUDONYM ? new Pseudonyms() : null;
    }

    /** {@code value}, which is no number, boolean, list or map, as a text of at most {@code size}; null for an address that is not to be told. */
    @Nullable
    String of(Object value, Instant at, Size size) {
        if (value instanceof InetAddress address) {
            return address(address, at);
        }
        String text = String.valueOf(value);
        String told = addresses == LogAddresses.FULL
                ? text
                : AddressesInText.replaced(text, found -> {
                    String name = found == null ? null : address(found, at);
                    return name == null ? HIDDEN : name;
                });
        return WellFormed.of(Cut.toUnits(told, size.units()));
    }

    private @Nullable String address(InetAddress address, Instant at) {
        if (pseudonyms != null) {
            return pseudonyms.of(address, at);
        }
        return addresses == LogAddresses.FULL ? IpAddress.text(address) : null;
    }
}
