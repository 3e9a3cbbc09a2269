//! What the program is told on its command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::limits::{Limit, Rate, Rates};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen, `HOST:PORT`; port 0 takes a free one.
    pub addr: String,
    /// Where database, keys and certificates live; made when missing.
    pub data: PathBuf,
    /// The built app; `None`: the one inside the binary (feature `embed`), if any.
    pub app: Option<PathBuf>,
    /// A file that is served in place of the app's own `config.json`.
    pub config: Option<PathBuf>,
    /// Encryption.
    pub tls: Tls,
    /// Other origins that browsers may call from (`https://host[:port]`, or `*` for all, then without cookies).
    pub origins: Vec<String>,
    /// A reverse proxy stands in front: believe its `X-Forwarded-For` and `X-Forwarded-Proto`.
    pub behind_proxy: bool,
    /// Show `/metrics` to everybody rather than to this machine only.
    pub open_metrics: bool,
    /// How often who may do what.
    pub rates: Rates,
    /// How long an access token lives.
    pub access_lifetime: Duration,
    /// How long a refresh token lives unless it is used.
    pub refresh_lifetime: Duration,
    /// How long after its use a refresh token still gets the same successor, for two tabs or a lost answer.
    pub refresh_grace: Duration,
    /// What is logged: `error`, `warn`, `info`, `debug` or a `tracing` filter.
    pub log: String,
}

/// How connections are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// With a certificate made on the spot and kept in the data folder, for these names and addresses besides this
    /// machine's own.
    SelfSigned(Vec<String>),
    /// With these PEM files.
    Files {
        /// The certificate chain.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            addr: "127.0.0.1:8080".into(),
            data: "data".into(),
            app: None,
            config: None,
            tls: Tls::Off,
            origins: Vec::new(),
            behind_proxy: false,
            open_metrics: false,
            rates: Rates::default(),
            access_lifetime: Duration::from_secs(15 * 60),
            refresh_lifetime: Duration::from_secs(7 * 24 * 3600),
            refresh_grace: Duration::from_secs(10),
            log: "info".into(),
        }
    }
}

/// The text of `--help`.
pub const HELP: &str = "\
antenna-server: accounts, calls, and the app, in one program

  --addr HOST:PORT     where to listen (127.0.0.1:8080; port 0: a free one)
  --data DIR           database, keys, certificates (./data)
  --app DIR            the built app (dist); default: the one inside the binary, if it has one
  --config FILE        served in place of the app's config.json
  --tls                encrypt, with a certificate made on the spot
  --tls-name NAME      ... that is also valid for this name or address (repeatable)
  --cert FILE --key FILE  encrypt, with these PEM files
  --origin URL         another origin that may use this server (repeatable; * for all, without cookies)
  --behind-proxy       believe X-Forwarded-For and X-Forwarded-Proto
  --open-metrics       show /metrics to everybody, not to this machine only
  --limit NAME=COUNT/SECONDS  change a rate limit; NAME=off turns it off (repeatable), NAME is one of
                       sign-in, sign-in-address, sign-up, refresh, signaling, connections, messages, joins,
                       chat-connections, chat-events, chat-requests, searches, uploads, or all
  --access-seconds N   life of an access token (900)
  --refresh-seconds N  life of an unused refresh token (604800)
  --refresh-grace N    seconds in which a used refresh token still gets the same successor (10)
  --log FILTER         error, warn, info, debug, or a tracing filter (info)
";

/// What the command line asked for.
#[derive(Debug)]
pub enum Invocation {
    /// Serve.
    Serve(Box<Settings>),
    /// Print [`HELP`].
    Help,
}

/// Reads the command line, without the program's name.
///
/// # Errors
/// The first argument that cannot be understood.
pub fn parse(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Invocation, lexopt::Error> {
    use lexopt::prelude::*;

    let mut settings = Settings::default();
    let (mut tls, mut names, mut cert, mut key) = (false, Vec::new(), None, None);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("addr") => settings.addr = parser.value()?.string()?,
            Long("data") => settings.data = parser.value()?.into(),
            Long("app") => settings.app = Some(parser.value()?.into()),
            Long("config") => settings.config = Some(parser.value()?.into()),
            Long("tls") => tls = true,
            Long("tls-name") => names.push(parser.value()?.string()?),
            Long("cert") => cert = Some(parser.value()?.into()),
            Long("key") => key = Some(parser.value()?.into()),
            Long("origin") => settings
                .origins
                .push(parser.value()?.string()?.trim_end_matches('/').to_owned()),
            Long("behind-proxy") => settings.behind_proxy = true,
            Long("open-metrics") => settings.open_metrics = true,
            Long("limit") => limit(&mut settings.rates, &parser.value()?.string()?)?,
            Long("access-seconds") => settings.access_lifetime = seconds(&mut parser)?,
            Long("refresh-seconds") => settings.refresh_lifetime = seconds(&mut parser)?,
            Long("refresh-grace") => settings.refresh_grace = seconds(&mut parser)?,
            Long("log") => settings.log = parser.value()?.string()?,
            Long("help") | Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected()),
        }
    }
    settings.tls = match (cert, key) {
        (Some(cert), Some(key)) => Tls::Files { cert, key },
        (None, None) if tls => Tls::SelfSigned(names),
        (None, None) => Tls::Off,
        (Some(_), None) | (None, Some(_)) => return Err("--cert and --key belong together".into()),
    };
    Ok(Invocation::Serve(Box::new(settings)))
}

fn seconds(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    use lexopt::prelude::*;
    Ok(Duration::from_secs(parser.value()?.parse()?))
}

fn limit(rates: &mut Rates, text: &str) -> Result<(), lexopt::Error> {
    let bad = || lexopt::Error::from(format!("--limit {text}: expected NAME=COUNT/SECONDS or NAME=off"));
    let (name, rate) = text.split_once('=').ok_or_else(bad)?;
    let rate = match rate {
        "off" => None,
        rate => {
            let (count, seconds) = rate.split_once('/').ok_or_else(bad)?;
            let (count, seconds): (u32, u64) = (
                count.parse().map_err(|_| bad())?,
                seconds.parse().map_err(|_| bad())?,
            );
            if count == 0 || seconds == 0 {
                return Err(bad());
            }
            Some(Rate {
                count,
                per: Duration::from_secs(seconds),
            })
        }
    };
    if name == "all" {
        Limit::ALL.into_iter().for_each(|limit| rates.set(limit, rate));
        return Ok(());
    }
    let limit = Limit::ALL
        .into_iter()
        .find(|limit| limit.name() == name)
        .ok_or_else(bad)?;
    rates.set(limit, rate);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Result<Settings, String> {
        match parse(line.split_whitespace().map(Into::into)) {
            Ok(Invocation::Serve(settings)) => Ok(*settings),
            Ok(Invocation::Help) => Err("help".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn limits_are_read() {
        let rates = settings("--limit all=off --limit sign-in=3/60").unwrap().rates;
        assert_eq!(
            rates.get(Limit::SignIn),
            Some(Rate {
                count: 3,
                per: Duration::from_secs(60)
            })
        );
        assert_eq!(rates.get(Limit::Signaling), None);
        for bad in ["sign-in", "sign-in=0/1", "sign-in=1/0", "sign-in=1", "other=1/1"] {
            let error = settings(&format!("--limit {bad}")).unwrap_err();
            assert!(error.contains("expected NAME=COUNT/SECONDS"), "{error}");
        }
    }

    #[test]
    fn half_a_certificate_is_refused() {
        assert_eq!(
            settings("--cert a.pem").unwrap_err(),
            "--cert and --key belong together"
        );
        assert_eq!(
            settings("--tls --tls-name box.local").unwrap().tls,
            Tls::SelfSigned(vec!["box.local".into()])
        );
    }
}
