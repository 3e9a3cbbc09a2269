//! Base64 with the standard alphabet and padding (RFC 4648, section 4), as polling payloads use it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 of `bytes`, padded.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(if place <= chunk.len() {
                symbol(bits >> (18 - 6 * place))
            } else {
                '='
            });
        }
    }
    text
}

/// The bytes of `text`, whose padding may be missing; `None` when it is not base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let symbols = text.trim_end_matches('=').as_bytes();
    let padding = text.len() - symbols.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) || symbols.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3 + 2);
    for chunk in symbols.chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            bits = (bits << 6) | chunk.get(place).map_or(Some(0), |symbol| value(*symbol))?;
        }
        let [_, a, b, c] = bits.to_be_bytes();
        let whole = chunk.len() * 6 / 8;
        // Bits beyond the last byte must be zero, so that every text means something else.
        if [a, b, c].iter().skip(whole).any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend([a, b, c].into_iter().take(whole));
    }
    Some(bytes)
}

fn symbol(bits: u32) -> char {
    ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'A').into()
}

fn value(symbol: u8) -> Option<u32> {
    let value = match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::prelude::*;

    /// RFC 4648, section 10.
    #[test]
    fn vectors_of_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
            assert_eq!(
                decode(coded.trim_end_matches('=')).as_deref(),
                Some(plain.as_bytes()),
                "without padding"
            );
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for bad in [
            "A", "A===", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v=", "====", "Zg==Zg==", "Zm-_",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
