//! Networks of their own for browsers, to be cut as a cable is.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::mpsc;

use tokio::sync::oneshot;

use crate::failure::{Failure, Outcome, ensure};

/// A bridge on this machine with network namespaces at it, each with a cable that can be pulled.
pub struct Networks {
    tag: String,
    subnet: String,
    count: usize,
}

impl Networks {
    /// Makes `count` namespaces; `None`, with the reason printed, where this user may not.
    ///
    /// # Errors
    /// When this user may, and it fails all the same.
    pub fn make(count: usize) -> Outcome<Option<Self>> {
        if !nix::unistd::geteuid().is_root() {
            println!("skipped: network namespaces need root");
            return Ok(None);
        }
        let number = std::process::id() % 200 + 20;
        let networks = Self {
            tag: format!("an{number}"),
            subnet: format!("10.77.{number}"),
            count,
        };
        networks.remove();
        networks.build()?;
        Ok(Some(networks))
    }

    /// Address of this machine as seen from all of them.
    #[must_use]
    pub fn host(&self) -> String {
        format!("{}.1", self.subnet)
    }

    /// Name of one namespace.
    #[must_use]
    pub fn namespace(&self, index: usize) -> String {
        format!("{}n{index}", self.tag)
    }

    /// Pulls its cable.
    ///
    /// # Errors
    /// When `ip` fails.
    pub fn cut(&self, index: usize) -> Outcome {
        ip(&format!("link set {}h{index} down", self.tag))
    }

    /// Puts it back.
    ///
    /// # Errors
    /// When `ip` fails.
    pub fn mend(&self, index: usize) -> Outcome {
        ip(&format!("link set {}h{index} up", self.tag))
    }

    fn build(&self) -> Outcome {
        let Self { tag, subnet, .. } = self;
        ip(&format!("link add {tag}br type bridge"))?;
        ip(&format!("addr add {subnet}.1/24 dev {tag}br"))?;
        ip(&format!("link set {tag}br up"))?;
        for index in 0..self.count {
            let name = self.namespace(index);
            ip(&format!("netns add {name}"))?;
            ip(&format!(
                "link add {tag}h{index} type veth peer name eth0 netns {name}"
            ))?;
            ip(&format!("link set {tag}h{index} master {tag}br up"))?;
            ip(&format!("-n {name} link set lo up"))?;
            ip(&format!("-n {name} addr add {subnet}.{}/24 dev eth0", index + 2))?;
            ip(&format!("-n {name} link set eth0 up"))?;
            ip(&format!("-n {name} route add default via {subnet}.1"))?;
        }
        Ok(())
    }

    fn remove(&self) {
        for index in 0..self.count {
            let _ = ip(&format!("netns del {}", self.namespace(index)));
            let _ = ip(&format!("link del {}h{index}", self.tag));
        }
        let _ = ip(&format!("link del {}br", self.tag));
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        self.remove();
    }
}

fn ip(words: &str) -> Outcome {
    let done = Command::new("ip").args(words.split(' ')).output()?;
    ensure(done.status.success(), || {
        format!("ip {words}: {}", String::from_utf8_lossy(&done.stderr))
    })
}

/// Makes a port of this machine lead to `port` on loopback of a namespace. Loopback is not cut with the cable, so the
/// test keeps hold of a browser that has no network.
pub(crate) async fn tunnel(namespace: &str, port: u16) -> Outcome<SocketAddr> {
    let handle = File::open(format!("/run/netns/{namespace}"))?;
    let (asks, asked) = mpsc::channel::<oneshot::Sender<std::io::Result<TcpStream>>>();
    let (entered, entering) = oneshot::channel();
    // Only this thread enters the namespace; a socket stays where it was made, so the stream can be used outside.
    std::thread::spawn(move || {
        let _ = entered.send(nix::sched::setns(handle, nix::sched::CloneFlags::CLONE_NEWNET));
        while let Ok(answer) = asked.recv() {
            let _ = answer.send(TcpStream::connect(("127.0.0.1", port)));
        }
    });
    entering
        .await?
        .map_err(|error| Failure(format!("cannot enter {namespace}: {error}")))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut outside, _)) = listener.accept().await {
            let (answer, answered) = oneshot::channel();
            if asks.send(answer).is_err() {
                return;
            }
            tokio::spawn(async move {
                let Ok(Ok(stream)) = answered.await else { return };
                let Ok(mut inside) = stream
                    .set_nonblocking(true)
                    .and_then(|()| tokio::net::TcpStream::from_std(stream))
                else {
                    return;
                };
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    Ok(addr)
}
