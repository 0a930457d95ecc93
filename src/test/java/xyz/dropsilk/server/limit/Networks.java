package xyz.dropsilk.server.limit;

import xyz.dropsilk.server.address.NetworkKey;

/** Networks for tests. */
final class Networks {
    static final NetworkKey HOME = ipv4(0x01020304);
    static final NetworkKey SCHOOL = new NetworkKey(NetworkKey.Kind.IPV6_64, 0x2001_0db8_0000_0001L);

    private Networks() {}

    static NetworkKey ipv4(int address) {
        return new NetworkKey(NetworkKey.Kind.IPV4, address & 0xFFFF_FFFFL);
    }
}
