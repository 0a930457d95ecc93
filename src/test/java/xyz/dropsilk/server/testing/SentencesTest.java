package xyz.dropsilk.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class SentencesTest {
    private String shown = "";

    @BeforeEach
    void look(TestInfo test) {
        shown = test.getDisplayName();
    }

    @Test
    void aTestIsShownAsASentence() {
        assertEquals("a test is shown as a sentence", shown);
    }

    @Test
    void abbreviationsStay() {
        assertEquals("over HTTP2 rooms end", Sentences.sentence("overHTTP2RoomsEnd"));
    }
}
