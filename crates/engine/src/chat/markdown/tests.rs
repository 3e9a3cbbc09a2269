use std::rc::Rc;

use proptest::prelude::*;

use super::*;

/// The tree in a short notation: `em(…)`, `b(…)`, `s(…)`, `code(…)`, `a(href|text)`, `@(name)`, `⏎`.
fn show(content: &str) -> String {
    show_with(content, &Names::default())
}

fn show_with(content: &str, names: &Names) -> String {
    let mut out = Vec::new();
    blocks(&parse(content, names), &mut out);
    out.concat()
}

fn blocks(list: &[Block], out: &mut Vec<String>) {
    for block in list {
        match block {
            Block::Paragraph(list) => {
                out.push("p(".into());
                inlines(list, out);
            }
            Block::Code { language, text } => out.push(format!("pre({language}|{text}")),
            Block::Quote(list) => {
                out.push("q(".into());
                blocks(list, out);
            }
            Block::List { start, items } => {
                out.push(start.map_or_else(|| "ul(".into(), |start| format!("ol{start}(")));
                for item in items {
                    out.push("li(".into());
                    blocks(item, out);
                    out.push(")".into());
                }
            }
        }
        out.push(")".into());
    }
}

fn inlines(list: &[Inline], out: &mut Vec<String>) {
    for inline in list {
        let (name, content) = match inline {
            Inline::Text(text) => {
                out.push(text.clone());
                continue;
            }
            Inline::Break => {
                out.push("⏎".into());
                continue;
            }
            Inline::Code(text) => {
                out.push(format!("code({text})"));
                continue;
            }
            Inline::Mention { name, me } => {
                out.push(format!("@({name}{})", if *me { "!" } else { "" }));
                continue;
            }
            Inline::Emphasis(list) => ("em(".to_owned(), list),
            Inline::Strong(list) => ("b(".to_owned(), list),
            Inline::Strike(list) => ("s(".to_owned(), list),
            Inline::Link { target, content } => (format!("a({}|", target.href), content),
        };
        out.push(name);
        inlines(content, out);
        out.push(")".into());
    }
}

#[test]
fn emphasis_is_read_as_people_write_it() {
    for (content, tree) in [
        ("plain", "p(plain)"),
        ("*a* _b_ **c** __d__ ~~e~~", "p(em(a) em(b) b(c) b(d) s(e))"),
        ("***both***", "p(b(em(both)))"),
        ("**a *b***", "p(b(a em(b)))"),
        ("**a *b**", "p(b(a *b))"),
        ("*a **b***", "p(em(a b(b)))"),
        ("2*3*4 and snake_case_name", "p(2*3*4 and snake_case_name)"),
        ("a * b * c", "p(a * b * c)"),
        ("**** ~~~~ ~a~", "p(**** ~~~~ ~a~)"),
        ("*a", "p(*a)"),
        ("*a _b* c_", "p(em(a _b) c_)"),
        ("**bold**中文", "p(b(bold)中文)"),
        ("中*文*字", "p(中em(文)字)"),
        (r"\*a\* ¯\\\_(ツ)\_/¯", r"p(*a* ¯\_(ツ)_/¯)"),
        (r"C:\dir", r"p(C:\dir)"),
        ("a\nb", "p(a⏎b)"),
        ("a\r\nb\rc\u{2028}d", "p(a⏎b⏎c⏎d)"),
        ("a\n\n\nb", "p(a)p(b)"),
        ("", ""),
        (" \n ", ""),
    ] {
        assert_eq!(show(content), tree, "{content}");
    }
}

#[test]
fn code_is_left_as_it_is() {
    for (content, tree) in [
        ("`*a*`", "p(code(*a*))"),
        ("`` a`b ``", "p(code(a`b))"),
        ("` `", "p(code( ))"),
        ("`a", "p(`a)"),
        ("``a`", "p(``a`)"),
        ("*`a*`", "p(*code(a*))"),
        (
            "```rust\nlet *a*;\n\n x\n```\nafter",
            "pre(rust|let *a*;\n\n x)p(after)",
        ),
        ("```\nopen", "pre(|open)"),
        ("````\n```\n````", "pre(|```)"),
        ("before\n```\nx\n```", "p(before)pre(|x)"),
        ("```a```", "p(code(a))"),
    ] {
        assert_eq!(show(content), tree, "{content}");
    }
}

#[test]
fn quotes_and_lists_hold_blocks() {
    for (content, tree) in [
        ("> a\n> b\nc", "q(p(a⏎b))p(c)"),
        (">> a\n> b", "q(q(p(a))p(b))"),
        ("- a\n- b", "ul(li(p(a))li(p(b)))"),
        ("* a\n\n* b\n\nc", "ul(li(p(a))li(p(b)))p(c)"),
        ("3. a\n4) b", "ol3(li(p(a)))ol4(li(p(b)))"),
        (
            "1. a\n   - b\n   - c\n2. d",
            "ol1(li(p(a)ul(li(p(b))li(p(c))))li(p(d)))",
        ),
        ("  - a\n  - b", "ul(li(p(a))li(p(b)))"),
        ("- a\n\tb", "ul(li(p(a⏎b)))"),
        ("text\n- a", "p(text)ul(li(p(a)))"),
        ("in\n7. heaven", "p(in⏎7. heaven)"),
        ("2024. was a year", "p(2024. was a year)"),
        ("-\n- ", "p(-⏎- )".replace(" )", ")").as_str()),
        ("-5 degrees", "p(-5 degrees)"),
        ("**a**", "p(b(a))"),
        (">", "q()"),
    ] {
        assert_eq!(show(content), tree, "{content}");
    }
}

#[test]
fn links_lead_where_they_say() {
    for (content, tree) in [
        ("[a](https://x.example)", "p(a(https://x.example|a))"),
        (
            "[*a* b](https://x.example/c_(d))",
            "p(a(https://x.example/c_(d)|em(a) b))",
        ),
        (
            "see https://x.example/a_b_c, or (https://x.example/(d)).",
            "p(see a(https://x.example/a_b_c|https://x.example/a_b_c), or (a(https://x.example/(d)|https://x.example/(d))).)",
        ),
        (
            "**https://x.example/**",
            "p(b(a(https://x.example/|https://x.example/)))",
        ),
        ("xhttps://x.example", "p(xhttps://x.example)"),
        ("[a](javascript:alert(1))", "p([a](javascript:alert(1)))"),
        ("[a](x y)", "p([a](x y))"),
        ("[a]", "p([a])"),
        (
            "[a] (https://x.example)",
            "p([a] (a(https://x.example|https://x.example)))",
        ),
        (
            "[](https://x.example)",
            "p(a(https://x.example|https://x.example))",
        ),
        (
            "[a [b](https://x.example) c](https://y.example)",
            "p(a(https://y.example|a b c))",
        ),
        (
            "[https://bank.example](https://evil.example)",
            "p(a(https://evil.example|https://bank.example))",
        ),
        (
            "*a [b*](https://x.example) c*",
            "p(em(a [b)](a(https://x.example|https://x.example)) c*)",
        ),
        ("http://[::1]/", "p(a(http://[::1]/|http://[::1]/))"),
        ("HTTPS://X.example", "p(a(https://X.example|HTTPS://X.example))"),
        (
            "<https://x.example>",
            "p(<a(https://x.example|https://x.example)>)",
        ),
        ("http://", "p(http://)"),
    ] {
        assert_eq!(show(content), tree, "{content}");
    }
    let Some(Block::Paragraph(line)) =
        parse("[https://bank.example](https://evil.example)", &Names::default()).pop()
    else {
        panic!("no paragraph");
    };
    assert!(matches!(&line[..], [Inline::Link { target, .. }]
        if target.suspicious == Some(Suspicion::OtherHost) && target.host == "evil.example"));
}

#[test]
fn mentions_are_of_known_names() {
    let others = [Rc::from("Ann"), Rc::from("Ann Lee"), Rc::from("山田")];
    let names = Names::new(Some("Bob"), &others);
    for (content, tree) in [
        ("@ann hi", "p(@(Ann) hi)"),
        ("@Ann Lee, hi", "p(@(Ann Lee), hi)"),
        ("@Ann Leeds", "p(@(Ann) Leeds)"),
        ("@Anna", "p(@Anna)"),
        ("(@BOB)", "p((@(Bob!)))"),
        ("*@bob*", "p(em(@(Bob!)))"),
        ("mail@bob", "p(mail@bob)"),
        ("@山田さん", "p(@(山田)さん)"),
        ("`@bob`", "p(code(@bob))"),
        ("@nobody @", "p(@nobody @)"),
    ] {
        assert_eq!(show_with(content, &names), tree, "{content}");
    }
    assert!(mentions("> hey **@bob**", "Bob"));
    assert!(!mentions("```\n@bob\n```", "Bob"));
    assert!(!mentions("@bobby", "Bob"));
    assert!(!mentions("@", ""));
}

#[test]
fn an_excerpt_is_one_plain_line() {
    assert_eq!(
        excerpt("**Hi** [there](https://x.example)\n> `q`\n\n- a\n- b", 80),
        "Hi there q a b"
    );
    assert_eq!(excerpt("12345", 5), "12345");
    assert_eq!(excerpt("123456", 5), "1234…");
    assert_eq!(excerpt("123 456", 5), "123…");
    assert_eq!(excerpt(&"ä".repeat(100_000), 3), "ää…");
    assert_eq!(excerpt("abc", 0), "");
}

#[test]
fn characters_that_turn_the_text_around_are_not_drawn() {
    assert_eq!(show("a\u{202e}b\u{2066}c\u{2069} \u{0}\u{7}\u{9b}"), "p(abc)");
    assert_eq!(show("`a\u{202e}b`"), "p(code(ab))");
    assert_eq!(show("א\u{200f}1"), "p(א\u{200f}1)");
    assert_eq!(neutral("\u{202e}nimda\u{200e}\n\t x\u{200b}\u{feff}"), "nimda x");
    assert_eq!(neutral("\u{202e} \u{200d}\u{3164}"), "");
    assert_eq!(neutral("نام\u{200c}ها"), "نام\u{200c}ها");
    assert_eq!(neutral("👩\u{200d}💻"), "👩\u{200d}💻");
    assert_eq!(neutral(&"n".repeat(1_000_000)).len(), 100);
    let towering = ["Z", &"\u{301}".repeat(500), "a"].concat();
    assert_eq!(neutral(&towering), ["Z", &"\u{301}".repeat(4), "a"].concat());
}

fn measure(list: &[Block]) -> (usize, usize) {
    fn line(list: &[Inline]) -> (usize, usize) {
        list.iter().fold((0, 0), |(count, depth), inline| {
            let (more, deep) = match inline {
                Inline::Emphasis(list) | Inline::Strong(list) | Inline::Strike(list) => line(list),
                Inline::Link { content, .. } => line(content),
                Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Mention { .. } => (0, 0),
            };
            (count + more + 1, depth.max(deep + 1))
        })
    }
    list.iter().fold((0, 0), |(count, depth), block| {
        let (more, deep) = match block {
            Block::Paragraph(list) => line(list),
            Block::Code { .. } => (0, 0),
            Block::Quote(list) => measure(list),
            Block::List { items, .. } => items
                .iter()
                .map(|item| measure(item))
                .fold((items.len(), 0), |(count, depth), (more, deep)| {
                    (count + more, depth.max(deep))
                }),
        };
        (count + more + 1, depth.max(deep + 1))
    })
}

/// Reading cost in bytes looked at, nodes made, and depth: all bounded.
fn bounded(content: &str) {
    let others: Vec<Rc<str>> = ["a", "a b c", "[", "*"].into_iter().map(Rc::from).collect();
    let names = Names::new(Some("b"), &others);
    let content = text::clean(content);
    let lines: Vec<&str> = content.split('\n').collect();
    let mut reader = Reader::new(&names);
    let tree = reader.blocks(&lines, 0);
    assert!(reader.steps <= 20 * content.len() + 100, "{} steps", reader.steps);
    let (nodes, depth) = measure(&tree);
    assert!(nodes <= 4_200, "{nodes} nodes");
    assert!(depth <= 40, "{depth} deep");
}

#[test]
fn a_megabyte_of_anything_is_read_in_time() {
    for piece in [
        "*",
        "**",
        "_",
        "~~",
        "~",
        "[",
        "]",
        "](",
        "[](",
        "[]()",
        "[a](https://a)",
        "`",
        "` ``",
        "`a``",
        "\n",
        "> ",
        ">",
        ">\n",
        "- ",
        "- a\n",
        "  - a\n",
        "1. ",
        "* *",
        "*a",
        "*a_",
        "a*",
        "*a*",
        "http://",
        "http://a ",
        "https://a[",
        "@",
        "@a-",
        "@a ",
        " @a b c",
        "\\",
        "\\*",
        "```\n",
        "(",
        ")",
        "\u{202e}",
        "\t",
        " \n",
        "*_~~",
        "[*",
        "**a ",
        "***a",
        "é*",
    ] {
        bounded(&piece.repeat(1_000_000 / piece.len()));
    }
    bounded(&["[".repeat(300_000), "](https://a)".repeat(50_000)].concat());
    bounded(&["*".repeat(300_000), "a".repeat(10), "*".repeat(300_000)].concat());
    bounded(&(1..1_000).map(|n| "`".repeat(n) + " ").collect::<String>());
    bounded(&(0..700).map(|n| " ".repeat(n) + "- a\n").collect::<String>());
}

proptest! {
    #[test]
    fn nothing_panics_and_no_text_is_lost(
        content in "([*_~`\\[\\]()>@\\-\\\\ \n1.ab]|https://a\\.b|\\PC){0,60}",
    ) {
        bounded(&content);
        // Letters are never signs: each comes out once and in order, but for the addresses of links.
        if !content.contains('(') && !content.contains("```") {
            let letters = |text: &str| text.chars().filter(|c| *c == 'a' || *c == 'b').collect::<String>();
            prop_assert_eq!(letters(&one_line(&content)), letters(&content));
        }
        let line = excerpt(&content, 10);
        prop_assert!(line.chars().count() <= 10 && !line.contains('\n'));
        let name = neutral(&content);
        prop_assert_eq!(neutral(&name), name.clone());
    }
}
