use super::*;

fn host(url: &str) -> Option<(String, Option<Suspicion>)> {
    target(url).map(|target| (target.host, target.suspicious))
}

fn plain(host: &str) -> Option<(String, Option<Suspicion>)> {
    Some((host.to_owned(), None))
}

fn wary(host: &str, why: Suspicion) -> Option<(String, Option<Suspicion>)> {
    Some((host.to_owned(), Some(why)))
}

#[test]
fn only_three_schemes_are_links() {
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt://x.example/%0aalert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://x.example/1",
        "//x.example",
        "/chat/1",
        "https:x.example",
        "http",
        "https://",
        "https:///",
        "",
    ] {
        assert_eq!(target(bad), None, "{bad}");
    }
    assert_eq!(host("HTTPS://Example.ORG/a?b#c"), plain("example.org"));
    assert_eq!(host("http://example.org:8080/"), plain("example.org:8080"));
    assert_eq!(host("https://example.org:443/"), plain("example.org"));
    assert_eq!(host("mailto:ann@example.org?subject=x"), plain("ann@example.org"));
    assert_eq!(target("mailto:a@b.example,c@d.example"), None);
}

#[test]
fn the_host_is_the_one_a_browser_goes_to() {
    assert_eq!(
        host("https://bank.example@evil.example/"),
        wary("evil.example", Suspicion::UserInfo)
    );
    assert_eq!(
        host("https://bank.example%2f@evil.example/"),
        wary("evil.example", Suspicion::UserInfo)
    );
    assert_eq!(
        host("https://evil.example\\@bank.example/"),
        plain("evil.example")
    );
    assert_eq!(host("https://evil.example#@bank.example/"), plain("evil.example"));
    assert_eq!(host("https://evil.example?@bank.example/"), plain("evil.example"));
    assert_eq!(host("https:////evil.example/"), plain("evil.example"));
    assert_eq!(host("http://2130706433/"), plain("127.0.0.1"));
    assert_eq!(host("http://0x7f.1/"), plain("127.0.0.1"));
    assert_eq!(host("http://0177.0.0.01/"), plain("127.0.0.1"));
    assert_eq!(host("http://[::1]:80/"), plain("[::1]"));
    for bad in [
        "https://evil%2eexample/",
        "http://256.1.1.1.1/",
        "http://1.2.3.999/",
        "https://a..b/",
        "https://a:b:c/",
        "https://a:99999/",
        "https://[::1/",
        "https://a<b/",
        "https://ｂank.example/",
        "https://bank。example/",
        "https://bank\u{200b}.example/",
        "https://\u{202e}elpmaxe.example/",
        "https://a\n.example/",
    ] {
        assert_eq!(target(bad), None, "{bad}");
    }
}

#[test]
fn look_alike_letters_are_shown_as_they_are_looked_up() {
    // The first letter is Cyrillic.
    assert_eq!(
        host("https://аpple.com/"),
        wary("xn--pple-43d.com", Suspicion::LookAlike)
    );
    // All of them are.
    assert_eq!(
        host("https://аррӏе.com/"),
        wary("xn--80ak6aa92e.com", Suspicion::LookAlike)
    );
    assert_eq!(
        host("https://paypa\u{131}.com/").map(|h| h.1),
        Some(Some(Suspicion::LookAlike))
    );
    assert_eq!(
        host("https://ノevil.example/").map(|h| h.1),
        Some(Some(Suspicion::LookAlike))
    );
}

#[test]
fn honest_hosts_of_the_world_are_shown_as_they_are_written() {
    for honest in [
        "bücher.example",
        "пример.рф",
        "مثال.إختبار",
        "例え.jp",
        "日本語abc.jp",
        "παράδειγμα.ελ",
        "דוגמה.ישראל",
        "उदाहरण.भारत",
        "xn--80ak6aa92e.com",
    ] {
        assert_eq!(host(&format!("https://{honest}/")), plain(honest));
    }
}

#[test]
fn punycode_is_that_of_the_standard() {
    for (label, code) in [
        ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("bücher", "bcher-kva"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
    ] {
        assert_eq!(letters::punycode(label).as_deref(), Some(code));
    }
}

#[test]
fn a_text_that_shows_another_host_is_suspicious() {
    let shown = |shown: &str, url: &str| target_shown_as(url, shown).and_then(|t| t.suspicious);
    let other = Some(Suspicion::OtherHost);
    assert_eq!(shown("https://bank.example", "https://evil.example"), other);
    assert_eq!(shown("bank.example/login", "https://evil.example"), other);
    assert_eq!(shown("go to bank.com now", "https://evil.example"), other);
    assert_eq!(shown("www.bank.com", "https://bank.com.evil.example"), other);
    assert_eq!(shown("bank.com", "https://notbank.com"), other);
    assert_eq!(shown("ann@bank.com", "mailto:ann@evil.example"), other);
    assert_eq!(shown("ann@bank.com", "mailto:ann@bank.com"), None);
    assert_eq!(shown("here", "https://evil.example"), None);
    assert_eq!(shown("bank.com", "https://www.bank.com/x"), None);
    assert_eq!(shown("Bank.com", "https://login.bank.com/"), None);
    assert_eq!(shown("www.bank.com:443", "https://bank.com/"), None);
    assert_eq!(
        shown("README.md", "https://host.example/blob/main/README.md"),
        None
    );
    assert_eq!(shown("Node.js 3.14, e.g. this", "https://host.example/"), None);
}

proptest::proptest! {
    #[test]
    fn nothing_panics(url in "\\PC{0,80}", shown in "\\PC{0,40}") {
        for scheme in ["", "https://", "http://", "mailto:a@"] {
            let url = [scheme, &url].concat();
            if let Some(target) = target_shown_as(&url, &shown) {
                let safe = ["http://", "https://", "mailto:"].iter().any(|s| target.href.starts_with(s));
                proptest::prop_assert!(safe && !target.host.is_empty());
            }
        }
    }
}
