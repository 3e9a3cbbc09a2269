//! Connections: TCP, TLS where wanted, HTTP/1.1, and an end that lets requests finish.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// What is listened on, and who answers.
pub struct Server {
    /// The socket.
    pub listener: TcpListener,
    /// TLS, where wanted.
    pub acceptor: Option<TlsAcceptor>,
    /// Who answers.
    pub router: Router,
    /// How long connections may take to finish at the end.
    pub drain: Duration,
}

/// Where a connection comes from, and whether it is encrypted; found in every request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// TLS.
    pub secure: bool,
}

/// More open connections than this wait in the kernel.
const MAX_CONNECTIONS: usize = 16_384;
/// A handshake, and the head of a request, may take this long: slow ones would hold connections for nothing.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    /// Serves until `stop` is ready; then `closing` is run and what is under way may finish.
    pub async fn serve(self, stop: impl Future<Output = ()>, closing: impl Future<Output = ()>) {
        // Every connection holds a receiver: it hears of the end, and when all are dropped, all are done.
        let (ending, watcher) = watch::channel(());
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut stop = pin!(stop);
        loop {
            let slot = tokio::select! {
                slot = slots.clone().acquire_owned() => slot,
                () = &mut stop => break,
            };
            let (stream, address) = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, mostly: taking a breath is better than spinning.
                        tracing::warn!(%error, "accept");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
                () = &mut stop => break,
            };
            let (acceptor, router, watcher) = (self.acceptor.clone(), self.router.clone(), watcher.clone());
            tokio::spawn(async move {
                connection(stream, address, acceptor, router, watcher).await;
                drop(slot);
            });
        }
        drop(self.listener);
        tracing::info!("stopping");
        closing.await;
        drop(watcher);
        // Fails only when there is no connection.
        let _ = ending.send(());
        if tokio::time::timeout(self.drain, ending.closed()).await.is_err() {
            tracing::warn!("some connections did not finish in time");
        }
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    watcher: watch::Receiver<()>,
) {
    // Signaling is small packets that somebody waits for.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else {
        return http(
            stream,
            Peer {
                address,
                secure: false,
            },
            router,
            watcher,
        )
        .await;
    };
    match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            http(
                stream,
                Peer {
                    address,
                    secure: true,
                },
                router,
                watcher,
            )
            .await
        }
        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
        Err(_) => tracing::debug!("TLS handshake took too long"),
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    mut watcher: watch::Receiver<()>,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        _ = watcher.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection");
    }
}
