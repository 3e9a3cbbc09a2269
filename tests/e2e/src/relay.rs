//! A TCP relay that counts, delays and cuts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

use crate::failure::Outcome;

/// Listens on a port of its own and passes every connection on.
pub struct Relay {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    to: SocketAddr,
    delay: AtomicU64,
    down: AtomicU64,
    cut: AtomicBool,
    changed: Notify,
}

impl Relay {
    /// A relay to `to`, each direction late by `delay`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(to: SocketAddr, delay: Duration) -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            to,
            delay: AtomicU64::new(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
            down: AtomicU64::new(0),
            cut: AtomicBool::new(false),
            changed: Notify::new(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { addr, shared, task })
    }

    /// Base URL of what is behind it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Bytes that went from the server to browsers so far, headers of HTTP included.
    #[must_use]
    pub fn bytes_down(&self) -> u64 {
        self.shared.down.load(Ordering::Relaxed)
    }

    /// Breaks every connection, and accepts no new one until it is mended.
    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::SeqCst);
        self.shared.changed.notify_waiters();
    }

    /// Passes connections on again.
    pub fn mend(&self) {
        self.shared.cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        if shared.cut.load(Ordering::SeqCst) {
            continue;
        }
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(shared.to).await else {
                return;
            };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (client_in, client_out) = client.into_split();
            let (server_in, server_out) = server.into_split();
            tokio::select! {
                () = pass(client_in, server_out, &shared, false) => {}
                () = pass(server_in, client_out, &shared, true) => {}
                () = shared.changed.notified() => {}
            }
        });
    }
}

/// Copies until either side closes; every piece leaves `delay` after it came, and pieces follow each other in order.
async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    shared: &Shared,
    down: bool,
) {
    let delay = Duration::from_millis(shared.delay.load(Ordering::Relaxed));
    let (sender, mut receiver) = mpsc::unbounded_channel::<(tokio::time::Instant, Vec<u8>)>();
    let read = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let Some(piece) = buffer.get(..count) else { break };
            if sender
                .send((tokio::time::Instant::now() + delay, piece.to_vec()))
                .is_err()
            {
                break;
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = receiver.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
            if down {
                shared.down.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
        }
    };
    tokio::join!(read, write);
}
