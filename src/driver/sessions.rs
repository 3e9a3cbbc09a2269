//! Behind which backends a session is expected: a token is never kept, but whether its cookie is worth a request is.

use std::cell::RefCell;

use ::engine::event::{AccountProblem, AccountView, Event};

use crate::browser::storage;

const KEY: &str = "antenna.sessions";

/// Follows sign-in and sign-out.
#[derive(Default)]
pub(super) struct Sessions {
    backend: RefCell<String>,
}

/// Ids of the backends whose last session here was not signed out.
pub(super) fn expected() -> Vec<String> {
    let kept = storage::read(KEY).unwrap_or_default();
    kept.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Sessions {
    /// Follows one event.
    pub(super) fn notice(&self, event: &Event) {
        match event {
            Event::Backend(view) => {
                self.backend.replace(view.id.clone());
            }
            Event::Account(AccountView::SignedIn(_)) => self.keep(true),
            Event::Account(AccountView::Guest | AccountView::Failed(AccountProblem::SessionEnded)) => {
                self.keep(false);
            }
            Event::Account(AccountView::Unknown | AccountView::Working | AccountView::Failed(_))
            | Event::Connection(_)
            | Event::Call(_)
            | Event::CallText(_)
            | Event::CallStats(_)
            | Event::Known(_)
            | Event::Capture(_)
            | Event::Refused(_)
            | Event::Trouble(_) => {}
        }
    }

    fn keep(&self, session: bool) {
        let backend = self.backend.borrow();
        let mut kept = expected();
        if backend.is_empty() || kept.contains(&backend) == session {
            return;
        }
        if session {
            kept.push(backend.clone());
        } else {
            kept.retain(|id| *id != *backend);
        }
        storage::write(KEY, &kept.join("\n"));
    }
}
