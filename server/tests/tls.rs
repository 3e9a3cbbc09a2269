//! TLS with a certificate made on the spot: trusted once, good for good.

mod support;

use std::process::Command;

use support::Server;

/// Asks over HTTPS, trusting the authority in the data folder and nobody else.
const ASK: &str = r#"
    const [url, authority, name] = process.argv.slice(1);
    const port = new URL(url).port;
    const ca = require("fs").readFileSync(authority);
    const ask = (path, method, body) => new Promise((done, fail) => {
        const options = { host: "127.0.0.1", servername: name, port, path, method, ca,
            headers: { "content-type": "application/json" } };
        require("https").request(options, (answer) => {
            answer.resume().on("end", () => done(answer));
        }).on("error", fail).end(body);
    });
    (async () => {
        const health = await ask("/healthz", "GET");
        const form = { email: name + "@b.c", name: "Ada", password: "correct horse" };
        const made = await ask("/api/auth/register?session=cookie", "POST", JSON.stringify(form));
        console.log(health.statusCode, health.headers["strict-transport-security"], made.headers["set-cookie"][0].split("; ").pop());
    })().catch((error) => { console.error(error); process.exit(1); });
"#;

fn ask(server: &Server, authority: &std::path::Path, name: &str) -> Result<String, String> {
    let output = Command::new("node")
        .args(["-e", ASK, &server.url])
        .arg(authority)
        .arg(name)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn a_phone_that_trusts_the_authority_stays_connected_through_restarts() {
    let server = Server::start(&["--tls", "--tls-name", "box.local"]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let trusted = support::scratch("trusted").join("authority.pem");
    std::fs::copy(server.data.join("tls-authority.pem"), &trusted).unwrap();

    let expected = Ok("200 max-age=63072000 Secure".to_owned());
    assert_eq!(ask(&server, &trusted, "localhost"), expected);
    let server = server.kill_and_restart();
    assert_eq!(ask(&server, &trusted, "box.local"), expected);
    let refused = ask(&server, &trusted, "stranger.local").unwrap_err();
    assert!(refused.contains("ERR_TLS_CERT_ALTNAME_INVALID"), "{refused}");

    let other = Server::start(&["--tls"]);
    let refused = ask(&other, &trusted, "localhost").unwrap_err();
    assert!(
        refused.contains("certificate"),
        "another machine's certificate is not trusted: {refused}"
    );
}
