//! One backend's accounts: sign-up, sign-in, the session that renews itself, and authorised requests (contract 4).
//!
//! ```text
//!   Fresh ── restore, no session expected ──▶ Settled (guest, or signed in, or why not) ◀──┐
//!     │ restore, session expected               ▲ │    ▲ │ sign in, sign up              │ accepted, refused
//!     ▼                                         │ │    │ └──────────▶ Entering ──────────┘
//!   Restoring ── refreshed, or refused ─────────┘ └────┘
//!     └ unreachable: tries again             sign out (any tab), refresh refused: guest
//! ```
//!
//! The access token lives in memory only. The refresh token lives in an httpOnly cookie, or, where a server hands it
//! out in the body, in memory. A network failure never ends a session: it is tried again.

pub mod accounts;

mod fetches;
mod machine;
mod renewal;
mod requests;

pub use machine::Auth;

use crate::event::AccountView;
use crate::io::{HttpFailure, IdSpace, Output, Reply};

/// What one backend's accounts need to know from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettings {
    /// The backend's id in the configuration.
    pub backend_id: String,
    /// `http(s)://host[:port]`, no trailing slash.
    pub base_url: String,
    /// Where request ids come from.
    pub ids: IdSpace,
    /// For jitter.
    pub seed: u64,
    /// The last session here was not signed out: a refresh at start is worth its request. The app keeps this in
    /// local storage, set by [`AccountView::SignedIn`], unset by `Guest` and `Failed`; it is no secret. First visits
    /// thus cost no request.
    pub session_expected: bool,
}

/// A wish concerning the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthCommand {
    /// Create an account and sign in.
    SignUp {
        /// E-mail address.
        email: String,
        /// Display name.
        name: String,
        /// Password.
        password: String,
    },
    /// Sign in.
    SignIn {
        /// E-mail address.
        email: String,
        /// Password.
        password: String,
    },
    /// Sign out, here and in all tabs. Works without a network; the server is told as soon as it can be reached.
    SignOut,
    /// Change name or avatar (`Some(None)` removes it). A refusal is told in [`Profile::problem`](crate::event::Profile::problem).
    UpdateProfile {
        /// New display name.
        name: Option<String>,
        /// New avatar, as a data URL.
        avatar: Option<Option<String>>,
    },
}

/// What accounts ask for or tell.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthOutput {
    /// For the driver.
    Output(Output),
    /// The account changed; the whole view.
    View(AccountView),
    /// [`Auth::access_token`] is another one now, or gone. It is for the next connect; a socket that was connected as
    /// somebody else (compare [`Auth::user_id`]) must be connected anew, one of the same person may stay. Comes after
    /// the view.
    TokenChanged,
    /// The answer to [`Auth::fetch`]. When the session ended meanwhile, the reply has status 401 (and an empty body
    /// where nothing was sent): the caller keeps its unsent work.
    Fetched {
        /// The caller's mark.
        tag: u64,
        /// The answer.
        result: Result<Reply, HttpFailure>,
    },
}
