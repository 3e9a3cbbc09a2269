//! The browser tests. One binary, so that it links once; one module a topic.

mod accounts;
mod before;
mod beside;
mod calls;
mod chat;
mod chat_kills;
mod chat_notices;
mod chat_plain;
mod chat_screens;
mod in_call;
mod interop;
mod offline;
mod partners;
mod screens;
mod shell;
mod survives;
mod talk;
