//! The addresses and requests of one server.

use std::time::Duration;

use crate::io::{Body, Method, Request, RequestId};

/// Where a server is.
#[derive(Debug)]
pub(super) struct Urls {
    base: String,
    path: String,
}

impl Urls {
    pub(super) fn new(base_url: &str, path: &str) -> Self {
        let slash = if path.starts_with('/') { "" } else { "/" };
        Self {
            base: base_url.trim_end_matches('/').to_owned(),
            path: [slash, path].concat(),
        }
    }

    /// The WebSocket's address, of an existing session or for a new one.
    pub(super) fn socket(&self, sid: Option<&str>) -> String {
        let base = match self.base.strip_prefix("http") {
            Some(rest) => ["ws", rest].concat(),
            None => self.base.clone(),
        };
        [
            base.as_str(),
            &self.path,
            "?EIO=4&transport=websocket",
            &sid_parameter(sid),
        ]
        .concat()
    }

    /// A request for what the server has to say.
    pub(super) fn get(&self, sid: Option<&str>, id: RequestId, timeout: Duration) -> Request {
        self.request(
            Method::Get,
            sid,
            Poll {
                id,
                body: Body::Empty,
                timeout,
            },
        )
    }

    /// A request that carries what the client has to say.
    pub(super) fn post(&self, sid: &str, id: RequestId, body: String, timeout: Duration) -> Request {
        self.request(
            Method::Post,
            Some(sid),
            Poll {
                id,
                body: Body::Text(body),
                timeout,
            },
        )
    }

    fn request(&self, method: Method, sid: Option<&str>, poll: Poll) -> Request {
        // `t` makes every address new: browsers let identical requests wait for each other.
        let stamp = ["&t=", &poll.id.0.to_string()].concat();
        let headers = match &poll.body {
            Body::Empty => Vec::new(),
            // A plain type needs no preflight on other origins.
            Body::Text(_) => vec![("Content-Type".to_owned(), "text/plain;charset=UTF-8".to_owned())],
        };
        Request {
            method,
            url: [
                &self.base,
                &self.path,
                "?EIO=4&transport=polling",
                &sid_parameter(sid),
                &stamp,
            ]
            .concat(),
            headers,
            body: poll.body,
            credentials: false,
            timeout: poll.timeout,
        }
    }
}

struct Poll {
    id: RequestId,
    body: Body,
    timeout: Duration,
}

fn sid_parameter(sid: Option<&str>) -> String {
    let Some(sid) = sid else { return String::new() };
    let mut text = "&sid=".to_owned();
    for byte in sid.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte))
            }
            _ => {
                text.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    text.push(
                        char::from_digit(u32::from(nibble), 16)
                            .unwrap_or('0')
                            .to_ascii_uppercase(),
                    );
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Urls;
    use expect_test::expect;

    #[test]
    fn addresses() {
        let urls = Urls::new("https://example.test:8443", "/socket.io/");
        expect!["wss://example.test:8443/socket.io/?EIO=4&transport=websocket"].assert_eq(&urls.socket(None));
        expect!["ws://h/s?EIO=4&transport=websocket&sid=a_B-9"]
            .assert_eq(&Urls::new("http://h/", "s").socket(Some("a_B-9")));
    }

    #[test]
    fn a_session_id_cannot_add_parameters() {
        let urls = Urls::new("http://h", "/socket.io/");
        expect!["ws://h/socket.io/?EIO=4&transport=websocket&sid=a%26EIO%3D3%23%C3%A9"]
            .assert_eq(&urls.socket(Some("a&EIO=3#é")));
    }
}
