//! What is on screen stays where it is to the pixel, in a browser that rounds and clamps, under rows that come, go, are
//! replaced, and turn out to be of another height when they are drawn.

use proptest::prelude::*;

use super::*;

/// A browser: rows as they really are, and a scroll bar that stands on whole device pixels.
struct Browser {
    list: Viewport,
    /// Key, real height, may hold, and whether it was measured.
    rows: Vec<(RowKey, f64, bool)>,
    height: f64,
    top: f64,
    /// Device pixels a CSS pixel.
    ratio: f64,
    next: u64,
    frame: Frame,
}

/// What the engine guesses.
const ESTIMATE: f64 = 48.0;

impl Browser {
    fn new(ratio: f64) -> Self {
        let mut list = Viewport::new();
        list.resized(600.0);
        Self {
            frame: list.frame(),
            list,
            rows: Vec::new(),
            height: 600.0,
            top: 0.0,
            ratio,
            next: 0,
        }
    }

    fn made(&mut self, heights: &[f64]) -> Vec<(RowKey, f64, bool)> {
        heights
            .iter()
            .map(|height| {
                self.next += 1;
                (RowKey(self.next), *height, true)
            })
            .collect()
    }

    fn begin(&mut self, heights: &[f64], anchor: Anchor) {
        // Above everything: a row that says there is more, and a day.
        let mut rows = self.made(&[40.0, 31.5]);
        for row in &mut rows {
            row.2 = false;
        }
        rows.extend(self.made(heights));
        self.rows = rows;
        let sizes: Vec<Size> = self.rows.iter().map(size).collect();
        self.list.reset(sizes, anchor);
        self.draw();
    }

    fn splice(&mut self, at: usize, remove: usize, rows: Vec<(RowKey, f64, bool)>) {
        let sizes: Vec<Size> = rows.iter().map(size).collect();
        self.list.splice(at, remove, sizes);
        self.rows.splice(at..at + remove, rows);
    }

    /// How high the document is.
    fn content(&self) -> f64 {
        let drawn: f64 = self.drawn().map(|row| row.1).sum();
        self.frame.before + drawn + self.frame.after
    }

    fn drawn(&self) -> impl Iterator<Item = &(RowKey, f64, bool)> {
        let (first, last) = (self.frame.first, self.frame.last);
        self.rows.iter().take(last).skip(first)
    }

    fn set_top(&mut self, top: f64) {
        let most = (self.content() - self.height).max(0.0);
        self.top = (top.clamp(0.0, most) * self.ratio).round() / self.ratio;
    }

    /// Draws, scrolls and measures until nothing moves any more.
    fn draw(&mut self) {
        for _ in 0..20 {
            self.frame = self.list.frame();
            match self.frame.scroll_to {
                Some(to) => self.set_top(to),
                // A browser clamps by itself.
                None => self.set_top(self.top),
            }
            self.list.scrolled(self.top);
            let drawn: Vec<_> = self.drawn().copied().collect();
            for (key, height, _) in drawn {
                self.list.measured(key, height);
            }
            let next = self.list.frame();
            let rests = next == self.frame;
            self.frame = next;
            if rests {
                return;
            }
        }
        panic!("it does not come to rest: {:?}", self.frame);
    }

    /// The person drags it there; says by how much it moved.
    fn drag(&mut self, top: f64) -> f64 {
        let from = self.top;
        let way = if top < self.top { Intent::Up } else { Intent::Down };
        self.list.intends(way);
        self.set_top(top);
        self.list.scrolled(self.top);
        let moved = self.top - from;
        self.draw();
        moved
    }

    /// Where the top of a drawn row is on screen.
    fn place(&self, key: RowKey) -> Option<f64> {
        let mut y = self.frame.before - self.top;
        for (of, height, _) in self.drawn() {
            if *of == key {
                return Some(y);
            }
            y += height;
        }
        None
    }

    /// The rows that may hold and begin on screen, with their places.
    fn on_screen(&self) -> Vec<(RowKey, f64)> {
        let rows = self.drawn().filter(|row| row.2);
        rows.filter_map(|row| Some((row.0, self.place(row.0)?)))
            .filter(|(_, y)| (0.0..self.height).contains(y))
            .collect()
    }

    /// Whether the scroll bar is at one of its ends, where a browser cannot do what would be right.
    fn clamped(&self) -> bool {
        self.top < 1.0 || self.top + self.height > self.content() - 1.0
    }
}

fn size(row: &(RowKey, f64, bool)) -> Size {
    Size {
        key: row.0,
        height: ESTIMATE,
        holds: row.2,
    }
}

#[derive(Debug, Clone)]
enum Change {
    Page(Vec<f64>),
    Above {
        at: f64,
        heights: Vec<f64>,
    },
    Gone {
        at: f64,
        count: usize,
    },
    Below(Vec<f64>),
    /// The same rows again from here to the end, as a coarse difference would tell them.
    Again {
        at: f64,
    },
    /// A picture was loaded somewhere above.
    Grew {
        at: f64,
        height: f64,
    },
}

fn heights() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(20.0..220.0f64, 1..60)
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = 0.0..1.0f64;
    let change = prop_oneof![
        heights().prop_map(Change::Page),
        (at.clone(), heights()).prop_map(|(at, heights)| Change::Above { at, heights }),
        (at.clone(), 1..20usize).prop_map(|(at, count)| Change::Gone { at, count }),
        heights().prop_map(Change::Below),
        at.clone().prop_map(|at| Change::Again { at }),
        (at, 20.0..500.0f64).prop_map(|(at, height)| Change::Grew { at, height }),
    ];
    prop::collection::vec(change, 1..12)
}

impl Browser {
    /// Applies a change above the first row on screen, or far below.
    fn change(&mut self, change: &Change) {
        let first = self.on_screen().first().map(|row| row.0);
        let edge = first
            .and_then(|key| self.rows.iter().position(|row| row.0 == key))
            .unwrap_or(0);
        // Rows that only begin above the screen are in part on it.
        let edge = edge.saturating_sub(1).max(2);
        let index = |at: f64| 2 + ((edge - 2) as f64 * at) as usize;
        match change {
            Change::Page(heights) => {
                let rows = self.made(heights);
                self.splice(2, 0, rows);
            }
            Change::Above { at, heights } => {
                let rows = self.made(heights);
                self.splice(index(*at), 0, rows);
            }
            Change::Gone { at, count } => {
                let at = index(*at);
                self.splice(at, (*count).min(edge - at), Vec::new());
            }
            Change::Below(heights) => {
                let rows = self.made(heights);
                self.splice(self.rows.len(), 0, rows);
            }
            Change::Again { at } => {
                let at = index(*at);
                let mut rows = self.rows[at..].to_vec();
                rows.extend(self.made(&[77.7]));
                self.splice(at, self.rows.len() - at, rows);
            }
            Change::Grew { at, height } => {
                let at = index(*at);
                if let Some(row) = self.rows.get_mut(at).filter(|_| at < edge) {
                    row.1 = *height;
                    // Only what is drawn is measured.
                    let key = row.0;
                    if self.drawn().any(|row| row.0 == key) {
                        self.list.measured(key, *height);
                    }
                }
            }
        }
        self.draw();
    }
}

proptest! {
    #[test]
    fn nothing_on_screen_moves_by_a_pixel(
        heights in prop::collection::vec(20.0..220.0f64, 60..200),
        scroll in 0.3..0.9f64,
        ratio in prop_oneof![Just(1.0), Just(1.25), Just(1.5), Just(2.0), Just(2.625)],
        changes in changes(),
    ) {
        let mut browser = Browser::new(ratio);
        browser.begin(&heights, Anchor::Bottom);
        browser.drag(browser.content() * scroll);
        for change in &changes {
            let (before, clamped) = (browser.on_screen(), browser.clamped());
            browser.change(change);
            if clamped || browser.clamped() {
                break;
            }
            for (key, y) in before {
                let now = browser.place(key);
                prop_assert!(now.is_some_and(|now| (now - y).abs() < 0.01), "{change:?} moved {key:?} from {y} to {now:?}");
            }
        }
    }

    #[test]
    fn the_end_is_followed_in_a_browser_that_rounds(
        heights in prop::collection::vec(20.0..220.0f64, 1..80),
        ratio in prop_oneof![Just(1.0), Just(1.5), Just(2.625)],
        more in prop::collection::vec(heights(), 1..8),
    ) {
        let mut browser = Browser::new(ratio);
        browser.begin(&heights, Anchor::Bottom);
        for heights in more {
            browser.change(&Change::Below(heights));
            prop_assert!(browser.frame.at_end);
            let last = browser.rows.last().expect("a row").0;
            let end = browser.place(last).expect("drawn") + browser.rows.last().expect("a row").1;
            prop_assert!(browser.content() < browser.height || (end - browser.height).abs() <= 1.0, "the end is at {end}");
        }
    }

    #[test]
    fn the_person_moves_it_by_as_little_as_they_like(heights in prop::collection::vec(20.0..220.0f64, 60..100), steps in prop::collection::vec(-3.0..3.0f64, 1..30)) {
        let mut browser = Browser::new(1.0);
        browser.begin(&heights, Anchor::Bottom);
        browser.drag(browser.content() * 0.5);
        for step in steps {
            let (before, from) = (browser.on_screen(), browser.top);
            let moved = browser.drag(from + step);
            for (key, y) in before {
                if let Some(now) = browser.place(key) {
                    prop_assert!((y - moved - now).abs() < 0.01, "{moved} asked for: from {y} to {now}");
                }
            }
        }
    }
}

#[test]
fn a_page_of_history_pushes_nothing_away_at_the_very_top() {
    let mut browser = Browser::new(1.0);
    browser.begin(&[50.0; 60], Anchor::Bottom);
    browser.drag(0.0);
    let before = browser.on_screen();
    browser.change(&Change::Page(vec![61.25; 50]));
    assert!(browser.top > 2_000.0);
    for (key, y) in before {
        assert_eq!(browser.place(key), Some(y));
    }
}

#[test]
fn a_list_that_becomes_shorter_is_not_followed_for_that() {
    let mut browser = Browser::new(1.0);
    browser.begin(&[50.0; 60], Anchor::Bottom);
    browser.drag(browser.content() - 700.0);
    let count = browser.rows.len();
    browser.splice(count - 4, 4, Vec::new());
    browser.draw();
    assert!(
        !browser.frame.at_end,
        "the browser has clamped, and not the person"
    );
    browser.drag(browser.content());
    assert!(browser.frame.at_end);
}

#[test]
fn an_unread_row_near_the_end_is_not_pulled_up_by_what_follows() {
    let mut browser = Browser::new(1.0);
    browser.begin(&[50.0; 60], Anchor::Bottom);
    let unread = browser.rows[58].0;
    browser.list.go(Anchor::Top(unread));
    browser.draw();
    let y = browser.place(unread).expect("drawn");
    assert!(y > 0.0, "the list ends before");
    browser.change(&Change::Below(vec![50.0; 30]));
    assert_eq!(browser.place(unread), Some(y));
}
