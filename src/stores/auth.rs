//! Who is signed in.

use engine::event::{AccountProblem, AccountView, Profile};

use super::Slot;

/// Who is signed in.
#[derive(Clone, Copy)]
pub(crate) struct AuthStore {
    view: Slot<AccountView>,
    /// What is known of the person while a request is under way.
    profile: Slot<Option<Profile>>,
}

impl AuthStore {
    pub(super) fn new() -> Self {
        Self {
            view: Slot::new(AccountView::Unknown),
            profile: Slot::new(None),
        }
    }

    pub(super) fn set(&self, view: &AccountView) {
        match view {
            AccountView::SignedIn(profile) => self.profile.put(Some(profile.clone())),
            AccountView::Guest | AccountView::Failed(_) => self.profile.put(None),
            AccountView::Unknown | AccountView::Working => {}
        }
        self.view.put(view.clone());
    }

    /// The person who is signed in, also while a request of theirs is under way.
    pub(crate) fn profile(&self) -> Option<Profile> {
        self.profile.get()
    }

    /// Somebody is signed in.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.profile.with(Option::is_some)
    }

    /// It is not known yet whether somebody is.
    pub(crate) fn is_unknown(&self) -> bool {
        self.view.with(|view| matches!(view, AccountView::Unknown))
    }

    /// A request is under way.
    pub(crate) fn is_working(&self) -> bool {
        self.view.with(|view| matches!(view, AccountView::Working))
    }

    /// Why the last request failed.
    pub(crate) fn problem(&self) -> Option<AccountProblem> {
        self.view.with(|view| match view {
            AccountView::Failed(problem) => Some(problem.clone()),
            AccountView::Unknown | AccountView::Guest | AccountView::Working | AccountView::SignedIn(_) => {
                None
            }
        })
    }
}
