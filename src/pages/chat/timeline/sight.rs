//! What was really on screen: told once somebody looks at it for a moment, in a page that can be seen and has the focus.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use engine::chat::api::{ChatCommand, RowKey};

use super::Handle;
use crate::browser::timer::Timer;
use crate::browser::{page, visibility};
use crate::stores::Actions;

/// How long a row is on screen before it counts.
const MOMENT: Duration = Duration::from_millis(500);

/// Tells the engine what was seen.
pub(super) struct Sight {
    actions: Actions,
    told: Rc<Cell<Option<RowKey>>>,
    waiting: Rc<Cell<bool>>,
    timer: Option<Timer>,
}

impl Sight {
    pub(super) fn new(actions: Actions) -> Self {
        Self {
            actions,
            told: Rc::default(),
            waiting: Rc::default(),
            timer: None,
        }
    }

    /// Looks in a moment, unless it will anyway.
    pub(super) fn look_soon(&mut self, handle: &Handle) {
        if self.waiting.replace(true) {
            return;
        }
        let (handle, actions) = (handle.clone(), self.actions);
        let (told, waiting) = (self.told.clone(), self.waiting.clone());
        self.timer = Some(Timer::new(MOMENT, move || {
            waiting.set(false);
            if let Some(row) = seen(&handle)
                && told.replace(Some(row)) != Some(row)
            {
                actions.chat(ChatCommand::Seen(row));
            }
        }));
    }
}

/// The last message in sight, if somebody can be looking.
fn seen(handle: &Handle) -> Option<RowKey> {
    if !visibility::visible() || !page::has_focus() {
        return None;
    }
    handle.with(|list| list.last_in_sight()).flatten()
}
