//! What a link really points to.

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTarget {
    /// The address: `http:`, `https:` or `mailto:`, nothing else.
    pub href: String,
    /// The host it really leads to, as it can be shown: in punycode where its letters are of mixed or look-alike scripts.
    pub host: String,
    /// Why to be wary of it.
    pub suspicious: Option<Suspicion>,
}

/// Why to be wary of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Its text shows another host than the one it leads to.
    OtherHost,
    /// Its host is written with letters that look like others.
    LookAlike,
    /// A name stands before the host (`https://bank.example@evil.example`), and may be taken for it.
    UserInfo,
}

/// Where `url` leads; `None` if it is no link that may be followed.
pub(super) fn target(_url: &str) -> Option<LinkTarget> {
    None
}

/// The same for a link whose text is `shown`.
pub(super) fn target_shown_as(url: &str, _shown: &str) -> Option<LinkTarget> {
    target(url)
}
