//! How high rows will be before they are drawn: as high as rows like them were. A guess that is right spares a busy list
//! a second layout with every draw.

use engine::chat::api::{Delivery, MessageRow, Row, RowKind};
use engine::chat::viewport::Size;

use super::press::message_of;

/// Lines told apart.
const LINES: usize = 8;
/// Letters of a line, about.
const LINE: usize = 90;

/// What plain messages took last, by whether they begin a group and by their number of lines.
#[derive(Debug, Default)]
pub(super) struct Guess {
    seen: [[Option<f64>; LINES]; 2],
}

impl Guess {
    /// A row as the viewport takes it: only messages hold the place, lest what is fetched push them away.
    pub(super) fn sized(&self, row: &Row) -> Size {
        Size {
            key: row.key,
            height: self.height(row),
            holds: match row.kind {
                RowKind::Message(_) | RowKind::Unreadable { .. } => true,
                RowKind::Beginning
                | RowKind::Older(_)
                | RowKind::Gap(_)
                | RowKind::Day { .. }
                | RowKind::Unread => false,
            },
        }
    }

    /// A row took that much.
    pub(super) fn learn(&mut self, row: &Row, height: f64) {
        if let Some(message) = message_of(row)
            && let Some((head, lines)) = plain(message)
            && let Some(seen) = self.seen.get_mut(head).and_then(|seen| seen.get_mut(lines))
        {
            *seen = Some(height);
        }
    }

    fn height(&self, row: &Row) -> f64 {
        let Some(message) = message_of(row) else {
            return 48.0;
        };
        let seen = plain(message).and_then(|(head, lines)| *self.seen.get(head)?.get(lines)?);
        seen.unwrap_or_else(|| {
            let head = if message.head { 34.0 } else { 4.0 };
            let pictures = 120.0 * message.attachments.len() as f64;
            head + 24.0 * lines(message).min(60) as f64 + pictures
        })
    }
}

/// The kind of a message that has nothing but words.
fn plain(message: &MessageRow) -> Option<(usize, usize)> {
    let bare = !message.deleted
        && message.reply.is_none()
        && message.attachments.is_empty()
        && message.reactions.is_empty()
        && message.seen_by.is_empty()
        && message.delivery == Delivery::Sent;
    bare.then(|| (usize::from(message.head), lines(message)))
        .filter(|(_, lines)| *lines < LINES)
}

fn lines(message: &MessageRow) -> usize {
    message.content.len() / LINE + message.content.matches('\n').count() + 1
}
