//! Small wrappers around browser APIs: everything that is switched on is switched off by dropping its value.

pub(crate) mod clock;
pub(crate) mod js;
pub(crate) mod listener;
pub(crate) mod panic;
pub(crate) mod promise;
pub(crate) mod random;
pub(crate) mod timer;

pub(crate) mod audio;
pub(crate) mod indexed_db;
pub(crate) mod locks;
pub(crate) mod network;
pub(crate) mod storage;
pub(crate) mod storage_use;
pub(crate) mod tabs;
pub(crate) mod upload;
pub(crate) mod visibility;

pub(crate) mod badge;
pub(crate) mod idle;
pub(crate) mod install;
pub(crate) mod media_session;
pub(crate) mod notification;
pub(crate) mod service_worker;
pub(crate) mod wake_lock;

pub(crate) mod alert;
pub(crate) mod clipboard;
pub(crate) mod dom;
pub(crate) mod field;
pub(crate) mod format;
pub(crate) mod fullscreen;
pub(crate) mod image;
pub(crate) mod page;
pub(crate) mod paint;
pub(crate) mod pip;
pub(crate) mod share;
