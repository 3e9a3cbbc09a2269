//! `cargo xtask serve`: from a clone to an address.

use crate::{
    Result, app,
    args::Args,
    process,
    process::Running,
    report::{note, step},
    tools,
};
use qrcode::{QrCode, render::unicode};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, SocketAddr, UdpSocket},
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
};

/// What can be said on the command line.
pub(crate) struct Options {
    addr: String,
    data: PathBuf,
    profile: app::Profile,
    tls: bool,
}

impl Options {
    pub(crate) fn read(mut args: Args) -> Result<Self> {
        let tls = args.flag("--tls");
        // A phone on the same network has to reach us; without TLS nobody else needs to.
        let default = if tls { "0.0.0.0:8443" } else { "localhost:8080" };
        let options = Self {
            addr: args.value("--addr")?.unwrap_or_else(|| default.to_owned()),
            data: args
                .value("--data")?
                .unwrap_or_else(|| "./data".to_owned())
                .into(),
            profile: app::Profile::from_dev_flag(args.flag("--dev")),
            tls,
        };
        args.done()?;
        Ok(options)
    }
}

/// Sets up, builds, serves, and prints the address as the last line; returns when the server ends.
pub(crate) fn serve(options: &Options) -> Result<()> {
    app::build(options.profile)?;
    let binary = server(options.profile)?;
    let _watch = match options.profile {
        app::Profile::Dev => Some(watch()?),
        app::Profile::Release => None,
    };
    let mut command = Command::new(binary);
    command
        .args(["--addr", &options.addr, "--app"])
        .arg(options.profile.dist())
        .arg("--data")
        .arg(&options.data);
    if options.tls {
        command.arg("--tls");
    }
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let output = running.child().stdout.take().ok_or("the server has no output")?;
    // The server's own lines go on to stderr, so that the address stays the last line of stdout.
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(std::result::Result::ok) {
            match address_in(&line) {
                Some(address) => drop(send.send(address)),
                None => eprintln!("{line}"),
            }
        }
    });
    match receive.recv() {
        Ok(address) => announce(&address, options.tls)?,
        Err(_) => note("the server said no address"),
    }
    let status = running.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the server ended ({status})").into())
    }
}

/// Builds the embedded backend and gives its path.
pub(crate) fn server(profile: app::Profile) -> Result<PathBuf> {
    // The app's release profile is made for few bytes and aborts on a panic: neither suits a server.
    let (name, folder) = match profile {
        app::Profile::Dev => ("dev", "debug"),
        app::Profile::Release => ("server", "server"),
    };
    step(&format!("server ({name})"), || {
        process::run(
            Command::new("cargo")
                .args([
                    "build",
                    "--quiet",
                    "--package",
                    "server",
                    "--bin",
                    "antenna-server",
                    "--profile",
                    name,
                ])
                .current_dir(tools::root()),
        )
    })?;
    Ok(tools::target_dir().join(folder).join("antenna-server"))
}

/// Trunk, building again on every change.
fn watch() -> Result<Running> {
    let tools = tools::for_build()?;
    note("rebuilding on change; load the page again to see it");
    Running::start(&mut app::trunk(app::Profile::Dev, &tools, "watch")?)
}

/// The URL in a line of the server that says where it listens.
fn address_in(line: &str) -> Option<String> {
    let start = line.find("http://").or_else(|| line.find("https://"))?;
    let rest = line.get(start..)?;
    let end = rest
        .find(|c: char| c.is_whitespace() || c == '"')
        .unwrap_or(rest.len());
    rest.get(..end).map(|url| url.trim_end_matches('/').to_owned())
}

fn announce(address: &str, tls: bool) -> Result<()> {
    let mut address = address.to_owned();
    if tls {
        if let (Some(lan), Some(port)) = (
            lan_address(),
            address.rsplit_once(':').map(|(_, port)| port.to_owned()),
        ) {
            address = format!("https://{}", SocketAddr::new(lan, port.parse()?));
        }
        let code = QrCode::new(&address)?
            .render::<unicode::Dense1x2>()
            .quiet_zone(true)
            .build();
        println!("{code}\nThe certificate was made just now: the browser asks once whether to trust it.");
    } else if let Some(port) = address.strip_prefix("http://127.0.0.1:") {
        address = format!("http://localhost:{port}");
    }
    println!("{address}");
    Ok(std::io::stdout().flush()?)
}

/// The address by which others on the network reach this machine: nothing is sent to find it.
fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn the_address_is_found_in_a_plain_and_in_a_json_line() {
        assert_eq!(
            address_in("http://127.0.0.1:8080").as_deref(),
            Some("http://127.0.0.1:8080")
        );
        assert_eq!(
            address_in(r#"{"level":"INFO","url":"https://0.0.0.0:8443/"}"#).as_deref(),
            Some("https://0.0.0.0:8443")
        );
        assert_eq!(address_in("starting"), None);
    }
}
