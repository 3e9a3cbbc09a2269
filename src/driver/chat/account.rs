//! Who chats, and where: read from the calling engine, whose accounts these are. Who it was last time is kept on this
//! device (no token), so that the conversations can be read while nobody can be asked.

use std::rc::Rc;

use ::engine::Engine;
use ::engine::chat::api::Pass;
use ::engine::config::{Backend, Kind};
use ::engine::event::{AccountView, Profile};
use serde_json::{Value, json};

use crate::browser::storage;

/// Where it is kept who chatted last.
const KEY: &str = "antenna.chat";
/// Pictures larger than this are not kept: the space is everybody's.
const PICTURE_AT_MOST: usize = 64 * 1024;

/// Somebody who chats was here and did not sign out.
pub(in crate::driver) fn is_expected() -> bool {
    storage::read(KEY).is_some_and(|kept| !kept.is_empty())
}

/// Who chats.
pub(super) enum Who {
    /// It is not known yet.
    Undecided,
    /// The backend has no chat.
    NoChat,
    /// This one, or nobody is signed in.
    Known(Box<Setting>),
}

/// What one engine runs for.
pub(super) struct Setting {
    /// The backend's id.
    pub(super) backend: String,
    /// Where its chat is.
    pub(super) base_url: String,
    /// Its Engine.IO path.
    pub(super) socket_path: String,
    /// Calls go over the same server.
    pub(super) calls: bool,
    /// Who; an empty token where it is known who, and nobody could be asked for a token yet.
    pub(super) pass: Option<Pass>,
}

impl Setting {
    /// Names everything that is kept and shared: `<backend>/<user>`; `None`: nobody.
    pub(super) fn scope(&self) -> Option<String> {
        let pass = self.pass.as_ref()?;
        Some([&self.backend, "/", &*pass.user].concat())
    }
}

/// Reads it off the calling engine.
pub(super) fn who(engine: &Engine) -> Who {
    let Some(backend) = engine.backend() else {
        return Who::Undecided;
    };
    let Some(base_url) = backend.chat.clone() else {
        return Who::NoChat;
    };
    let pass = match engine.who() {
        AccountView::SignedIn(profile) => {
            let token = engine.access_token().unwrap_or_default();
            let pass = pass_of(&profile, token);
            keep(backend, &pass);
            Some(pass)
        }
        AccountView::Guest | AccountView::Failed(_) => {
            forget(backend);
            None
        }
        AccountView::Unknown => match kept(backend) {
            Some(pass) => Some(pass),
            None => return Who::Undecided,
        },
        AccountView::Working => return Who::Undecided,
    };
    Who::Known(Box::new(Setting {
        backend: backend.id.clone(),
        calls: base_url == backend.url && backend.kind == Kind::PeerCall,
        base_url,
        socket_path: backend.socket_path.clone(),
        pass,
    }))
}

fn pass_of(profile: &Profile, token: &str) -> Pass {
    Pass {
        user: profile.id.as_str().into(),
        name: profile.name.as_str().into(),
        avatar: profile.avatar.as_deref().map(Rc::from),
        role: (!profile.role.is_empty()).then(|| profile.role.as_str().into()),
        token: token.into(),
    }
}

fn keep(backend: &Backend, pass: &Pass) {
    let avatar = pass
        .avatar
        .as_deref()
        .filter(|avatar| avatar.len() <= PICTURE_AT_MOST);
    let kept = json!({
        "backend": backend.id,
        "user": &*pass.user,
        "name": &*pass.name,
        "avatar": avatar,
        "role": pass.role.as_deref(),
    })
    .to_string();
    if storage::read(KEY).as_ref() != Some(&kept) {
        storage::write(KEY, &kept);
    }
}

/// Whoever signed out is not expected any more.
fn forget(backend: &Backend) {
    if kept(backend).is_some() {
        storage::write(KEY, "");
    }
}

fn kept(backend: &Backend) -> Option<Pass> {
    let kept: Value = serde_json::from_str(&storage::read(KEY)?).ok()?;
    if kept["backend"].as_str()? != backend.id {
        return None;
    }
    let user = kept["user"].as_str()?;
    Some(Pass {
        user: user.into(),
        name: kept["name"].as_str().unwrap_or(user).into(),
        avatar: kept["avatar"].as_str().map(Rc::from),
        role: kept["role"].as_str().map(Rc::from),
        token: "".into(),
    })
}
