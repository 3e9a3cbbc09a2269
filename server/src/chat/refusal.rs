//! Why a wish of a chat client was not granted, in the words of both transports.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::db::DbError;
use crate::limits::TooMany;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nobody is signed in.
    Unauthenticated,
    /// Too much; there is room again after this long.
    RateLimited(Duration),
    /// The room is there, and only its members may do that.
    NotAMember,
    /// There is no such thing, or not for this person.
    NotFound(&'static str),
    /// This person may not do that.
    Forbidden(&'static str),
    /// More bytes than `limit`.
    TooLarge {
        /// Which field.
        field: &'static str,
        /// The most it may have.
        limit: usize,
    },
    /// A field is not what it should be.
    Invalid {
        /// Which field.
        field: &'static str,
        /// What was expected.
        why: &'static str,
    },
    /// The server has too much to do; later.
    Busy,
}

impl From<TooMany> for Refusal {
    fn from(TooMany(wait): TooMany) -> Self {
        Self::RateLimited(wait)
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => {}
            DbError::Sqlite(_) | DbError::Gone | DbError::NotCommitted => {
                tracing::error!(%error, "chat database");
            }
        }
        Self::Busy
    }
}

impl Refusal {
    /// The word for programs.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::RateLimited(_) => "rate-limited",
            Self::NotAMember => "not-a-member",
            Self::NotFound(_) => "not-found",
            Self::Forbidden(_) => "forbidden",
            Self::TooLarge { .. } => "too-large",
            Self::Invalid { .. } => "invalid",
            Self::Busy => "busy",
        }
    }

    /// The words for people; those of contract 5 where it has them.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "Authentication required".into(),
            Self::RateLimited(wait) => {
                let seconds = wait.as_secs() + 1;
                format!("Rate limit exceeded. Try again in {seconds} seconds")
            }
            Self::NotAMember => "You are not a member of this room".into(),
            Self::NotFound(what) => format!("There is no such {what}"),
            Self::Forbidden(why) => (*why).into(),
            Self::TooLarge { field, limit } => format!("{field}: at most {limit} bytes"),
            Self::Invalid { field, why } => format!("{field}: {why}"),
            Self::Busy => "Too busy, please try again".into(),
        }
    }

    /// As an acknowledgement.
    pub(super) fn to_ack(&self) -> Value {
        let mut error = json!({ "code": self.code(), "message": self.message() });
        match (self, error.as_object_mut()) {
            (Self::RateLimited(wait), Some(error)) => {
                let millis = u64::try_from(wait.as_millis())
                    .unwrap_or(u64::MAX)
                    .saturating_add(1);
                error.insert("retryAfterMs".into(), millis.into());
            }
            (Self::Busy, Some(error)) => {
                error.insert("retryAfterMs".into(), 1000.into());
            }
            _ => {}
        }
        json!({ "ok": false, "error": error })
    }

    /// The field that is to blame.
    pub(super) const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } | Self::TooLarge { field, .. } => Some(field),
            Self::Unauthenticated
            | Self::RateLimited(_)
            | Self::NotAMember
            | Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Busy => None,
        }
    }

    /// Over HTTP.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotAMember | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid { .. } => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
