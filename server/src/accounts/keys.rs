//! The server's secret, and everything that is signed or derived with it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac};
use wire::jwt::{self, Claims};

/// Keys of this data folder.
#[derive(Debug)]
pub struct Keys {
    access: hmac::Key,
    refresh: hmac::Key,
    instance: String,
    random: SystemRandom,
}

/// The only header we sign and accept, so that no token can choose its own algorithm.
const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

impl Keys {
    /// Reads the secret of a data folder, or makes one.
    ///
    /// # Errors
    /// When the file can be neither read nor written.
    pub fn load(data: &Path) -> io::Result<Self> {
        let random = SystemRandom::new();
        let path = data.join("secret.key");
        let secret = match fs::read(&path) {
            Ok(secret) if secret.len() == 32 => secret,
            Ok(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "secret.key is damaged",
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut secret = vec![0; 32];
                random
                    .fill(&mut secret)
                    .map_err(|_| io::Error::other("no random numbers"))?;
                write_private(&path, &secret)?;
                secret
            }
            Err(error) => return Err(error),
        };
        let derive = |purpose: &str| {
            let main = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            hmac::sign(&main, purpose.as_bytes())
        };
        let key = |purpose: &str| hmac::Key::new(hmac::HMAC_SHA256, derive(purpose).as_ref());
        let instance = derive("instance")
            .as_ref()
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self {
            access: key("access"),
            refresh: key("refresh"),
            instance,
            random,
        })
    }

    /// A short public name of this data folder: cookies are shared by all ports of a host, so their names tell servers
    /// apart.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// A JWT (HS256) with these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        let mut token = jwt::base64url(HEADER);
        token.push('.');
        token.push_str(&jwt::base64url(claims.to_json().as_bytes()));
        let signature = hmac::sign(&self.access, token.as_bytes());
        token.push('.');
        token.push_str(&jwt::base64url(signature.as_ref()));
        token
    }

    /// The claims of a token of ours that has not ended at `now` (seconds since the epoch).
    pub fn verify(&self, token: &str, now: u64) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, _) = signed.split_once('.')?;
        if header != jwt::base64url(HEADER) {
            return None;
        }
        hmac::verify(&self.access, signed.as_bytes(), &jwt::from_base64url(signature)?).ok()?;
        let claims = jwt::decode_unverified(token).ok()?;
        (claims.exp? > now).then_some(claims)
    }

    /// A new random text of 256 bits; `None` when the system has no randomness.
    pub fn random(&self) -> Option<String> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).ok()?;
        Some(jwt::base64url(&bytes))
    }

    /// The refresh token that follows `token`. It is derived, not drawn, so that a token that is shown twice within the
    /// grace gets the very same successor although only hashes are kept. Without the secret nobody can compute it.
    pub fn successor(&self, token: &str) -> String {
        jwt::base64url(hmac::sign(&self.refresh, token.as_bytes()).as_ref())
    }
}

/// What is kept of a refresh token.
pub(super) fn hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes())
        .as_ref()
        .to_vec()
}

/// Writes a file that only this user can read, and is whole after a power cut or not there at all.
///
/// # Errors
/// Those of the file system.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let scratch = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&scratch)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&scratch, path)?;
    if let Some(folder) = path.parent() {
        // Folders cannot be synced everywhere; the rename is atomic all the same.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str) -> Keys {
        let folder = std::env::temp_dir().join(format!("antenna-keys-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let keys = Keys::load(&folder).unwrap();
        assert_eq!(Keys::load(&folder).unwrap().instance(), keys.instance());
        fs::remove_dir_all(&folder).unwrap();
        keys
    }

    #[test]
    fn only_our_own_living_tokens_are_believed() {
        let (ours, others) = (keys("ours"), keys("others"));
        let claims = Claims {
            user_id: Some("u".into()),
            exp: Some(1000),
            iat: Some(100),
            ..Claims::default()
        };
        let token = ours.sign(&claims);
        assert_eq!(ours.verify(&token, 999), Some(claims));
        assert_eq!(ours.verify(&token, 1000), None);
        assert_eq!(others.verify(&token, 999), None);

        let (_, rest) = token.split_once('.').unwrap();
        let unsigned = jwt::base64url(br#"{"alg":"none"}"#);
        let (payload, signature) = rest.split_once('.').unwrap();
        for forged in [
            format!("{unsigned}.{payload}."),
            format!("{unsigned}.{rest}"),
            format!(
                "{}.{}.{signature}",
                jwt::base64url(HEADER),
                jwt::base64url(br#"{"userId":"v","exp":1000}"#)
            ),
            token.trim_end_matches(|_| true).to_owned(),
            format!("{token}x"),
        ] {
            assert_eq!(ours.verify(&forged, 999), None, "{forged}");
        }
    }

    #[test]
    fn a_successor_is_always_the_same_and_only_ours() {
        let (ours, others) = (keys("a"), keys("b"));
        assert_eq!(ours.successor("t"), ours.successor("t"));
        assert_ne!(ours.successor("t"), ours.successor("u"));
        assert_ne!(ours.successor("t"), others.successor("t"));
    }
}
