//! Leading and following: what tabs hear from each other.

use std::rc::Rc;

use serde_json::{Value, json};

use super::api::{Activity, ChatOutput, RoomId, Server, TabWord, WishId};
use super::engine::ChatEngine;
use super::outbox::Stage;
use super::rooms::Membership;
use super::sending::Confirmed;
use super::store::StorePhase;
use super::tabs::{Note, read_state, state_value};
use crate::event::ConnectionState;
use crate::time::Instant;

/// The leader's connection as a follower knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeardState {
    pub(super) state: ConnectionState,
    pub(super) held_until: Option<u64>,
    pub(super) up: bool,
}

impl ChatEngine {
    pub(super) fn tell_tabs(&mut self, word: TabWord) {
        if self.pass.is_some() {
            self.out.push_back(ChatOutput::Tab(word));
        }
    }

    pub(super) fn note(&mut self, note: &Note) {
        self.tell_tabs(TabWord::Note(note.text()));
    }

    /// This tab holds the lock.
    pub(super) fn take_the_lead(&mut self, now: Instant) {
        self.leads = true;
        self.heard_state = None;
        match (self.store.phase, &self.pass) {
            (StorePhase::Open, Some(pass)) if self.has_followers => {
                // The leader before has written meanwhile, and what this tab holds was never written.
                let scope = format!("{}/{}", self.settings.backend_id, pass.user);
                self.forget_history();
                self.store.open(scope);
                if let Some(screen) = &mut self.screen {
                    screen.settled = false;
                }
            }
            // What is held is not known yet; then it leads.
            (StorePhase::Opening, _) => {}
            (StorePhase::Closed | StorePhase::Open | StorePhase::Broken, _) => self.link.lead(now),
        }
        // What the leader before had under way is doubtful: it is looked for in the history, or acked again.
        self.tell_tabs(TabWord::Hello { leads: true });
        self.look_at_joins();
        self.dirty.everything();
    }

    pub(super) fn on_word(&mut self, now: Instant, word: TabWord) {
        match word {
            TabWord::Hello { leads } => {
                if self.leads {
                    self.tell_state(now);
                } else if leads && let Some(room) = self.open_room().cloned() {
                    self.note(&Note::Opened(room));
                }
            }
            TabWord::State(state) => {
                if !self.leads {
                    self.hear_state(now, &state);
                }
            }
            TabWord::Heard { event, args } => {
                if !self.leads
                    && let Ok(Value::Array(args)) = serde_json::from_str(&args)
                {
                    self.on_event(now, &event, args);
                }
            }
            TabWord::Wish(id, Some(record)) => {
                self.put_wish(&id, &record);
                self.wish_heard(now, &id);
            }
            TabWord::Wish(id, None) => self.wish_gone(now, &id),
            TabWord::Note(note) => {
                if let Some(note) = Note::read(&note) {
                    self.on_note(now, note);
                }
            }
            TabWord::Active => self.me.active_elsewhere(now),
        }
    }

    fn on_note(&mut self, now: Instant, note: Note) {
        match note {
            Note::Opened(room) => {
                if self.leads {
                    self.rooms.entry(Rc::clone(&room)).or_default();
                    let joined = self.rooms.get(&room).map(|room| room.membership.clone());
                    match joined {
                        // That tab has not heard the history: it is asked for once more.
                        Some(Membership::In) => self.join_again(&room),
                        _ => self.want_join(&room),
                    }
                }
            }
            Note::Member(room, joined) => self.set_member(now, &room, joined),
            Note::Sent { wish, id, time, seq } => self.done(now, &wish, Confirmed { id, time, seq }),
            Note::Meta(name, value) => self.heard_meta(now, &name, value.as_deref()),
            Note::Typing(room, on) => {
                if self.leads {
                    self.say_typing(now, &room, on);
                }
            }
            Note::Me(kept) => {
                let times = self.times(now);
                self.me.restore(times, &kept);
                self.dirty.me = true;
            }
            Note::Reconnect => {
                if self.leads {
                    self.link.reconnect(now);
                }
            }
        }
    }

    /// Another tab knows that the server has a wish, or that the person does not want it any more.
    fn wish_gone(&mut self, now: Instant, id: &WishId) {
        if let Some(entry) = self.outbox.remove(id) {
            self.wish_removed(now, entry.wish);
        }
    }

    /// Another tab made or changed a wish.
    fn wish_heard(&mut self, now: Instant, id: &WishId) {
        if let Some(entry) = self.outbox.get_mut(id)
            && matches!(entry.stage, Stage::Saving { .. })
        {
            // It is on the other tab's way to the disk; this tab's writes to it come later.
            entry.stage = Stage::Ready;
        }
        self.wish_shown(now, id);
    }

    /// The room is asked for once more although this client is in it.
    pub(super) fn join_again(&mut self, room: &RoomId) {
        if let Some(it) = self.rooms.get_mut(room) {
            it.membership = Membership::Out;
        }
        self.want_join(room);
    }

    /// Tells followers how the connection stands.
    pub(super) fn tell_state(&mut self, now: Instant) {
        let held = self.held_until(now);
        let server = self.server;
        let state = json!({
            "state": state_value(now, &self.link.state()),
            "held": held,
            "up": self.link.is_up(),
            "server": [
                server.known, server.exact, server.rooms, server.direct, server.search, server.hides_presence,
                server.people, server.attachments, server.message_bytes, server.calls,
            ],
            "ahead": self.clock.ahead(),
        });
        self.tell_tabs(TabWord::State(state.to_string()));
    }

    fn hear_state(&mut self, now: Instant, state: &str) {
        let value: Value = serde_json::from_str(state).unwrap_or_default();
        let Some(connection) = value.get("state").and_then(|state| read_state(now, state)) else {
            return;
        };
        let up = value.get("up").and_then(Value::as_bool).unwrap_or_default();
        let was_up = self.heard_state.as_ref().is_some_and(|state| state.up);
        let could_ask = was_up && self.server.known;
        self.heard_state = Some(HeardState {
            state: connection,
            held_until: value.get("held").and_then(Value::as_u64),
            up,
        });
        if let Some(flags) = value.get("server") {
            let flag = |index: usize| flags.get(index).and_then(Value::as_bool).unwrap_or_default();
            self.server = Server {
                known: flag(0),
                exact: flag(1),
                rooms: flag(2),
                direct: flag(3),
                search: flag(4),
                hides_presence: flag(5),
                people: flag(6),
                attachments: flags.get(7).and_then(Value::as_u64),
                message_bytes: flags.get(8).and_then(Value::as_u64),
                calls: flag(9),
            };
        }
        if let Some(ahead) = value.get("ahead").and_then(Value::as_i64) {
            self.clock.set_ahead(ahead);
        }
        let times = self.times(now);
        match (was_up, up) {
            (false, true) => {
                self.people.connected(times, false);
                if let Some(room) = self.open_room().cloned() {
                    self.note(&Note::Opened(room));
                }
            }
            (true, false) => self.people.lost(times),
            (true, true) | (false, false) => {}
        }
        match (could_ask, up && self.server.known) {
            (false, true) => self.fetching_possible(),
            (true, false) => self.fetching_stopped(),
            (true, true) | (false, false) => {}
        }
        self.dirty.everything();
    }

    /// Something was heard: the others hear it too.
    pub(super) fn forward(&mut self, event: &str, args: &[Value]) {
        if self.leads {
            self.tell_tabs(TabWord::Heard {
                event: event.to_owned(),
                args: Value::Array(args.to_vec()).to_string(),
            });
        }
    }

    /// A sign of life of the person in this tab.
    pub(super) fn on_activity(&mut self, now: Instant, activity: Activity) {
        self.me.activity(now, activity);
        if activity == Activity::Active {
            self.tell_tabs(TabWord::Active);
        }
    }

    /// A room that somebody is in for good, or not.
    pub(super) fn set_member(&mut self, now: Instant, id: &RoomId, joined: bool) {
        if joined {
            self.rest.entered(id);
            let room = self.rooms.entry(Rc::clone(id)).or_default();
            room.joined = true;
            room.touch();
        } else {
            self.forget_room(now, id);
        }
        self.dirty.rooms = true;
    }
}
