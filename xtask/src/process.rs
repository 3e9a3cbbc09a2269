//! Child processes: each in a process group of its own, and none of them outlives us.

use crate::{Failure, Result};
use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The process groups that run now, by the id of their leader.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// How long a group may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(6);

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends every child with us on Ctrl-C, SIGTERM and SIGHUP.
pub(crate) fn end_children_on_signal() {
    let set = ctrlc::set_handler(|| {
        end_all();
        std::process::exit(130);
    });
    if let Err(why) = set {
        crate::report::note(&format!(
            "signals cannot be caught ({why}): children may outlive this command"
        ));
    }
}

/// Asks every group to end, waits, and kills what is left.
pub(crate) fn end_all() {
    let running = groups().clone();
    for group in &running {
        signal("-TERM", *group);
    }
    let patience = Instant::now() + GRACE;
    for group in running {
        while signal("-0", group) {
            if Instant::now() > patience {
                signal("-KILL", group);
                break;
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

/// Sends a signal to a group; false when the group has no process (left to run).
fn signal(name: &str, group: u32) -> bool {
    Command::new("kill")
        .args([name, "--", &format!("-{group}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A child that leaves the list of groups when it is waited for or dropped, and ends when it is dropped.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts `command` in a group of its own, without our input.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        // The lock is held until the group is listed, so that a signal in between cannot miss it.
        let mut groups = groups();
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|why| format!("{name} does not start: {why}"))?;
        groups.push(child.id());
        Ok(Self { child })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait()?;
        self.unlist();
        Ok(status)
    }

    fn unlist(&self) {
        groups().retain(|id| *id != self.child.id());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if groups().contains(&self.child.id()) {
            if matches!(self.child.try_wait(), Ok(None)) {
                signal("-TERM", self.child.id());
                let _ = self.child.wait();
            }
            self.unlist();
        }
    }
}

/// Runs a command to its end; its output is the person's to read.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    let status = Running::start(command)?.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` failed ({status})").into())
    }
}

/// Runs a command to its end and keeps what it prints; the output is part of the failure.
pub(crate) fn quiet(command: &mut Command) -> Result<Output> {
    let line = line_of(command);
    let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (out, err) = (running.child().stdout.take(), running.child().stderr.take());
    let reader = std::thread::spawn(move || read_all(err));
    let stdout = read_all(out)?;
    let stderr = reader.join().map_err(|_| "a reader of output stopped")??;
    let status = running.wait()?;
    if status.success() {
        return Ok(Output {
            status,
            stdout,
            stderr,
        });
    }
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    Err(format!("`{line}` failed ({status}):\n{}", said.trim_end()).into())
}

fn read_all(stream: Option<impl std::io::Read>) -> std::result::Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// A command as one would type it, or the beginning of it.
pub(crate) fn line_of(command: &Command) -> String {
    const LONGEST: usize = 200;
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        if line.len() > LONGEST {
            line.push_str(" …");
            break;
        }
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
