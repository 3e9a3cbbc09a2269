//! WebSockets and HTTP as values.

use std::time::Duration;

/// News of one WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketInput {
    /// It is open.
    Opened,
    /// A text frame came.
    Text(String),
    /// A binary frame came.
    Binary(Vec<u8>),
    /// It closed or never opened; nothing follows.
    Closed {
        /// RFC 6455 close code, 1006 where there was none.
        code: u16,
        /// The close reason, often empty.
        reason: String,
    },
}

/// What to do with one WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketCommand {
    /// Open it. The URL is absolute (`ws:` or `wss:`).
    Open {
        /// Where to.
        url: String,
    },
    /// Send a text frame.
    Text(String),
    /// Send a binary frame.
    Binary(Vec<u8>),
    /// Close it; no further input is wanted.
    Close,
}

/// An HTTP request as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names and values, besides what the browser adds.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Body,
    /// Whether cookies travel (`credentials: "include"`) or not (`"omit"`).
    pub credentials: bool,
    /// Give up after this long; the reply is then [`HttpFailure::TimedOut`].
    pub timeout: Duration,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// A request's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// Text; its type stands in the headers.
    Text(String),
}

/// An HTTP answer of any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// `Retry-After` in seconds, where the server sent one.
    pub retry_after: Option<Duration>,
    /// The body as text (UTF-8, replacement characters where it was not).
    pub body: String,
}

/// Why there is no HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFailure {
    /// No connection, blocked, CORS: browsers do not tell which.
    Unreachable,
    /// `Request::timeout` passed.
    TimedOut,
}
