//! Small wrappers around browser APIs: everything that is switched on is switched off by dropping its value.

pub mod js;
pub mod listener;
pub mod timer;
pub mod promise;
pub mod clock;
pub mod random;
pub mod panic;

pub mod storage;
pub mod storage_use;
pub mod visibility;
pub mod network;
pub mod tabs;
pub mod audio;

pub mod wake_lock;
pub mod media_session;
pub mod notification;
pub mod service_worker;
pub mod install;

pub mod page;
pub mod clipboard;
pub mod share;
pub mod fullscreen;
pub mod pip;
pub mod image;
