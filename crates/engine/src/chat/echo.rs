//! Whether a message that came back is the one that was sent, where no server says so.

/// What servers do to texts on their way: white space at the ends goes, lines end otherwise, HTML's special characters
/// are written as entities.
pub(super) fn same_text(sent: &str, came: &str) -> bool {
    if sent == came {
        return true;
    }
    let plain = |text: &str| text.trim().replace("\r\n", "\n");
    let (sent, came) = (plain(sent), plain(came));
    sent == came || (came.contains('&') && sent == unescaped(&came))
}

fn unescaped(text: &str) -> String {
    // The ampersand last: `&amp;lt;` is `&lt;` and not `<`.
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#x2F;", "/"),
        ("&#x60;", "`"),
        ("&#96;", "`"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| {
        text.replace(entity, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::same_text;

    #[test]
    fn what_servers_do_to_texts_is_known() {
        assert!(same_text("a", "a"));
        assert!(same_text(" a\n", "a"));
        assert!(same_text("a\r\nb", "a\nb"));
        assert!(same_text("<b> & \"c\"", "&lt;b&gt; &amp; &quot;c&quot;"));
        assert!(same_text("&lt;", "&amp;lt;"));
        assert!(!same_text("a", "A"));
        assert!(!same_text("a", "a b"));
    }
}
