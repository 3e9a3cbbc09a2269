//! Accounts in virtual time: a script of what happens, and everything that the accounts did about it.

mod forms;
mod session;
mod tab;
