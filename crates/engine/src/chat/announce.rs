//! New messages for screen readers, at a pace that a person can bear.

use std::rc::Rc;
use std::time::Duration;

use super::api::Announcement;
use super::markdown;
use crate::time::Instant;

/// A batch is read out at most so often.
const EVERY: Duration = Duration::from_secs(4);
/// Of a batch, so many are read; of the others only how many they are.
const READ_OUT: usize = 3;
/// Characters of each.
const EXCERPT: usize = 200;

/// Collects what is to be read out.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    waiting: Vec<Announcement>,
    more: u32,
    next: Option<Instant>,
    last: Option<Instant>,
}

impl Announcer {
    /// A message of the open room came.
    pub(super) fn came(&mut self, now: Instant, name: &Rc<str>, content: &str) {
        if self.waiting.len() < READ_OUT {
            let text = markdown::excerpt(content, EXCERPT);
            self.waiting
                .push(Announcement::Message(Rc::clone(name), Rc::from(text)));
        } else {
            self.more = self.more.saturating_add(1);
        }
        let earliest = self.last.map_or(now, |last| last + EVERY).max(now);
        self.next.get_or_insert(earliest);
    }

    /// Another room is open.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.more = 0;
        self.next = None;
    }

    /// What is to be read out now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Vec<Announcement>> {
        if self.next? > now {
            return None;
        }
        self.next = None;
        self.last = Some(now);
        let mut batch = std::mem::take(&mut self.waiting);
        let more = std::mem::take(&mut self.more);
        if more > 0 {
            batch.push(Announcement::More(more));
        }
        Some(batch)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_few_messages_and_a_number() {
        let mut announcer = Announcer::default();
        let name = Rc::from("Ada");
        let at = |millis| Instant::from_millis(millis);
        announcer.came(at(0), &name, "first");
        assert_eq!(announcer.take(at(0)).map(|batch| batch.len()), Some(1));
        for index in 0..50 {
            announcer.came(at(10 + index), &name, "flood");
        }
        assert_eq!(announcer.take(at(100)), None);
        assert_eq!(announcer.deadline(), Some(at(4000)));
        let batch = announcer.take(at(4000)).unwrap_or_default();
        assert_eq!(batch.len(), 4);
        assert_eq!(batch.last(), Some(&Announcement::More(47)));
        assert_eq!(announcer.take(at(9000)), None);
    }
}
