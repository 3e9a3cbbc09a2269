//! One tab as a person sees it.

use std::collections::BTreeSet;
use std::rc::Rc;

use engine::chat::ChatEngine;
use engine::chat::api::*;
use engine::event::ConnectionState;

pub struct Tab {
    pub engine: ChatEngine,
    pub(super) generation: u64,
    pub user: String,
    pub device: usize,
    pub alive: bool,
    pub network: bool,
    pub(super) scope: String,
    pub(super) sockets: BTreeSet<u64>,
    pub rows: Vec<Rc<Row>>,
    pub anchor: Option<Anchor>,
    pub connection: Option<ChatConnection>,
    pub server: Server_,
    pub rooms: Vec<Rc<RoomView>>,
    pub open: Option<Rc<OpenRoom>>,
    pub events: Vec<ChatEvent>,
    pub notified: Vec<Notification>,
    pub badge: u32,
    pub refused_tokens: Vec<Rc<str>>,
    /// Sockets opened, to find storms.
    pub opened: Vec<u64>,
    pub requests: Vec<String>,
    pub uploads: Vec<UploadId>,
}

pub type Server_ = engine::chat::api::Server;

impl Tab {
    pub fn messages(&self) -> Vec<&MessageRow> {
        self.rows
            .iter()
            .filter_map(|row| match &row.kind {
                RowKind::Message(message) => Some(&**message),
                _ => None,
            })
            .collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.messages()
            .iter()
            .map(|message| message.content.to_string())
            .collect()
    }

    pub fn row_of(&self, content: &str) -> RowKey {
        let of =
            |row: &&Rc<Row>| matches!(&row.kind, RowKind::Message(message) if &*message.content == content);
        self.rows
            .iter()
            .find(of)
            .map(|row| row.key)
            .unwrap_or_else(|| panic!("no row of {content:?}: {:?}", self.texts()))
    }

    pub fn delivery_of(&self, content: &str) -> Delivery {
        let of = |message: &&&MessageRow| &*message.content == content;
        self.messages()
            .iter()
            .find(of)
            .map(|message| message.delivery.clone())
            .unwrap_or_else(|| panic!("no row of {content:?}: {:?}", self.texts()))
    }

    pub fn waiting(&self) -> u32 {
        self.connection
            .as_ref()
            .map_or(0, |connection| connection.waiting)
    }

    pub fn connected(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.state == ConnectionState::Connected)
    }

    pub fn room(&self, id: &str) -> Option<&RoomView> {
        self.rooms.iter().find(|room| &*room.id == id).map(|room| &**room)
    }
}
