//! Processes that end with their owner.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::failure::{Failure, Outcome};
use crate::wait::until_within;

/// A child process in a group of its own, and what it printed. Dropping it kills the group.
pub struct Process {
    child: std::process::Child,
    printed: Arc<Mutex<Vec<String>>>,
    name: String,
}

impl Process {
    /// Starts `command`, its output being read line by line from then on.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        use std::os::unix::process::CommandExt;
        let name = Path::new(command.get_program())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failure(format!("{name} does not start: {error}")))?;
        let printed = Arc::new(Mutex::new(Vec::new()));
        if let Some(out) = child.stdout.take() {
            read_lines(out, Arc::clone(&printed));
        }
        if let Some(err) = child.stderr.take() {
            read_lines(err, Arc::clone(&printed));
        }
        Ok(Self { child, printed, name })
    }

    /// The rest of the first line that contains `marker`.
    ///
    /// # Errors
    /// When the process ends, or half a minute passes, without such a line.
    pub async fn line_after(&mut self, marker: &str) -> Outcome<String> {
        let printed = Arc::clone(&self.printed);
        let mut ended = None;
        let child = &mut self.child;
        let found = until_within(
            Duration::from_secs(30),
            format!("`{marker}` from {}", self.name),
            async || {
                let line = lock(&printed)
                    .iter()
                    .find_map(|line| line.split_once(marker).map(|(_, rest)| rest.trim().to_owned()));
                if line.is_none() && ended.is_some() {
                    return Ok(Some(None));
                }
                ended = child.try_wait()?;
                Ok(line.map(Some))
            },
        )
        .await;
        match found {
            Ok(Some(line)) => Ok(line),
            Ok(None) => Err(Failure(format!(
                "{} ended without `{marker}`:\n{}",
                self.name,
                self.output()
            ))),
            Err(Failure(text)) => Err(Failure(format!("{text}\n{}", self.output()))),
        }
    }

    /// Everything it printed so far.
    #[must_use]
    pub fn output(&self) -> String {
        lock(&self.printed).join("\n")
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would (SIGKILL) and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(&mut self) -> Outcome {
        let _ = killpg(self.pid(), Signal::SIGKILL);
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// When it does not stop within half a minute.
    pub async fn terminate(&mut self) -> Outcome<ExitStatus> {
        kill(self.pid(), Signal::SIGTERM)?;
        let child = &mut self.child;
        until_within(
            Duration::from_secs(30),
            format!("the end of {}", self.name),
            async || Ok(child.try_wait()?),
        )
        .await
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group outlives its leader when a driver has started a browser, so it is killed even if the leader is gone.
        let _ = killpg(self.pid(), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// Kills one process by its id, if it is still there.
pub(crate) fn kill_id(id: i32) {
    let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
}

fn read_lines(from: impl std::io::Read + Send + 'static, into: Arc<Mutex<Vec<String>>>) {
    use std::io::BufRead;
    std::thread::spawn(move || {
        for line in std::io::BufReader::new(from).lines().map_while(Result::ok) {
            let mut lines = lock(&into);
            lines.push(line);
            if lines.len() > 5000 {
                lines.drain(..1000);
            }
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
