//! The virtual list: draws the rows that can be seen, measures them, and keeps what is on screen where it is. What is
//! drawn where is the arithmetic of [`Viewport`].

use std::rc::Rc;

use engine::chat::api::{Anchor, Fetching, Row, RowKey, RowKind, TimelineChange};
use engine::chat::viewport::{Intent, Viewport};

use super::guess::Guess;
use super::message::Brush;
use super::pace::Pace;
use super::press::message_of;
use super::row;
use super::tools::Tools;
use crate::browser::clock;
use crate::browser::dom::Node;
use crate::pages::chat::rows::Rows;
use crate::pages::chat::times;

/// The elements that the list lives in.
pub(super) struct Places {
    /// What scrolls.
    pub(super) scroller: Node,
    /// As high as all that is above the drawn rows.
    pub(super) above: Node,
    /// Holds the drawn rows.
    pub(super) rows: Node,
    /// As high as all that is below the drawn rows.
    pub(super) below: Node,
}

/// The virtual list.
pub(super) struct List {
    places: Places,
    rows: Rows<RowKey, Row>,
    all: Vec<Rc<Row>>,
    view: Viewport,
    guess: Guess,
    pub(super) pace: Pace,
    pub(super) brush: Brush,
    pub(super) tools: Tools,
    /// The row that the keys are at.
    current: Option<RowKey>,
    /// How high the screen is.
    height: f64,
    /// How high the drawn rows are together.
    drawn_height: f64,
    /// Where the list is scrolled to, as far as it knows.
    top: f64,
    /// The row to be marked once it is drawn.
    light: Option<RowKey>,
    /// The last row when the person left the end.
    left_at: Option<RowKey>,
    /// Where the engine knows the person to be: a row and its number; `None`: at the end.
    told: Option<(RowKey, usize)>,
}

/// So far from the end, in pixels, a way back is offered.
const FAR: f64 = 240.0;
/// So many rows further, the engine is told where the person is.
const MOVED: usize = 200;

/// What the frame around the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Outlook {
    /// The end is far.
    pub(super) far: bool,
    /// Messages of others that came meanwhile.
    pub(super) new: u32,
    /// There is nothing to show.
    pub(super) empty: bool,
}

impl List {
    pub(super) fn new(places: Places, brush: Brush) -> Self {
        let height = places.scroller.client_height();
        let mut view = Viewport::new();
        view.resized(height);
        Self {
            rows: Rows::new(places.rows.clone()),
            tools: Tools::new(brush.pen),
            places,
            all: Vec::new(),
            view,
            guess: Guess::default(),
            pace: Pace::default(),
            brush,
            current: None,
            height,
            drawn_height: 0.0,
            top: 0.0,
            light: None,
            left_at: None,
            told: None,
        }
    }

    /// Takes a change; [`draw`](Self::draw) follows: at once where this is true, else when the list has rested. `place`:
    /// where one was in a room that opens at its end.
    pub(super) fn take(&mut self, change: TimelineChange, place: Option<(RowKey, f64)>) -> bool {
        match change {
            TimelineChange::Reset { rows, anchor } => {
                let guess = &self.guess;
                self.view.reset(rows.iter().map(|row| guess.sized(row)), anchor);
                self.all = rows;
                self.current = None;
                self.told = None;
                self.went(anchor);
                if let Some((key, below)) = place.filter(|_| anchor == Anchor::Bottom)
                    && self.all.iter().any(|row| row.key == key)
                {
                    self.view.return_to(key, below);
                }
                true
            }
            TimelineChange::Splice { at, remove, insert } => {
                let from = at.min(self.all.len());
                let to = from.saturating_add(remove).min(self.all.len());
                let guess = &self.guess;
                self.view
                    .splice(from, to - from, insert.iter().map(|row| guess.sized(row)));
                // What the person does is seen at once.
                let own = insert
                    .iter()
                    .any(|row| message_of(row).is_some_and(|message| message.own));
                self.all.splice(from..to, insert);
                own
            }
            TimelineChange::Scroll(anchor) => {
                self.view.go(anchor);
                self.went(anchor);
                true
            }
        }
    }

    fn went(&mut self, anchor: Anchor) {
        self.left_at = None;
        if let Anchor::Highlight(key) = anchor {
            self.light = Some(key);
        }
    }

    /// Brings the document in step: draws, scrolls, measures, and again where what was measured moves something.
    pub(super) fn draw(&mut self) {
        let began = clock::monotonic();
        self.bring_in_step();
        self.drawn_height = self.places.rows.height();
        self.pace.drawn(began);
        self.keep_current();
        if let Some(node) = self.light.and_then(|key| self.rows.node(&key).cloned()) {
            self.light = None;
            node.class("lit", false);
            // Read, so that the mark starts anew where it is the same row as before.
            let _ = node.height();
            node.class("lit", true);
            node.focus();
        }
    }

    fn bring_in_step(&mut self) {
        for _ in 0..4 {
            let frame = self.view.frame();
            let fresh = self.sync(frame.first, frame.last);
            self.places.above.style("block-size", &px(frame.before));
            self.places.below.style("block-size", &px(frame.after));
            if frame.at_end {
                // Further than there is: the browser stops at the end, without being asked first where that is.
                self.places.scroller.set_scroll_top(1e9);
                self.measure(&fresh);
                self.top = self.places.scroller.scroll_top();
                self.view.scrolled(self.top);
            } else {
                if let Some(to) = frame.scroll_to {
                    self.places.scroller.set_scroll_top(to);
                    self.top = self.places.scroller.scroll_top();
                    self.view.scrolled(self.top);
                }
                self.measure(&fresh);
            }
            let next = self.view.frame();
            let covered = next.first >= frame.first && next.last <= frame.last;
            if covered && (next.at_end || next.scroll_to.is_none()) {
                if next.first == frame.first {
                    // The browser rounds scroll positions: the gap makes up for it.
                    self.places.above.style("block-size", &px(next.before));
                }
                break;
            }
        }
    }

    /// Makes the document show these rows, and gives those that were filled.
    fn sync(&mut self, first: usize, last: usize) -> Vec<(Rc<Row>, Node)> {
        let wanted: Vec<_> = self
            .all
            .get(first..last)
            .unwrap_or_default()
            .iter()
            .map(|row| (row.key, row.clone()))
            .collect();
        let in_rows = |places: &Places| Node::focused().is_some_and(|focused| places.rows.holds(&focused));
        let had_focus = in_rows(&self.places);
        let mut fresh = Vec::new();
        let (brush, tools) = (&self.brush, &mut self.tools);
        self.rows.sync(
            &wanted,
            |key| row::make(*key),
            |value, node| {
                row::fill_in(brush, value, node);
                tools.refilled(value.key, node);
                fresh.push((value.key, node.clone()));
            },
        );
        if had_focus && !in_rows(&self.places) {
            // What had the focus is not drawn any more: the keys go on from the list.
            self.places.scroller.focus();
        }
        let row_of = |key| {
            wanted
                .iter()
                .find(|(of, _)| *of == key)
                .map(|(_, row)| row.clone())
        };
        let fresh = fresh.into_iter();
        fresh
            .filter_map(|(key, node)| Some((row_of(key)?, node)))
            .collect()
    }

    fn measure(&mut self, rows: &[(Rc<Row>, Node)]) {
        for (row, node) in rows {
            let height = node.height();
            self.guess.learn(row, height);
            self.view.measured(row.key, height);
        }
    }

    /// The person goes this way, before the list is scrolled for it.
    pub(super) fn intends(&mut self, intent: Intent) {
        let was_at_end = self.is_at_end();
        self.view.intends(intent);
        self.note_leaving(was_at_end);
    }

    /// The list was scrolled. `by_person`: they have just turned the wheel, touched the screen, or pressed a key.
    pub(super) fn scrolled(&mut self, by_person: bool) -> bool {
        let top = self.places.scroller.scroll_top();
        let way = top - self.top;
        if way.abs() < 0.5 {
            return false;
        }
        self.top = top;
        let was_at_end = self.is_at_end();
        if by_person {
            self.view
                .intends(if way < 0.0 { Intent::Up } else { Intent::Down });
        }
        self.view.scrolled(top);
        self.note_leaving(was_at_end);
        self.draw();
        true
    }

    fn note_leaving(&mut self, was_at_end: bool) {
        match (was_at_end, self.is_at_end()) {
            (true, false) => self.left_at = self.all.last().map(|row| row.key),
            (_, true) => self.left_at = None,
            (false, false) => {}
        }
    }

    fn is_at_end(&self) -> bool {
        self.view.place_held().is_none()
    }

    /// The person follows the end, and what is on screen there is no stretch of history.
    pub(super) fn is_at_live_end(&self) -> bool {
        let gap = |row: &Row| matches!(row.kind, RowKind::Gap(_));
        self.is_at_end() && !self.rows.drawn().iter().any(|drawn| gap(&drawn.value))
    }

    /// Sizes changed: the screen's, or those of rows.
    pub(super) fn resized(&mut self) {
        let height = self.places.scroller.client_height();
        let mut changed = (self.height - height).abs() >= 0.5;
        self.height = height;
        self.view.resized(height);
        if (self.places.rows.height() - self.drawn_height).abs() > 0.5 {
            changed = true;
            for drawn in self.rows.drawn() {
                self.view.measured(drawn.key, drawn.node.height());
            }
        }
        if changed {
            self.draw();
        }
    }

    /// Fills every drawn row anew: another language, other names.
    pub(super) fn refresh(&mut self) {
        let brush = &self.brush;
        let tools = &mut self.tools;
        self.rows.refresh(|value, node| {
            row::fill_in(brush, value, node);
            tools.refilled(value.key, node);
        });
        self.resized();
    }

    /// Says the relative times anew.
    pub(super) fn tick(&mut self) {
        for node in self.places.rows.all("[data-time]") {
            if let Some(time) = node.get("data-time").and_then(|time| time.parse().ok()) {
                node.say(&times::of_message(time));
            }
        }
    }

    /// To the end, and stay there.
    pub(super) fn go_to_end(&mut self) {
        self.view.go(Anchor::Bottom);
        self.went(Anchor::Bottom);
        self.draw();
    }

    /// A row beyond which there is more to be had, where one is close to it.
    pub(super) fn wanted(&self) -> Option<Rc<Row>> {
        let older = |row: &&Rc<Row>| row.kind == RowKind::Older(Fetching::Possible);
        let gap = |row: &&Rc<Row>| row.kind == RowKind::Gap(Fetching::Possible);
        let first = self.all.first().filter(older);
        let mut drawn = self.rows.drawn().iter().map(|drawn| &drawn.value);
        first
            .filter(|_| self.view.frame().near_start)
            .or_else(|| drawn.find(gap))
            .cloned()
    }

    /// What the frame around shows.
    pub(super) fn outlook(&self) -> Outlook {
        let away = !self.is_at_end();
        let others = |row: &&Rc<Row>| message_of(row).is_some_and(|message| !message.own);
        let new = match self.left_at {
            Some(left) if away => self
                .all
                .iter()
                .rev()
                .take_while(|row| row.key != left)
                .filter(others)
                .count(),
            _ => 0,
        };
        Outlook {
            far: away && self.view.total() - self.height - self.top > FAR,
            new: u32::try_from(new).unwrap_or(u32::MAX),
            empty: self.all.is_empty(),
        }
    }

    /// The last message whose end is really on screen, or that fills the screen.
    pub(super) fn last_in_sight(&self) -> Option<RowKey> {
        let visible = self.all.get(self.view.visible()).unwrap_or_default();
        let screen = self.places.scroller.rect();
        let ends = |row: &&Rc<Row>| {
            message_of(row).is_some_and(|message| message.id.is_some())
                && self.rows.node(&row.key).is_some_and(|node| {
                    let place = node.rect();
                    place.top + place.height <= screen.top + screen.height + 1.0 || place.top <= screen.top
                })
        };
        visible.iter().rev().find(ends).map(|row| row.key)
    }

    /// Where one is: a row in sight and how far below the upper edge it is; `None` at the end.
    pub(super) fn place(&self) -> Option<(RowKey, f64)> {
        self.view.place_held()
    }

    /// Where the person is, when that is news for the engine.
    pub(super) fn place_to_tell(&mut self) -> Option<Option<RowKey>> {
        let number = self.view.visible().start;
        let place = self.view.place_held().map(|(key, _)| (key, number));
        let news = match (self.told, place) {
            (Some((_, before)), Some((_, now))) => before.abs_diff(now) > MOVED,
            (before, now) => before.is_some() != now.is_some(),
        };
        news.then(|| {
            self.told = place;
            place.map(|(key, _)| key)
        })
    }

    /// The row of this key, where it is drawn.
    pub(super) fn node(&self, key: RowKey) -> Option<&Node> {
        self.rows.node(&key)
    }

    // The keys

    /// The keys are at this row now: what is in it can be reached by Tab.
    pub(super) fn set_current(&mut self, key: RowKey) {
        if self.current == Some(key) {
            return;
        }
        if let Some(node) = self.current.and_then(|key| self.rows.node(&key)) {
            reach(node, false);
        }
        self.current = Some(key);
        if let Some(node) = self.rows.node(&key) {
            reach(node, true);
        }
    }

    /// One row is always the one that Tab comes to.
    fn keep_current(&mut self) {
        let drawn = |key: &RowKey| self.rows.node(key).is_some();
        if self.current.as_ref().is_some_and(drawn) {
            return;
        }
        let last = self.rows.drawn().iter().rev();
        let last = last.map(|row| row.key).find(|key| self.is_message(*key));
        if let Some(key) = last {
            self.set_current(key);
        }
    }

    fn is_message(&self, key: RowKey) -> bool {
        self.rows
            .drawn()
            .iter()
            .any(|row| row.key == key && message_of(&row.value).is_some())
    }

    /// The message `step` rows on from the one that has the focus; the last one where none has.
    pub(super) fn next(&self, step: i32) -> Option<Node> {
        let messages: Vec<&Node> = self
            .rows
            .drawn()
            .iter()
            .filter(|row| message_of(&row.value).is_some())
            .map(|row| &row.node)
            .collect();
        let focused = Node::focused();
        let now = messages
            .iter()
            .position(|node| focused.as_ref().is_some_and(|focused| node.holds(focused)));
        let to = match now {
            Some(now) => usize::try_from(i32::try_from(now).ok()?.checked_add(step)?).ok()?,
            None => messages.len().checked_sub(1)?,
        };
        messages.get(to).map(|node| (*node).clone())
    }

    /// What is in this row can be reached by Tab, what has come into it lately too.
    pub(super) fn reach_current(&mut self, key: RowKey) {
        if let Some(node) = self.rows.node(&key) {
            reach(node, true);
        }
    }
}

/// Whether what is in a row can be reached by Tab.
fn reach(row: &Node, on: bool) {
    let to = if on { "0" } else { "-1" };
    row.set("tabindex", to);
    for inside in row.all("a, button, pre") {
        inside.set("tabindex", to);
    }
}

fn px(length: f64) -> String {
    [&length.to_string(), "px"].concat()
}
