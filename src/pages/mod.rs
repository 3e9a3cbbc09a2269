//! The screens. `shell` is around all of them; it and `home` are in the main module, the others come in chunks.

pub(crate) mod banners;
pub(crate) mod chunks;
pub(crate) mod early;
pub(crate) mod home;
pub(crate) mod incoming;
pub(crate) mod later;
pub(crate) mod not_found;
pub(crate) mod shell;
pub(crate) mod trouble;

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod chat;
pub(crate) mod people;
pub(crate) mod qr;
pub(crate) mod settings;
pub(crate) mod talk;
