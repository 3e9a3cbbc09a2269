//! What all parts share, and the life of the server from start to stop.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::accounts::{Accounts, Keys, Lifetimes};
use crate::calls::Calls;
use crate::chat::Chat;
use crate::db::Db;
use crate::limits::{Limit, Limits, TooMany};
use crate::metrics::Metrics;
use crate::settings::{Settings, Tls};
use crate::web::files::Files;
use crate::{net, tls, web};

/// What all requests share.
#[derive(Debug)]
pub struct App {
    /// Accounts and sessions.
    pub accounts: Accounts,
    /// Signaling.
    pub calls: Calls,
    /// Chat and presence.
    pub chat: Chat,
    /// The app's files.
    pub files: Files,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The certificate authority's certificate that a phone has to trust, under self-signed TLS.
    pub authority: Option<String>,
    /// What was set.
    pub settings: Settings,
    limits: Limits,
}

impl App {
    /// Takes one of `who`'s allowance.
    ///
    /// # Errors
    /// How long until there is more.
    pub fn limit(&self, limit: Limit, who: &str) -> Result<(), TooMany> {
        self.limits.take(limit, who).inspect_err(|_| {
            self.metrics.limited(limit);
            tracing::debug!(limit = limit.name(), "rate limited");
        })
    }
}

/// Why the server did not start.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

fn start(what: &str) -> impl FnOnce(&dyn fmt::Display) -> StartError {
    move |why| StartError(format!("{what}: {why}"))
}

/// How long connections may take to finish after the wish to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How often ended sessions and files that nobody sent are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Serves until `stop` is ready, then lets requests finish. `listening` is told the address once connections are taken.
///
/// # Errors
/// When the server cannot start.
pub async fn run(
    settings: Settings,
    listening: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let data = settings.data.clone();
    std::fs::create_dir_all(&data).map_err(|e| start(&format!("cannot make {}", data.display()))(&e))?;
    let metrics = Arc::new(Metrics::default());
    let db = Db::open(&data.join("antenna.sqlite"), metrics.clone())
        .map_err(|e| start(&format!("cannot open the database in {}", data.display()))(&e))?;
    let keys = Keys::load(&data).map_err(|e| start("cannot read or make secret.key")(&e))?;
    let lifetimes = Lifetimes {
        access: settings.access_lifetime,
        refresh: settings.refresh_lifetime,
        grace: settings.refresh_grace,
    };
    let chat = Chat::open(db.clone(), data.join("attachments"));
    let chat = chat.await.map_err(|e| start("chat")(&e))?;
    let accounts = Accounts::new(db, keys, lifetimes, metrics.clone()).map_err(|e| start("accounts")(&e))?;
    let certificate = match &settings.tls {
        Tls::Off => None,
        Tls::SelfSigned(names) => {
            Some(tls::self_signed(&data, names).map_err(|e| start("cannot make a certificate")(&e))?)
        }
        Tls::Files { cert, key } => {
            Some(tls::from_files(cert, key).map_err(|e| start("cannot use the certificate")(&e))?)
        }
    };
    let files = Files::open(settings.app.clone(), settings.config.clone())
        .map_err(|e| start("cannot serve the app")(&e))?;
    let (acceptor, authority) = certificate.map(|found| (found.acceptor, found.authority)).unzip();
    let (calls, socket_layer) = Calls::new();
    let app = Arc::new(App {
        accounts,
        calls,
        chat,
        files,
        limits: Limits::new(settings.rates.clone()),
        metrics,
        authority: authority.flatten(),
        settings,
    });
    app.calls.open(&app);

    let listener = tokio::net::TcpListener::bind(&app.settings.addr)
        .await
        .map_err(|e| start(&format!("cannot listen on {}", app.settings.addr))(&e))?;
    listening(listener.local_addr().map_err(|e| start("no local address")(&e))?);

    let sweeper = tokio::spawn(sweep(app.clone()));
    let router = web::router(app.clone(), socket_layer);
    let server = net::Server {
        listener,
        acceptor,
        router,
        drain: DRAIN,
    };
    let closing = app.clone();
    server
        .serve(stop, async move { closing.calls.close().await })
        .await;
    sweeper.abort();
    Ok(())
}

async fn sweep(app: Arc<App>) {
    loop {
        app.accounts.sweep().await;
        app.chat.sweep().await;
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
