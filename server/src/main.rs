//! The embedded backend as a program: reads the command line, logs JSON to stderr, and stops on SIGINT and SIGTERM.

use std::io::Write as _;
use std::process::ExitCode;

use server::settings::{HELP, Invocation, Tls, parse};

fn main() -> ExitCode {
    let settings = match parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Serve(settings)) => *settings,
        Ok(Invocation::Help) => return say(HELP),
        Err(error) => return fail(&format!("{error}\n\n{HELP}")),
    };
    let filter = match tracing_subscriber::EnvFilter::try_new(&settings.log) {
        Ok(filter) => filter,
        Err(error) => return fail(&format!("--log: {error}")),
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    let scheme = if settings.tls == Tls::Off { "http" } else { "https" };
    let result = runtime.block_on(async {
        let stop = match stop() {
            Ok(stop) => stop,
            Err(error) => return Err(error.to_string()),
        };
        let listening = |address| {
            tracing::info!(%address, scheme, "listening");
            // xtask and the tests wait for this line; whoever does not read it shall not stop the server.
            let _ = say(&format!("listening {scheme}://{address}\n"));
        };
        server::run(settings, listening, stop)
            .await
            .map_err(|error| error.to_string())
    });
    // Work that still runs in the background has had its time to finish.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(()) => {
            tracing::info!("stopped");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

/// Ready when the program is asked to stop.
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn say(text: &str) -> ExitCode {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(text: &str) -> ExitCode {
    // Nothing is left to be done when even this cannot be written.
    let _ = writeln!(std::io::stderr(), "antenna-server: {text}");
    ExitCode::FAILURE
}
