//! The app's files over HTTP against the real binary: types, encodings, caching, headers, and what is not there.

mod support;

use std::path::PathBuf;

use support::{Server, scratch, write};

const INDEX: &str = "<!doctype html><style>a{}</style><script>1</script><p>Antenna";

fn app() -> PathBuf {
    let app = scratch("app");
    write(&app, "index.html", INDEX.as_bytes());
    write(&app, "app-0123456789abcdef.js", b"export{}");
    write(&app, "app-0123456789abcdef.js.br", b"brotli bytes");
    write(&app, "app-0123456789abcdef.js.gz", b"gzip bytes");
    write(&app, "app-0123456789abcdef_bg.wasm", b"\0asm");
    write(&app, "sw.js", b"self");
    write(&app, "manifest.json", b"{}");
    write(&app, "config.json", b"{\"backends\":[]}");
    write(&app, "icons/icon-192.png", b"png");
    write(&app, ".secret", b"secret");
    app
}

fn start(more: &[&str]) -> (Server, PathBuf) {
    let app = app();
    let mut args = vec!["--app", app.to_str().unwrap()];
    args.extend(more);
    (Server::start(&args), app)
}

const PAGE: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn files_have_their_type_and_their_place_in_the_cache() {
    let (server, _app) = start(&[]);
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        (
            "/app-0123456789abcdef.js",
            "text/javascript; charset=utf-8",
            forever,
        ),
        ("/app-0123456789abcdef_bg.wasm", "application/wasm", forever),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.json", "application/manifest+json", "no-cache"),
        ("/config.json", "application/json", "no-cache"),
        ("/icons/icon-192.png", "image/png", "no-cache"),
    ] {
        let answer = server.get(path, &[]);
        let found = (
            answer.status,
            answer.header("content-type"),
            answer.header("cache-control"),
        );
        assert_eq!(found, (200, Some(kind), Some(cache)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[test]
fn the_best_encoding_is_sent_and_known_files_are_not_sent_again() {
    let (server, _app) = start(&[]);
    let path = "/app-0123456789abcdef.js";
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli bytes"),
        ("gzip, br;q=0", Some("gzip"), "gzip bytes"),
        ("identity", None, "export{}"),
    ] {
        let answer = server.get(path, &[("Accept-Encoding", accepted)]);
        assert_eq!(
            (answer.header("content-encoding"), answer.text().as_str()),
            (encoding, body),
            "{accepted}"
        );
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        let etag = answer.header("etag").unwrap();
        let known = server.get(
            path,
            &[
                ("Accept-Encoding", accepted),
                ("If-None-Match", &format!("\"x\", W/{etag}")),
            ],
        );
        assert_eq!((known.status, known.body.len()), (304, 0));
        let other = server.get(path, &[("Accept-Encoding", accepted), ("If-None-Match", "\"x\"")]);
        assert_eq!(other.status, 200);
    }
    let head = server.send("HEAD", path, &[], None);
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (200, 0, Some("8"))
    );
}

#[test]
fn routes_get_the_page_and_missing_files_do_not() {
    let (server, _app) = start(&[]);
    for route in ["/call/AbC-1_2", "/settings", "/nowhere/at/all", "/call/a.b"] {
        let answer = server.get(route, &[PAGE]);
        assert_eq!((answer.status, answer.text().as_str()), (200, INDEX), "{route}");
    }
    for missing in [
        "/app-ffffffffffffffff.js",
        "/chunk.wasm",
        "/missing.css",
        "/icons/none.png",
    ] {
        let answer = server.get(missing, &[PAGE]);
        assert_eq!(answer.status, 404, "{missing}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=utf-8"),
            "{missing}"
        );
    }
    assert_eq!(
        server.get("/settings", &[("Accept", "*/*")]).status,
        404,
        "a script that fetches is no navigation"
    );
    assert_eq!(server.send("POST", "/settings", &[], Some("{}")).status, 405);
}

#[test]
fn nothing_outside_and_nothing_hidden_is_served() {
    let (server, app) = start(&[]);
    let outside = format!(
        "/../{}/antenna.sqlite",
        server.data.file_name().unwrap().to_str().unwrap()
    );
    for path in [
        "/.secret",
        "/icons/../.secret",
        "/%2e%2e/x",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        outside.as_str(),
    ] {
        assert_eq!(server.get(path, &[]).status, 404, "{path}");
    }
    assert_eq!(server.get("/app-0123456789abcdef.js.br", &[]).status, 404);
    drop(app);
}

#[test]
fn the_page_comes_with_a_strict_policy() {
    let (server, _app) = start(&[]);
    let page = server.get("/settings", &[PAGE]);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-"),
        "{policy}"
    );
    for part in [
        "require-trusted-types-for 'script'",
        "trusted-types default antenna",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    let expected = server::headers::for_static_hosting(INDEX, "{\"backends\":[]}");
    for (name, value) in expected {
        assert_eq!(page.header(&name), Some(value.as_str()), "{name}");
    }
    assert_eq!(page.header("strict-transport-security"), None, "not without TLS");
}

#[test]
fn a_rebuild_shows_at_once_and_stale_compressed_files_do_not() {
    let (server, app) = start(&[]);
    let js = "sw.js";
    write(&app, "sw.js.br", b"brotli bytes");
    assert_eq!(
        server.get(&format!("/{js}"), &[("Accept-Encoding", "br")]).text(),
        "brotli bytes"
    );
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    write(&app, js, b"export{};new");
    std::fs::File::options()
        .write(true)
        .open(app.join(js))
        .unwrap()
        .set_modified(later)
        .unwrap();
    let answer = server.get(&format!("/{js}"), &[("Accept-Encoding", "br")]);
    assert_eq!(
        (answer.header("content-encoding"), answer.text().as_str()),
        (None, "export{};new")
    );
}

#[test]
fn the_configuration_can_be_another_file() {
    let folder = scratch("config");
    write(
        &folder,
        "mine.json",
        b"{\"backends\":[{\"url\":\"http://box:3000\"}]}",
    );
    let (server, app) = start(&["--config", folder.join("mine.json").to_str().unwrap()]);
    write(&app, "config.json.br", b"of the other one");
    let config = server.get("/config.json", &[("Accept-Encoding", "br")]);
    assert!(config.text().contains("box:3000"), "{}", config.text());
    let policy = server.get("/", &[PAGE]);
    assert!(
        policy
            .header("content-security-policy")
            .unwrap()
            .contains(" http://box:3000 ws://box:3000;")
    );
}
