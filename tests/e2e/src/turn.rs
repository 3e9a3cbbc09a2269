//! A TURN server (Debian's coturn) on loopback.

use std::process::Command;

use crate::failure::Outcome;
use crate::process::Process;
use crate::server::free_port;

/// coturn with one long-term credential.
pub struct Turn {
    process: Process,
    port: u16,
}

impl Turn {
    /// The credential's user name.
    pub const USER: &str = "antenna";
    /// The credential's password.
    pub const PASSWORD: &str = "on-loopback-only";

    /// Starts it.
    ///
    /// # Errors
    /// When coturn is not installed or does not start.
    pub async fn start() -> Outcome<Self> {
        let port = free_port()?;
        let mut process = Process::start(
            Command::new("turnserver")
                .args([
                    "-n",
                    "--no-cli",
                    "--no-tls",
                    "--no-dtls",
                    "--allow-loopback-peers",
                    "--lt-cred-mech",
                    "--fingerprint",
                ])
                .args([
                    "--log-file",
                    "stdout",
                    "--verbose",
                    "--realm",
                    "antenna.test",
                    "--pidfile",
                    "/dev/null",
                ])
                .args([
                    "--listening-ip",
                    "127.0.0.1",
                    "--relay-ip",
                    "127.0.0.1",
                    "--listening-port",
                ])
                .arg(port.to_string())
                .arg("--user")
                .arg(format!("{}:{}", Self::USER, Self::PASSWORD)),
        )?;
        process.line_after("listener opened on").await?;
        Ok(Self { process, port })
    }

    /// The ICE server's entry for a configuration.
    #[must_use]
    pub fn ice_server(&self) -> serde_json::Value {
        serde_json::json!({
            "urls": [format!("turn:127.0.0.1:{}?transport=udp", self.port)],
            "username": Self::USER,
            "credential": Self::PASSWORD,
        })
    }

    /// What coturn printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.output()
    }
}
