package xyz.dropsilk.server.feature;

import io.netty.handler.codec.http.HttpMethod;
import xyz.dropsilk.server.api.EmailEndpoint;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.remote.Recaptcha;
import xyz.dropsilk.server.service.ContactAddress;

/** The contact address, told to whom reCAPTCHA takes for people. */
record Contact(Endpoint endpoint) implements Feature {
    private static final String PATH = "/request-email";

    /** The address that {@code config} names. */
    static Contact of(Config.Email config, Tools tools) {
        Secret secret = config.recaptchaSecret();
        String address = config.contactEmail();
        if (secret == null || address == null) {
            return new Contact(tools.rarely(EmailEndpoint.NOT_CONFIGURED));
        }
        Recaptcha recaptcha = new Recaptcha(tools.calls(), config.verifyUrl(), secret);
        ContactAddress contact = new ContactAddress(recaptcha, address, tools.ticker(), tools.events());
        return new Contact(tools.rarely(new EmailEndpoint(contact, tools.workers())));
    }

    /** Whether {@code config} names all that is needed. */
    static boolean isOn(Config.Email config) {
        return config.recaptchaSecret() != null && config.contactEmail() != null;
    }

    @Override
    public String name() {
        return "contact address";
    }

    @Override
    public void addTo(Pages pages) {
        pages.add(PATH, endpoint, HttpMethod.POST);
    }
}
