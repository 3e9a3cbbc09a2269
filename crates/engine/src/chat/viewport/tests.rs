//! What is on screen stays where it is, whatever happens above and below it.

use proptest::prelude::*;

use super::*;

/// What may happen to a list without the person doing anything.
#[derive(Debug, Clone)]
enum Change {
    Insert { at: usize, count: usize, height: f64 },
    Remove { at: usize, count: usize },
    Measure { index: usize, height: f64 },
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (0..400usize, 1..200usize, 1.0..200.0f64).prop_map(|(at, count, height)| Change::Insert {
            at,
            count,
            height
        }),
        (0..400usize, 1..60usize).prop_map(|(at, count)| Change::Remove { at, count }),
        (0..400usize, 1.0..400.0f64).prop_map(|(index, height)| Change::Measure { index, height }),
    ];
    prop::collection::vec(change, 1..30)
}

/// The list as a person would count it.
#[derive(Default)]
struct Plain {
    rows: Vec<(RowKey, f64)>,
    next: u64,
}

impl Plain {
    fn made(&mut self, count: usize, height: f64) -> Vec<(RowKey, f64)> {
        (0..count)
            .map(|_| {
                self.next += 1;
                (RowKey(self.next), height)
            })
            .collect()
    }

    fn before(&self, key: RowKey) -> Option<f64> {
        let index = self.rows.iter().position(|row| row.0 == key)?;
        Some(self.rows.iter().take(index).map(|row| row.1).sum())
    }

    fn total(&self) -> f64 {
        self.rows.iter().map(|row| row.1).sum()
    }

    /// Applies a change to both, and says whether `kept` was removed.
    fn apply(&mut self, list: &mut Viewport, change: &Change, kept: Option<RowKey>) -> bool {
        match *change {
            Change::Insert { at, count, height } => {
                let at = at.min(self.rows.len());
                let rows = self.made(count, height);
                list.splice(at, 0, rows.clone());
                self.rows.splice(at..at, rows);
                false
            }
            Change::Remove { at, count } => {
                let at = at.min(self.rows.len());
                let count = count.min(self.rows.len() - at);
                list.splice(at, count, std::iter::empty::<Size>());
                self.rows.drain(at..at + count).any(|row| Some(row.0) == kept)
            }
            Change::Measure { index, height } => {
                if let Some(row) = self.rows.get_mut(index) {
                    row.1 = height;
                    list.measured(row.0, height);
                }
                false
            }
        }
    }
}

/// Does what a component does: sets the scroll bar and reports it.
fn settle(list: &mut Viewport) -> Frame {
    let frame = list.frame();
    if let Some(top) = frame.scroll_to {
        list.scrolled(top);
    }
    list.frame()
}

fn started(plain: &mut Plain, count: usize) -> Viewport {
    let mut list = Viewport::new();
    list.resized(600.0);
    plain.rows = plain.made(count, 40.0);
    list.reset(plain.rows.clone(), Anchor::Bottom);
    settle(&mut list);
    list
}

proptest! {
    #[test]
    fn the_row_at_the_top_keeps_its_place(start in 100..400usize, scroll in 0.0..0.9f64, changes in changes()) {
        let mut plain = Plain::default();
        let mut list = started(&mut plain, start);
        list.intends(Intent::Up);
        list.scrolled((plain.total() - 600.0) * scroll);
        for change in &changes {
            let (key, _) = list.place_held().expect("the person has left the end");
            let offset = plain.before(key).expect("it is there") - list.top;
            let removed = plain.apply(&mut list, change, Some(key));
            let frame = settle(&mut list);
            prop_assert!(frame.scroll_to.is_none(), "it does not come to rest: {frame:?}");
            let Some((now, _)) = list.place_held() else { continue };
            if removed {
                prop_assert_ne!(now, key);
                continue;
            }
            prop_assert_eq!(now, key);
            // At either end of the list there is nothing to scroll to.
            let wanted = plain.before(key).expect("it is there") - offset;
            let possible = wanted.clamp(0.0, (plain.total() - 600.0).max(0.0));
            prop_assert!((list.top - possible).abs() < 1.02, "{} is not {possible}", list.top);
        }
    }

    #[test]
    fn the_end_is_followed_until_the_person_leaves_it(start in 0..300usize, changes in changes()) {
        let mut plain = Plain::default();
        let mut list = started(&mut plain, start);
        for change in &changes {
            plain.apply(&mut list, change, None);
            let frame = settle(&mut list);
            prop_assert!(frame.at_end);
            prop_assert_eq!(frame.last, plain.rows.len());
            prop_assert!((list.top - (plain.total() - 600.0).max(0.0)).abs() < 1.02);
        }
    }

    #[test]
    fn what_is_drawn_covers_the_screen_and_the_sums_are_right(start in 0..400usize, scroll in 0.0..1.0f64, changes in changes()) {
        let mut plain = Plain::default();
        let mut list = started(&mut plain, start);
        for change in &changes {
            plain.apply(&mut list, change, None);
        }
        list.intends(Intent::Up);
        list.scrolled((plain.total() - 600.0).max(0.0) * scroll);
        let frame = settle(&mut list);
        prop_assert_eq!(list.len(), plain.rows.len());
        prop_assert!((list.total() - plain.total()).abs() < 0.01);
        prop_assert!(frame.first <= frame.last && frame.last <= plain.rows.len());
        prop_assert!(frame.last - frame.first <= MOST_ROWS);
        let before: f64 = plain.rows[..frame.first].iter().map(|row| row.1).sum();
        let drawn: f64 = plain.rows[frame.first..frame.last].iter().map(|row| row.1).sum();
        // Less than a pixel makes up for a rounded scroll bar.
        prop_assert!((frame.before - before).abs() < 1.02 && (frame.before + drawn + frame.after - plain.total()).abs() < 1.02);
        let top = list.wanted();
        prop_assert!(frame.before <= top + 0.01 || frame.first == 0);
        // As many rows as may be drawn cover a screen of rows of one line; rows of a pixel do not.
        if frame.last - frame.first < MOST_ROWS {
            prop_assert!(frame.before + drawn + 1.02 >= (top + 600.0).min(plain.total()));
        }
    }

    #[test]
    fn numbers_from_a_browser_never_break_it(heights in prop::collection::vec(prop::num::f64::ANY, 1..20), top in prop::num::f64::ANY) {
        let mut list = Viewport::new();
        list.resized(top);
        list.reset(heights.iter().enumerate().map(|(n, height)| (RowKey(n as u64), *height)), Anchor::Bottom);
        list.scrolled(top);
        list.intends(Intent::Up);
        for height in heights {
            list.measured(RowKey(0), height);
            list.resized(height);
            list.scrolled(height);
            let frame = list.frame();
            prop_assert!(frame.before.is_finite() && frame.after.is_finite());
        }
    }
}

#[test]
fn a_change_below_the_screen_moves_nothing_and_reaching_the_end_follows_it() {
    let mut plain = Plain::default();
    let mut list = started(&mut plain, 200);
    list.intends(Intent::Up);
    list.scrolled(2000.0);
    list.splice(200, 0, [(RowKey(9000), 40.0)]);
    assert_eq!(settle(&mut list).scroll_to, None);
    assert!(!list.frame().at_end);
    list.intends(Intent::Down);
    list.scrolled(list.total() - 600.0);
    assert!(list.frame().at_end);
    list.splice(201, 0, [(RowKey(9001), 40.0)]);
    assert_eq!(list.frame().scroll_to, Some(list.total() - 600.0));
}

#[test]
fn an_unread_row_is_put_at_the_top_and_a_found_one_in_the_middle() {
    let mut plain = Plain::default();
    let mut list = started(&mut plain, 200);
    list.go(Anchor::Top(RowKey(101)));
    assert_eq!(settle(&mut list).scroll_to, None);
    assert_eq!(list.top, 4000.0);
    list.go(Anchor::Highlight(RowKey(101)));
    settle(&mut list);
    assert_eq!(list.top, 4000.0 - 280.0);
    assert!(list.visible().contains(&100));
}
