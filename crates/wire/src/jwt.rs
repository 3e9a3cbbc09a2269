//! The claims of an access token (contract 4), read without verifying: the app only wants to know how long it lives.

use serde_json::{Value, json};

use crate::lenient::{DecodeError, Fields};

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Account id.
    pub user_id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Role.
    pub role: Option<String>,
    /// Organization.
    pub organization_id: Option<String>,
    /// End of life, seconds since the epoch of the server's clock.
    pub exp: Option<u64>,
    /// Birth, seconds since the epoch of the server's clock.
    pub iat: Option<u64>,
    /// Issuer.
    pub iss: Option<String>,
    /// Audience; the first where there are several.
    pub aud: Option<String>,
}

impl Claims {
    /// The payload as the embedded backend signs it.
    pub fn to_json(&self) -> String {
        let mut claims = json!({
            "userId": self.user_id, "sub": self.user_id, "email": self.email, "role": self.role,
            "organizationId": self.organization_id, "exp": self.exp, "iat": self.iat, "iss": self.iss, "aud": self.aud,
        });
        if let Value::Object(map) = &mut claims {
            map.retain(|_, value| !value.is_null());
        }
        claims.to_string()
    }

    /// How long the token lives from its birth, in seconds. Both ends are of one clock, so a wrong clock on this
    /// device does no harm.
    pub fn lifetime(&self) -> Option<u64> {
        self.exp?.checked_sub(self.iat?)
    }
}

/// Reads the claims of `token` **without verifying its signature**: nothing may be allowed because of them.
///
/// # Errors
/// When it is no JWT (RFC 7519) or a claim has a type that nobody sends.
pub fn decode_unverified(token: &str) -> Result<Claims, DecodeError> {
    let bad = |why| DecodeError::new("access token", "", why);
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(bad("has not three parts"));
    };
    let payload = from_base64url(payload).ok_or_else(|| bad("is not base64url"))?;
    let payload = std::str::from_utf8(&payload).map_err(|_| bad("is not JSON"))?;
    let payload: Value = serde_json::from_str(payload).map_err(|_| bad("is not JSON"))?;
    claims(&payload)
}

/// Reads a token's payload.
///
/// # Errors
/// When a claim has a type that nobody sends.
pub fn claims(payload: &Value) -> Result<Claims, DecodeError> {
    let fields = Fields::of("access token", payload)?;
    let aud = match fields.any(&["aud"]) {
        Some(Value::Array(list)) => list.first().and_then(Value::as_str).map(str::to_owned),
        _ => fields.optional_text(&["aud"])?,
    };
    Ok(Claims {
        user_id: fields.optional_text(&["userId", "user_id", "id", "sub"])?,
        email: fields.optional_text(&["email"])?,
        role: fields.optional_text(&["role"])?,
        organization_id: fields.optional_text(&["organizationId", "organization_id"])?,
        exp: fields.optional_number(&["exp"])?,
        iat: fields.optional_number(&["iat"])?,
        iss: fields.optional_text(&["iss"])?,
        aud,
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64url without padding (RFC 4648, section 5).
pub fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0u32, |word, byte| (word << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let index = (word >> (18 - 6 * place)) & 63;
            text.push(ALPHABET.get(index as usize).copied().map_or('=', char::from));
        }
    }
    text
}

/// The bytes of a base64url text; padding is accepted and ignored. `None` for any other character.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut bits) = (0u32, 0u8);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        word = (word << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    // A rest of 6 bits is one lonely character, which encodes nothing.
    (bits < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn token(payload: &str) -> String {
        format!(
            "{}.{}.sig",
            base64url(b"{\"alg\":\"HS256\"}"),
            base64url(payload.as_bytes())
        )
    }

    #[test]
    fn claims_of_the_contract_are_read() {
        let claims = decode_unverified(&token(
            r#"{"userId":7,"email":"ada@example.org","role":"viewer","organizationId":"o1","exp":1900,"iat":1000.0,"aud":["app","x"]}"#,
        ))
        .unwrap();
        expect![[r#"
            Claims { user_id: Some("7"), email: Some("ada@example.org"), role: Some("viewer"), organization_id: Some("o1"), exp: Some(1900), iat: Some(1000), iss: None, aud: Some("app") }"#]]
        .assert_eq(&format!("{claims:?}"));
        assert_eq!(claims.lifetime(), Some(900));
        assert_eq!(decode_unverified(&token(&claims.to_json())).unwrap(), claims);
    }

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("\u{3ff}?>", "z78_Pg"),
        ] {
            assert_eq!(base64url(bytes.as_bytes()), text);
            assert_eq!(from_base64url(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(from_base64url("Zg=="), Some(b"f".to_vec()));
        for bad in ["Z", "Zm9vY", "Zm+v", "Zm/v", "Z g", "ä"] {
            assert_eq!(from_base64url(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_token_says_why() {
        for (text, why) in [
            ("opaque", "access token: has not three parts"),
            ("a.b.c.d", "access token: has not three parts"),
            ("a.!.c", "access token: is not base64url"),
            ("a.Zm9v.c", "access token: is not JSON"),
            (&token("[]"), "access token: expected an object, got a list"),
            (
                &token(r#"{"exp":"soon"}"#),
                "access token.exp: expected a whole number, got a text",
            ),
        ] {
            assert_eq!(decode_unverified(text).unwrap_err().to_string(), why);
        }
    }

    proptest::proptest! {
        #[test]
        fn bytes_survive(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }

        #[test]
        fn no_token_makes_it_panic(token in ".*") {
            let _ = decode_unverified(&token);
        }
    }
}
