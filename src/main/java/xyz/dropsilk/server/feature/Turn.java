package xyz.dropsilk.server.feature;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import xyz.dropsilk.server.api.IceEndpoint;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.remote.CloudflareTurn;
import xyz.dropsilk.server.service.IceCredentials;
import xyz.dropsilk.server.service.IceServers;
import xyz.dropsilk.server.service.OwnTurn;

/** TURN credentials: of Cloudflare, of a server of one's own, or of nobody. */
class Turn implements Feature {
    private static final String PATH = "/api/turn-credentials";

    private final Endpoint endpoint;

    private Turn(Endpoint endpoint, Tools tools) {
        this.endpoint = tools.limited(endpoint);
    }

    /** The provider that {@code config} names. */
    static Turn of(Config.Turn config, Tools tools) {
        String tokenId = config.tokenId();
        Secret apiToken = config.apiToken();
        if (tokenId != null && apiToken != null) {
            return new OfCloudflare(
                    ahead(new CloudflareTurn(tools.calls(), config.apiUrl(), tokenId, apiToken), tools), tools);
        }
        Config.OwnTurn own = config.own();
        if (own == null) {
            return new Turn(IceEndpoint.NOT_CONFIGURED, tools);
        }
        OwnTurn provider = new OwnTurn(own.urls(), own.secret(), own.timeToLive(), tools.clock());
        return new Turn(new IceEndpoint(provider, tools.events()), tools) {
            @Override
            public void addTo(Meters meters) {
                provider.addTo(meters);
            }
        };
    }

    private static IceServers ahead(CloudflareTurn cloudflare, Tools tools) {
        return new IceServers(
                "Cloudflare",
                () -> {
                    Instant askedAt = tools.clock().instant();
                    return cloudflare
                            .iceServers()
                            .thenApply(json -> new IceCredentials(json, askedAt, CloudflareTurn.LIFETIME));
                },
                tools.clock(),
                tools.ticker(),
                tools.timer(),
                tools.events());
    }

    @Override
    public String name() {
        return "TURN credentials";
    }

    @Override
    public void addTo(Pages pages) {
        pages.add(PATH, endpoint, HttpMethod.GET, HttpMethod.POST);
    }

    /** A client is here, which may ask for credentials in a moment. Any thread; never blocks. */
    void clientArrived() {}

    /** Cloudflare has to be asked, so it is asked ahead. */
    private static final class OfCloudflare extends Turn {
        private final IceServers servers;

        OfCloudflare(IceServers servers, Tools tools) {
            super(new IceEndpoint(servers, tools.events()), tools);
            this.servers = servers;
        }

        @Override
        public void addTo(Meters meters) {
            servers.addTo(meters);
        }

        @Override
        public void begin() {
            servers.prepare();
        }

        @Override
        void clientArrived() {
            servers.prepare();
        }
    }
}
