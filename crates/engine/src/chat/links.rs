//! What a link really points to.
//!
//! A browser reads an address in its own generous way (WHATWG URL): backslashes are slashes, `2130706433` is
//! `127.0.0.1`, a name before `@` is no host. What is shown here as the host must be the host that a browser would go
//! to; where that cannot be said with certainty, the text is no link at all.

mod letters;

/// Longest address that becomes a link, in bytes.
pub(super) const LONGEST: usize = 2_048;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTarget {
    /// The address: `http:`, `https:` or `mailto:`, nothing else.
    pub href: String,
    /// The host it really leads to (of `mailto:` the address), as it can be shown: in punycode where its letters are of
    /// mixed or look-alike scripts.
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
pub(super) fn target(url: &str) -> Option<LinkTarget> {
    // Browsers drop tabs and line breaks inside an address, and ignore others: nothing good is written with them.
    if url.len() > LONGEST || url.contains(|c: char| c.is_whitespace() || c.is_control() || invisible(c)) {
        return None;
    }
    if let Some(rest) = after(url, "mailto:") {
        return mail(rest);
    }
    let (scheme, rest) = match (after(url, "https:"), after(url, "http:")) {
        (Some(rest), _) => ("https://", rest),
        (None, Some(rest)) => ("http://", rest),
        (None, None) => return None,
    };
    let rest = rest.strip_prefix("//")?.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (userinfo, host_port) = match authority.rsplit_once('@') {
        Some((userinfo, host_port)) => (Some(userinfo), host_port),
        None => (None, authority),
    };
    let (host, port) = split_port(host_port)?;
    let (host, look_alike) = shown_host(host)?;
    let port = match (scheme, port) {
        (_, None) | ("https://", Some(443)) | ("http://", Some(80)) => String::new(),
        (_, Some(port)) => format!(":{port}"),
    };
    let suspicious = if userinfo.is_some() {
        Some(Suspicion::UserInfo)
    } else if look_alike {
        Some(Suspicion::LookAlike)
    } else {
        None
    };
    Some(LinkTarget {
        href: [scheme, authority, path].concat(),
        host: host + &port,
        suspicious,
    })
}

/// The same for a link whose text is `shown`.
pub(super) fn target_shown_as(url: &str, shown: &str) -> Option<LinkTarget> {
    let mut target = target(url)?;
    if target.suspicious.is_none() && shows_another(shown, &target) {
        target.suspicious = Some(Suspicion::OtherHost);
    }
    Some(target)
}

fn after<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let head = url.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| url.get(scheme.len()..))
        .flatten()
}

/// Characters that draw nothing, and those that turn the direction of the text.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

fn mail(rest: &str) -> Option<LinkTarget> {
    let address = rest.split(['?', '#']).next()?;
    let (name, host) = address.rsplit_once('@')?;
    // Several recipients, quoting and escapes would make it another address than it looks.
    if name.is_empty()
        || !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._+-='".contains(&b))
    {
        return None;
    }
    let (host, look_alike) = shown_host(host)?;
    Some(LinkTarget {
        href: ["mailto:", rest].concat(),
        host: [name, "@", &host].concat(),
        suspicious: look_alike.then_some(Suspicion::LookAlike),
    })
}

fn split_port(host_port: &str) -> Option<(&str, Option<u16>)> {
    let colon = match host_port.rfind(':') {
        Some(colon) if !host_port.ends_with(']') => colon,
        _ => return Some((host_port, None)),
    };
    let (host, port) = (host_port.get(..colon)?, host_port.get(colon + 1..)?);
    if port.is_empty() {
        return Some((host, None));
    }
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((host, Some(port.parse().ok()?)))
}

/// The host as it can be shown, and whether its letters are look-alikes; `None` if a browser would refuse it, or read
/// it otherwise than it is written.
fn shown_host(host: &str) -> Option<(String, bool)> {
    if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        let plain = !inside.is_empty()
            && inside
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.');
        return plain.then(|| (host.to_ascii_lowercase(), false));
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() || host.len() > 253 {
        return None;
    }
    let mut shown = String::new();
    let mut wary = false;
    for label in host.split('.') {
        if label.is_empty() {
            return None;
        }
        if !shown.is_empty() {
            shown.push('.');
        }
        if label.is_ascii() {
            if !label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            {
                return None;
            }
            shown.push_str(&label.to_ascii_lowercase());
            continue;
        }
        let label = label.to_lowercase();
        match letters::judge(&label) {
            letters::Judgement::Plain => shown.push_str(&label),
            letters::Judgement::LookAlike => {
                wary = true;
                shown.push_str("xn--");
                shown.push_str(&letters::punycode(&label)?);
            }
            letters::Judgement::ReadOtherwise => return None,
        }
    }
    let last = shown.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x") {
        return Some((ipv4(&shown)?, false));
    }
    Some((shown, wary))
}

/// An IPv4 address in any of the spellings browsers take: decimal, octal, hexadecimal, and with fewer than 4 parts.
fn ipv4(host: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in host.split('.') {
        let number = if let Some(hex) = part.strip_prefix("0x") {
            u32::from_str_radix(if hex.is_empty() { "0" } else { hex }, 16)
        } else if part.len() > 1 && part.starts_with('0') {
            u32::from_str_radix(part, 8)
        } else {
            part.parse()
        };
        parts.push(number.ok()?);
    }
    let last = parts.pop()?;
    let room = 4_usize.checked_sub(parts.len())?;
    if room == 0 || u64::from(last) >= 256_u64.pow(u32::try_from(room).ok()?) {
        return None;
    }
    let mut address = last;
    for (at, part) in parts.iter().enumerate() {
        if *part > 255 {
            return None;
        }
        address |= part << (24 - 8 * at);
    }
    let [a, b, c, d] = address.to_be_bytes();
    Some(format!("{a}.{b}.{c}.{d}"))
}

/// Whether the text names a host, or an address, that is not where the link leads.
fn shows_another(shown: &str, target: &LinkTarget) -> bool {
    let host = bare(&target.host);
    shown.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if let Some((name, _)) = word.split_once('@')
            && !word.contains("://")
        {
            return !name.is_empty() && !target.host.eq_ignore_ascii_case(word) && looks_like_host(word);
        }
        let named = match word.split_once("://") {
            Some((_, rest)) => rest,
            None if looks_like_host(word) => word,
            None => return false,
        };
        let named = named.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let named = bare(&named.to_lowercase()).to_owned();
        let within = host
            .strip_suffix(&named)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
        let file = target
            .href
            .split(['?', '#'])
            .next()
            .is_some_and(|path| path.ends_with(word) && path.contains(&["/", word].concat()));
        !within && (!file || word.contains('/'))
    })
}

/// A host without `www.` and port.
fn bare(host: &str) -> &str {
    let host = host.strip_prefix("www.").unwrap_or(host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// `bank.example`, `bank.example/path`; not `readme.txt`, `e.g` or `3.14`.
fn looks_like_host(word: &str) -> bool {
    const FILES: [&str; 36] = [
        "js", "ts", "tsx", "jsx", "html", "htm", "css", "json", "txt", "pdf", "png", "jpg", "jpeg", "gif",
        "svg", "xml", "yml", "yaml", "toml", "exe", "csv", "doc", "docx", "xls", "xlsx", "odt", "mp3", "mp4",
        "tar", "gz", "lock", "log", "rb", "wasm", "java", "bat",
    ];
    let host = word.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let Some((name, last)) = host.rsplit_once('.') else {
        return false;
    };
    !name.is_empty()
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '.' || c == '_')
        && (word.len() > host.len() || !FILES.contains(&last.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests;
