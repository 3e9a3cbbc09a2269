//! A network of our own between client and server.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the network behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Everything passes.
    Works,
    /// Nothing passes, and nobody is told: packets vanish, new connections too.
    Frozen,
    /// Every connection is closed, new ones at once.
    Cut,
    /// A proxy that answers WebSocket handshakes with 403.
    RefusesWebSocket,
    /// A proxy that swallows WebSocket handshakes without an answer.
    SwallowsWebSocket,
}

/// A TCP relay on a free port of loopback.
#[derive(Debug)]
pub struct Relay {
    addr: SocketAddr,
    network: watch::Sender<Network>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Relays to `port` of loopback.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start(port: u16, network: Network) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (sender, receiver) = watch::channel(network);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, port, receiver.clone()));
            }
        });
        Ok(Self {
            addr,
            network: sender,
            task,
        })
    }

    /// Changes the network, for connections that exist too.
    pub fn set(&self, network: Network) {
        self.network.send_replace(network);
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(mut client: TcpStream, port: u16, mut network: watch::Receiver<Network>) {
    let _ = client.set_nodelay(true);
    let Some(head) = read_head(&mut client, &mut network).await else {
        return;
    };
    let websocket = String::from_utf8_lossy(&head).contains("transport=websocket");
    let now = *network.borrow();
    if websocket && now == Network::RefusesWebSocket {
        let _ = client
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await;
        return;
    }
    if websocket && now == Network::SwallowsWebSocket {
        hold(&mut client, &mut network).await;
        return;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let _ = server.set_nodelay(true);
    if server.write_all(&head).await.is_err() {
        return;
    }
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        let now = *network.borrow_and_update();
        match now {
            Network::Cut => return,
            // What was sent before the thaw is then delivered, as TCP would.
            Network::Frozen => {
                if network.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Network::Works | Network::RefusesWebSocket | Network::SwallowsWebSocket => {}
        }
        let passed = tokio::select! {
            changed = network.changed() => changed.is_ok(),
            read = client.read(&mut up) => pass(read, &up, &mut server).await,
            read = server.read(&mut down) => pass(read, &down, &mut client).await,
        };
        if !passed {
            return;
        }
    }
}

/// Reads the first bytes of a connection, which hold its request line; `None` when it ends before.
async fn read_head(client: &mut TcpStream, network: &mut watch::Receiver<Network>) -> Option<Vec<u8>> {
    let mut head = vec![0; 4096];
    loop {
        let now = *network.borrow_and_update();
        match now {
            Network::Cut => return None,
            Network::Frozen => network.changed().await.ok()?,
            Network::Works | Network::RefusesWebSocket | Network::SwallowsWebSocket => tokio::select! {
                changed = network.changed() => changed.ok()?,
                read = client.read(&mut head) => {
                    let length = read.ok().filter(|length| *length > 0)?;
                    head.truncate(length);
                    return Some(head);
                }
            },
        }
    }
}

async fn hold(client: &mut TcpStream, network: &mut watch::Receiver<Network>) {
    let mut nowhere = vec![0; 4096];
    loop {
        tokio::select! {
            changed = network.changed() => if changed.is_err() || *network.borrow() == Network::Cut {
                return;
            },
            read = client.read(&mut nowhere) => if !matches!(read, Ok(length) if length > 0) {
                return;
            },
        }
    }
}

async fn pass(read: io::Result<usize>, buffer: &[u8], to: &mut TcpStream) -> bool {
    match read {
        Ok(length) if length > 0 => to
            .write_all(buffer.get(..length).unwrap_or_default())
            .await
            .is_ok(),
        Ok(_) | Err(_) => false,
    }
}
