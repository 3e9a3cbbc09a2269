//! A server as a process that ends, and comes back on the same port.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::Process;
use crate::stage::server_gone;

/// A server of a test.
pub(crate) struct Service {
    process: Option<Process>,
    /// What a line contains once it listens.
    ready: &'static str,
}

impl Drop for Service {
    fn drop(&mut self) {
        server_gone();
    }
}

impl Service {
    /// One that prints a line with `ready` once it listens. It is started by [`Service::restart`].
    pub(crate) fn new(ready: &'static str) -> Self {
        Self { process: None, ready }
    }

    /// Starts it, or starts it again, and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn restart(&mut self, command: &mut Command) -> Outcome {
        self.process = None;
        let mut process = Process::start(command)?;
        process.line_after(self.ready).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it was not running.
    pub(crate) fn kill(&mut self) -> Outcome {
        self.take()?.kill()
    }

    /// Asks it to stop, and waits.
    ///
    /// # Errors
    /// When it does not stop.
    pub(crate) async fn stop(&mut self) -> Outcome {
        self.take()?.terminate().await.map(drop)
    }

    /// What it printed since its last start.
    pub(crate) fn log(&self) -> String {
        self.process.as_ref().map(Process::output).unwrap_or_default()
    }

    fn take(&mut self) -> Outcome<Process> {
        self.process
            .take()
            .ok_or_else(|| Failure("the server is not running".into()))
    }
}
