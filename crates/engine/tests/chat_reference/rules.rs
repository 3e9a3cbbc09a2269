//! What holds after every change of a timeline.

use std::collections::BTreeSet;
use std::rc::Rc;

use engine::chat::api::*;
use proptest::prelude::*;

use crate::DAY;

const GROUP: u64 = 300_000;

/// Days, groups, keys and the rows that are no messages, by the rules of the contract between engine and screens.
pub(crate) fn well_formed(rows: &[Rc<Row>]) -> Result<(), TestCaseError> {
    let mut keys = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut day = None;
    let mut group: Option<(UserId, Millis)> = None;
    let mut last_waiting = false;
    for (at, row) in rows.iter().enumerate() {
        prop_assert!(keys.insert(row.key), "two rows have the key {:?}", row.key);
        let next = rows.get(at + 1).map(|row| &row.kind);
        let is_message =
            |kind: Option<&RowKind>| matches!(kind, Some(RowKind::Message(_) | RowKind::Unreadable { .. }));
        match &row.kind {
            RowKind::Beginning | RowKind::Older(_) => prop_assert_eq!(at, 0),
            RowKind::Gap(_) => {
                prop_assert!(at > 0);
                group = None;
            }
            RowKind::Day { day: this, time } => {
                prop_assert_eq!(u64::try_from(*this).unwrap_or_default(), time / DAY);
                prop_assert!(day != Some(*this), "the day {} is said twice", this);
                prop_assert!(
                    is_message(next) || matches!(next, Some(RowKind::Unread)),
                    "a day of nothing"
                );
                day = Some(*this);
                group = None;
            }
            RowKind::Unread => {
                prop_assert!(is_message(next), "nothing is unread");
                group = None;
            }
            RowKind::Unreadable { why } => {
                prop_assert!(!why.is_empty());
                group = None;
            }
            RowKind::Message(message) => {
                prop_assert_eq!(
                    day.map(|day| u64::try_from(day).unwrap_or_default()),
                    Some(message.time / DAY),
                    "the day of {:?}",
                    message.content
                );
                let head = group.as_ref().is_none_or(|(sender, time)| {
                    *sender != message.sender || time.abs_diff(message.time) >= GROUP
                });
                prop_assert_eq!(message.head, head, "the head of {:?}", message.content);
                group = Some((message.sender.clone(), message.time));
                if let Some(id) = &message.id {
                    prop_assert!(ids.insert(id.clone()), "{} is shown twice", id);
                }
                // One that is stored and has no name yet may wait with its edit.
                let waiting = matches!(message.delivery, Delivery::Waiting | Delivery::Failed(_))
                    && message.id.is_none()
                    && message.edited.is_none();
                prop_assert!(
                    message.id.is_none() || !last_waiting,
                    "{:?} is behind what waits",
                    message.content
                );
                last_waiting = waiting;
            }
        }
    }
    Ok(())
}
