//! How a link ends, and what an HTTP answer says of it.

use std::time::Duration;

use crate::io::{HttpFailure, Reply};

/// How a link ended.
#[derive(Debug)]
pub(in crate::session::socketio) struct Down {
    /// What went wrong.
    pub(in crate::session::socketio) reason: String,
    /// The server asked to stay away for so long.
    pub(in crate::session::socketio) retry_after: Option<Duration>,
}

impl Down {
    pub(in crate::session::socketio) fn because(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            retry_after: None,
        }
    }
}

/// The body of a successful answer.
pub(super) fn answer(result: Result<Reply, HttpFailure>) -> Result<String, Down> {
    match result {
        Ok(Reply {
            status: 200, body, ..
        }) => Ok(body),
        Ok(reply) => Err(Down {
            reason: ["the server answered with status ", &reply.status.to_string()].concat(),
            retry_after: reply.retry_after,
        }),
        Err(HttpFailure::Unreachable) => Err(Down::because("the server cannot be reached")),
        Err(HttpFailure::TimedOut) => Err(Down::because("the server does not answer")),
    }
}

/// Whether a POST with this answer was certainly not processed. One that was too long (413) would be so again.
pub(super) fn not_taken(status: u16) -> bool {
    (400..500).contains(&status) && status != 413
}

pub(super) fn closed_reason(code: u16, reason: &str) -> String {
    match (code, reason) {
        (1006 | 1005, "") => "the connection broke".to_owned(),
        (code, "") => ["the server closed the connection (", &code.to_string(), ")"].concat(),
        (_, reason) => reason.to_owned(),
    }
}
