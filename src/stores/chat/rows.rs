//! The rows of the open room.

use std::rc::Rc;

use engine::chat::api::{Anchor, Row, TimelineChange};

use super::WAITING_AT_MOST;

/// The open room's rows, and what changed since the list took notice.
pub(super) struct Timeline {
    pub(super) rows: Vec<Rc<Row>>,
    pub(super) anchor: Anchor,
    pub(super) changes: Vec<TimelineChange>,
    pub(super) changed: bool,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            anchor: Anchor::Bottom,
            changes: Vec::new(),
            changed: false,
        }
    }
}

impl Timeline {
    pub(super) fn apply(&mut self, change: TimelineChange) {
        self.changed = true;
        match &change {
            TimelineChange::Reset { rows, anchor } => {
                self.rows.clone_from(rows);
                self.anchor = *anchor;
                self.changes.clear();
            }
            TimelineChange::Splice { at, remove, insert } => {
                let from = (*at).min(self.rows.len());
                let to = from.saturating_add(*remove).min(self.rows.len());
                self.rows.splice(from..to, insert.iter().cloned());
            }
            TimelineChange::Scroll(anchor) => self.anchor = *anchor,
        }
        self.changes.push(change);
        // Without a list that takes them, changes would pile up.
        if self.changes.len() > WAITING_AT_MOST {
            self.changes.clear();
            self.changes.push(TimelineChange::Reset {
                rows: self.rows.clone(),
                anchor: self.anchor,
            });
        }
    }
}
