//! The screens. `shell` is around all of them; `home` and `incoming` are in the main module, the others come in chunks.

pub(crate) mod chunks;
pub(crate) mod shell;
pub(crate) mod banners;
pub(crate) mod home;
pub(crate) mod incoming;
pub(crate) mod not_found;
pub(crate) mod trouble;

pub(crate) mod call;
pub(crate) mod settings;
pub(crate) mod account;
pub(crate) mod qr;
