//! Certificates: one's own, or made on the spot.

use std::net::{IpAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fmt, fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::accounts::write_private;

/// What TLS needs.
pub struct Certificate {
    /// Takes connections.
    pub acceptor: TlsAcceptor,
    /// The authority's certificate (PEM) that others have to trust, where it was made here.
    pub authority: Option<String>,
}

/// Why there is no certificate.
#[derive(Debug)]
pub struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<rcgen::Error> for TlsError {
    fn from(error: rcgen::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self(error.to_string())
    }
}

/// One's own certificate.
///
/// # Errors
/// When a file cannot be read, or the two do not fit.
pub fn from_files(cert: &Path, key: &Path) -> Result<Certificate, TlsError> {
    let (cert, key) = (fs::read(cert)?, fs::read(key)?);
    Ok(Certificate {
        acceptor: acceptor(&cert, &key)?,
        authority: None,
    })
}

/// A certificate for this machine's names and addresses and for `names`, kept in the data folder and made anew when it
/// gets old or the names change.
///
/// Browsers allow no service worker on a certificate that was only clicked away, so it is signed by an authority whose
/// certificate a phone can be told to trust. The authority's key is thrown away as soon as it has signed: nobody can
/// misuse the trust later.
///
/// # Errors
/// When it can be neither read nor made.
pub fn self_signed(data: &Path, names: &[String]) -> Result<Certificate, TlsError> {
    let paths = ["tls.pem", "tls.key", "tls-authority.pem", "tls.names"].map(|name| data.join(name));
    let [chain, key, authority, kept] = &paths;
    let names = all_names(names);
    let fresh = |path: &Path| {
        let made = fs::metadata(path).and_then(|meta| meta.modified()).ok()?;
        SystemTime::now()
            .duration_since(made)
            .ok()
            .filter(|age| *age < RENEW_AFTER)
    };
    if fs::read_to_string(kept).ok().as_deref() != Some(names.join("\n").as_str()) || fresh(kept).is_none() {
        let made = make(&names)?;
        write_private(chain, made.chain.as_bytes())?;
        write_private(key, made.key.as_bytes())?;
        write_private(authority, made.authority.as_bytes())?;
        // Last: what was cut off halfway is made again.
        write_private(kept, names.join("\n").as_bytes())?;
        tracing::info!("made a certificate");
    }
    Ok(Certificate {
        acceptor: acceptor(&fs::read(chain)?, &fs::read(key)?)?,
        authority: Some(fs::read_to_string(authority)?),
    })
}

/// Apple's systems refuse certificates that live longer than 825 days, and public practice is 398.
const LIFE: Duration = Duration::from_secs(397 * 24 * 3600);
const RENEW_AFTER: Duration = Duration::from_secs(300 * 24 * 3600);

struct Made {
    chain: String,
    key: String,
    authority: String,
}

fn make(names: &[String]) -> Result<Made, TlsError> {
    let named = |name: &str| {
        let mut whole = DistinguishedName::new();
        whole.push(DnType::CommonName, name);
        whole
    };
    let (begin, end) = (
        SystemTime::now() - Duration::from_secs(24 * 3600),
        SystemTime::now() + LIFE,
    );

    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name = named("Antenna on this machine");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.not_before = begin.into();
    authority.not_after = end.into();
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let mut leaf = CertificateParams::new(names.to_vec())?;
    leaf.distinguished_name = named("antenna");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    leaf.not_before = begin.into();
    leaf.not_after = end.into();
    let key = KeyPair::generate()?;
    let chain = leaf.signed_by(&key, &issuer)?.pem() + &authority_pem;
    Ok(Made {
        chain,
        key: key.serialize_pem(),
        authority: authority_pem,
    })
}

fn all_names(wanted: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    // Connecting a datagram socket sends nothing; it only chooses the address that would be used.
    for (own, target) in [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")] {
        let address =
            UdpSocket::bind(own).and_then(|socket| socket.connect(target).and_then(|()| socket.local_addr()));
        names.extend(
            address
                .ok()
                .map(|address| address.ip())
                .filter(is_useful)
                .map(|ip| ip.to_string()),
        );
    }
    names.extend(wanted.iter().cloned());
    names.sort();
    names.dedup();
    names
}

fn is_useful(address: &IpAddr) -> bool {
    !address.is_loopback() && !address.is_unspecified()
}

fn acceptor(chain: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|error| TlsError(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets over HTTP/2 are not spoken here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
