package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            postgres://ann:pw@db:5433/silk,                     db:5433,        silk,   ann,  pw
            postgresql://ann:pw@db:5433/silk,                   db:5433,        silk,   ann,  pw
            postgresql://ann:pw@db/silk,                        db:5432,        silk,   ann,  pw
            postgresql://ann:pw@db:/silk,                       db:5432,        silk,   ann,  pw
            postgresql://ann@db/silk,                           db:5432,        silk,   ann,  -
            postgresql://ann:@db/silk,                          db:5432,        silk,   ann,  -
            postgresql://db/silk,                               db:5432,        silk,   -,    -
            postgresql://ann:pw@db,                             db:5432,        ann,    ann,  pw
            postgresql://ann:pw@db/,                            db:5432,        ann,    ann,  pw
            postgresql://ann:pw@db?application_name=x,          db:5432,        ann,    ann,  pw
            postgresql://ann:pw@db/silk?,                       db:5432,        silk,   ann,  pw
            postgresql://ann:pw@10.0.0.7:1/silk,                10.0.0.7:1,     silk,   ann,  pw
            postgresql://ann:pw@[::1]:5433/silk,                [::1]:5433,     silk,   ann,  pw
            postgresql://ann:pw@[2001:db8::1]/silk,             [2001:db8::1]:5432, silk, ann, pw
            postgresql://ann:pw@my_db.eu-1.example.com/silk,    my_db.eu-1.example.com:5432, silk, ann, pw
            postgresql://an%40n:p%3A%2f%40%25%C3%A9@db/si%20lk, db:5432,        si lk,  an@n, p:/@%é
            postgresql://ann:p+w@db/silk,                       db:5432,        silk,   ann,  p+w
            postgresql://ann:p:w@db/silk,                       db:5432,        silk,   ann,  p:w
            postgresql://ann:p@w@db/silk,                       db:5432,        silk,   ann,  p@w
            postgresql://ann:p#w@db/silk,                       db:5432,        silk,   ann,  p#w
            """)
    void aUrlIsTakenApart(String url, String host, String database, String user, String password) {
        DatabaseUrl parsed = parse(url, "prefer");
        assertEquals(host, parsed.hosts().get(0).toString());
        assertEquals(1, parsed.hosts().size());
        assertEquals(database, parsed.database());
        assertEquals(user, parsed.user());
        assertEquals(
                password, parsed.password() == null ? null : parsed.password().reveal());
    }

    @Test
    void aMisspeltOptionForTlsIsToldByTheNameThatIsMeant() {
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class,
                () -> DatabaseUrl.parse("postgres://u:p@h/d?sslmod=require", "prefer", doubt -> {}));
        assertTrue(String.valueOf(wrong.getMessage()).contains("(sslmode is probably meant)"), wrong::getMessage);
    }

    @Test
    void severalServersAreTriedInOrder() {
        assertEquals(
                List.of(
                        new DatabaseUrl.Host("a", 1),
                        new DatabaseUrl.Host("::1", 5432),
                        new DatabaseUrl.Host("c", 5432)),
                parse("postgresql://u:p@a:1,[::1],c/d", "prefer").hosts());
    }

    @Test
    void theDefaultUserIsTheDriversBusiness() {
        DatabaseUrl url = parse("postgresql://db/silk", "prefer");
        assertNull(url.user());
        assertNull(url.password());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hush",
                "",
                "mysql://u:hush@h/d",
                "jdbc:postgresql://h/hush",
                "POSTGRES://u:hush@h/d",
                "postgres:/u:hush@h/d",
                "postgres://",
                "postgres:///hush",
                "postgres://u:hush@/d",
                "postgres://u:hush@h:x/d",
                "postgres://u:hush@h:0/d",
                "postgres://u:hush@h:65536/d",
                "postgres://u:hush@h:999999/d",
                "postgres://u:hush@h:-1/d",
                "postgres://hush",
                "postgres://u:hush@%2Fvar%2Frun/d",
                "postgres://u:hush@[::1/d",
                "postgres://u:hush@[hush]/d",
                "postgres://u:hush@[1.2.3.4]/d",
                "postgres://u:hush@::1/d",
                "postgres://u:hush@a,/d",
                "postgres://u:hush@a b/d",
                "postgres://u:hush%@h/d",
                "postgres://u:hush%zz@h/d",
                "postgres://u:hush%4@h/d",
                "postgres://u%00:hush@h/d",
                "postgres://u:hu/sh@h/d",
                "postgres://u:hu?sh@h/d",
                "postgres://u:hush@h/d?hush",
                "postgres://u:hush@h/d?a=%hush",
                "postgres://u:p@h/d?sslmode=hush",
                "postgres://u:p@h/d?sslmode=no-verify",
                "postgres://u:p@h/d?sslmode=",
                "postgres://u:p@h/d?sslmod=hush",
                "postgres://u:p@h/d?SSLMODE=hush",
                "postgres://u:p@h/d?slmode=hush",
                "postgres://u:p@h/d?sslrootcert=system&sslmode=require",
                "postgres://u:p@h/d?ssl=hush",
                "postgres://u:p@h/d?connect_timeout=hush",
                "postgres://u:p@h/d?connect_timeout=-1",
                "postgres://u:p@h/d?channel_binding=hush",
                "postgres://u:p@h/d?target_session_attrs=hush",
                "postgres://h/d?user=hush",
                "postgres://h/d?password=hush",
                "postgres://h/d?host=hush",
                "postgres://h/d?dbname=hush"
            })
    void anythingElseIsAnErrorThatRepeatsNothing(String url) {
        String message = Objects.requireNonNull(assertThrows(IllegalArgumentException.class, () -> parse(url, "prefer"))
                .getMessage());
        assertFalse(message.contains("hush"), message);
        assertTrue(message.startsWith("should ") || message.startsWith("has "), message);
    }

    /** Its password has a slash or a question mark, and what follows is taken for the database's name or an option. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:p@hush/h#sh@127.0.0.1:5432/db",
                "postgresql://u:p@hush/hush@127.0.0.1:5432/db",
                "postgresql://u:p@hush/hush#hush",
                "postgresql://u:12/hush@127.0.0.1:5432/db",
                "postgresql://u:p@hush?hush=hush@127.0.0.1:5432/db",
                "postgresql://u:p@hush/db?sslmode=require#hush"
            })
    void aTornPasswordIsAnErrorThatSaysHowToEscapeIt(String url) {
        String message = Objects.requireNonNull(assertThrows(IllegalArgumentException.class, () -> parse(url, "prefer"))
                .getMessage());
        assertFalse(message.contains("hush"), message);
        assertTrue(message.contains("/ is %2F, ? %3F, # %23, @ %40"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "'', require, require",
        "'', prefer, prefer",
        "sslmode=disable, require, disable",
        "sslmode=allow, require, allow",
        "sslmode=prefer, disable, prefer",
        "sslmode=require, disable, require",
        "sslmode=verify-ca, disable, verify-ca",
        "sslmode=verify-full, disable, verify-full",
        "application_name=x&sslmode=require, disable, require",
        "ssl=true, disable, require",
        "ssl=false, require, disable",
        "sslrootcert=system, disable, verify-full",
        "sslrootcert=system&sslmode=verify-full, disable, verify-full",
    })
    void theSslModeOfTheUrlWins(String query, String defaultMode, String expected) {
        Map<String, String> properties =
                parse("postgresql://u:p@h/d?" + query, defaultMode).properties();
        assertEquals(expected, properties.get("sslmode"));
    }

    @ParameterizedTest
    @CsvSource({
        "application_name=my%20app, ApplicationName, my app",
        "ApplicationName=x, ApplicationName, x",
        "channel_binding=require, channelBinding, require",
        "channelBinding=require, channelBinding, require",
        "connect_timeout=7, connectTimeout, 7",
        "connectTimeout=7, connectTimeout, 7",
        "currentSchema=a, currentSchema, a",
        "gssencmode=disable, gssEncMode, disable",
        "loginTimeout=7, loginTimeout, 7",
        "options=-c%20statement_timeout%3D5s, options, -c statement_timeout=5s",
        "prepareThreshold=0, prepareThreshold, 0",
        "require_auth=scram-sha-256, requireAuth, scram-sha-256",
        "socketTimeout=7, socketTimeout, 7",
        "sslcert=/c, sslcert, /c",
        "sslkey=/k, sslkey, /k",
        "sslnegotiation=direct, sslNegotiation, direct",
        "sslpassword=x, sslpassword, x",
        "sslrootcert=/r, sslrootcert, /r",
        "sslrootcert=system, sslfactory, org.postgresql.ssl.DefaultJavaSSLFactory",
        "target_session_attrs=read-write, targetServerType, primary",
        "target_session_attrs=prefer-standby, targetServerType, preferSecondary",
        "tcpKeepAlive=true, tcpKeepAlive, true",
    })
    void optionsBecomeTheDriversProperties(String query, String property, String value) {
        Map<String, String> properties =
                parse("postgresql://u:p@h/d?" + query, "prefer").properties();
        assertEquals(value, properties.get(property));
        assertEquals(2, properties.size(), properties.toString());
        PGProperty known = PGProperty.forName(property);
        assertNotNull(known, property);
        assertTrue(known.getChoices() == null || List.of(known.getChoices()).contains(value), property);
    }

    @Test
    void theSystemsCertificatesAreCheckedByAClassOfTheDriver() throws Exception {
        assertNotNull(Class.forName("org.postgresql.ssl.DefaultJavaSSLFactory"));
    }

    @ParameterizedTest
    @CsvSource({
        "pgbouncer=true, pgbouncer",
        "schema=public&keepalives=1, schema keepalives",
        "socketFactory=x.Y, socketFactory",
        "%66oo=%62ar, foo",
        "p%40ss=1, (not shown)",
        "&&, ''",
        "& &, ''"
    })
    void otherOptionsAreLeftOutAndTold(String query, String told) {
        List<String> leftOut = new ArrayList<>();
        assertEquals(
                Map.of("sslmode", "prefer"),
                DatabaseUrl.parse(
                                "postgresql://u:p@h/d?" + query,
                                "prefer",
                                doubt -> leftOut.add(doubt.replaceFirst("has the option (.*), which .*", "$1")))
                        .properties());
        assertEquals(told, String.join(" ", leftOut));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\n", "\r\n", "\t", "\u00a0", "\u200b", "\ufeff", " \n "})
    void blanksRoundAPartDoNotCount(String blank) {
        String url = "postgresql://_ann_:_pw_@_db_:_1_,_[::1]_/_silk_?_application_name_=_x_&_sslmode_=_allow_";
        DatabaseUrl parsed = parse(url.replaceAll("(?<!ion)_(?!name)", blank), "prefer");
        assertEquals("postgresql://db:1,[::1]:5432/silk", parsed.toString());
        assertEquals("ann", parsed.user());
        assertEquals(Map.of("ApplicationName", "x", "sslmode", "allow"), parsed.properties());
        assertEquals("pw", Objects.requireNonNull(parsed.password()).reveal());
    }

    /** They may be meant, but hardly ever are: somebody encoded what was pasted with a line end. */
    @ParameterizedTest
    @CsvSource({
        "postgres://u%20:hush@h/d, user",
        "postgres://%0Au:hush@h/d, user",
        "postgres://u:hush%0A@h/d, password",
        "postgres://u:hush%20@h/d, password",
        "postgres://u:hu%0Ash@h/d, password",
        "postgres://u:hush@h/d%20, database",
        "postgres://u:hush@h/d%E2%80%8B?x=1, database",
        "postgres://u:hush@h/d?sslmode=require%20, options",
        "postgres://u:hush@h/d?sslmode%20=require, options"
    })
    void encodedBlanksRoundAPartAreRefused(String url, String part) {
        String message = Objects.requireNonNull(assertThrows(IllegalArgumentException.class, () -> parse(url, "prefer"))
                .getMessage());
        assertTrue(message.startsWith("should have no blank round its " + part), message);
        assertFalse(message.contains("hush"), message);
    }

    @Test
    void asAStringItTellsNothingThatOpensTheDatabase() {
        assertEquals(
                "postgresql://a:5432,[::1]:7/silk",
                parse("postgresql://ann:hush@a,[::1]:7/silk?sslpassword=hush", "prefer")
                        .toString());
    }

    private static DatabaseUrl parse(String url, String defaultSslMode) {
        return DatabaseUrl.parse(url, defaultSslMode, doubt -> {});
    }
}
