//! What may be in a form, field by field.

use wire::http::FieldError;

/// The most bytes an avatar may have.
pub(super) const MAX_AVATAR: usize = 64 * 1024;

/// An e-mail address as it is kept: trimmed, in lower case. Only what no address can be is refused; whether it exists
/// only a message to it could tell.
pub(super) fn email(text: &str, errors: &mut Vec<FieldError>) -> String {
    let email = text.trim().to_lowercase();
    let well_formed = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if !well_formed || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        errors.push(error("email", "This is not an e-mail address."));
    }
    email
}

/// A display name: trimmed, 1 to 80 characters.
pub(super) fn name(text: &str, errors: &mut Vec<FieldError>) -> String {
    let name: String = text.trim().into();
    if name.is_empty() {
        errors.push(error("name", "Please enter a name."));
    } else if name.chars().count() > 80 || name.chars().any(char::is_control) {
        errors.push(error("name", "At most 80 characters, on one line."));
    }
    name
}

/// A new password: 8 characters to 1 KiB. No rules about kinds of characters (NIST SP 800-63B).
pub(super) fn password(text: &str, errors: &mut Vec<FieldError>) {
    if text.chars().count() < 8 {
        errors.push(error("password", "At least 8 characters."));
    } else if text.len() > 1024 {
        errors.push(error("password", "At most 1024 bytes."));
    }
}

/// An avatar: a data URL of a PNG, JPEG, WebP or GIF that is one by its first bytes. SVG can carry scripts and is refused.
pub(super) fn avatar(text: &str, errors: &mut Vec<FieldError>) {
    let problem = match read_data_url(text) {
        None => "Expected a base64 data URL of a PNG, JPEG, WebP or GIF image.",
        Some((_, bytes)) if bytes.len() > MAX_AVATAR => "At most 64 KB.",
        Some((kind, bytes)) if sniff(&bytes) != Some(kind) => "The image is not what it says it is.",
        Some(_) => return,
    };
    errors.push(error("avatar", problem));
}

/// An error about a field.
pub(super) fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn read_data_url(text: &str) -> Option<(&'static str, Vec<u8>)> {
    let (kind, data) = text.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = ["image/png", "image/jpeg", "image/webp", "image/gif"]
        .into_iter()
        .find(|known| *known == kind)?;
    // The two alphabets of RFC 4648 differ in two characters.
    let url_safe: String = data
        .chars()
        .map(|c| {
            if c == '+' {
                '-'
            } else if c == '/' {
                '_'
            } else {
                c
            }
        })
        .collect();
    Some((kind, wire::jwt::from_base64url(&url_safe)?))
}

fn sniff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(check: impl FnOnce(&mut Vec<FieldError>)) -> Vec<String> {
        let mut errors = Vec::new();
        check(&mut errors);
        errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn addresses_are_kept_in_one_spelling() {
        let mut errors = Vec::new();
        assert_eq!(email("  Ada@Example.ORG ", &mut errors), "ada@example.org");
        assert_eq!(email("ada@localhost", &mut errors), "ada@localhost");
        assert_eq!(errors, []);
        for bad in [
            "",
            "ada",
            "@b",
            "a@",
            "a@b@c",
            "a b@c",
            "a@.c",
            "a@c.",
            &format!("{}@b.c", "a".repeat(260)),
        ] {
            assert_eq!(problems(|errors| drop(email(bad, errors))).len(), 1, "{bad}");
        }
    }

    #[test]
    fn names_and_passwords_have_bounds() {
        assert_eq!(problems(|errors| drop(name("  ", errors))).len(), 1);
        assert_eq!(problems(|errors| drop(name("a\nb", errors))).len(), 1);
        assert_eq!(problems(|errors| drop(name(&"ä".repeat(80), errors))).len(), 0);
        assert_eq!(problems(|errors| drop(name(&"ä".repeat(81), errors))).len(), 1);
        assert_eq!(problems(|errors| password("1234567", errors)).len(), 1);
        assert_eq!(problems(|errors| password("12345678", errors)).len(), 0);
        assert_eq!(problems(|errors| password(&"x".repeat(1025), errors)).len(), 1);
    }

    #[test]
    fn avatars_are_images_by_their_first_bytes() {
        let url = |kind: &str, bytes: &[u8]| format!("data:{kind};base64,{}", wire::jwt::base64url(bytes));
        let png = b"\x89PNG\r\n\x1a\n rest";
        assert_eq!(problems(|errors| avatar(&url("image/png", png), errors)).len(), 0);
        assert_eq!(
            problems(|errors| avatar(&url("image/jpeg", png), errors)),
            ["The image is not what it says it is."]
        );
        assert_eq!(
            problems(|errors| avatar(&url("image/svg+xml", b"<svg>"), errors)).len(),
            1
        );
        assert_eq!(
            problems(|errors| avatar("https://example.org/a.png", errors)).len(),
            1
        );
        let mut large = png.to_vec();
        large.resize(MAX_AVATAR + 1, 0);
        assert_eq!(
            problems(|errors| avatar(&url("image/png", &large), errors)),
            ["At most 64 KB."]
        );
    }
}
