//! Contract 5: the chat engine against the unmodified socket.io in all its flavours, and against the embedded backend.

mod conversation;
mod losses;
mod scene;
mod strange;

use contract::Flavour::Plain;

/// Makes a test for each server of each function.
macro_rules! on_every_server {
    (@ $server:ident, $flavour:expr; $($module:ident: $($name:ident)*;)*) => {
        mod $server {
            const FLAVOUR: contract::Flavour = $flavour;
            $($(#[tokio::test] async fn $name() -> std::io::Result<()> {
                super::$module::$name(FLAVOUR).await
            })*)*
        }
    };
    ($($rest:tt)*) => {
        on_every_server! { @ echo_joined, super::Plain { echo: true, split: false, recovery: false }; $($rest)* }
        on_every_server! { @ echo_joined_recovery, super::Plain { echo: true, split: false, recovery: true }; $($rest)* }
        on_every_server! { @ echo_split, super::Plain { echo: true, split: true, recovery: false }; $($rest)* }
        on_every_server! { @ echo_split_recovery, super::Plain { echo: true, split: true, recovery: true }; $($rest)* }
        on_every_server! { @ silent_joined, super::Plain { echo: false, split: false, recovery: false }; $($rest)* }
        on_every_server! { @ silent_joined_recovery, super::Plain { echo: false, split: false, recovery: true }; $($rest)* }
        on_every_server! { @ silent_split, super::Plain { echo: false, split: true, recovery: false }; $($rest)* }
        on_every_server! { @ silent_split_recovery, super::Plain { echo: false, split: true, recovery: true }; $($rest)* }
        on_every_server! { @ embedded, contract::Flavour::Embedded; $($rest)* }
    };
}

on_every_server! {
    conversation:
        what_one_writes_both_read_once
        the_same_text_twice_is_two_messages
        what_happens_to_messages_is_seen_by_both
        typing_and_presence_are_seen_and_end;
    losses:
        what_was_written_offline_outlives_the_page_and_arrives_in_order
        a_server_killed_while_both_write_loses_nothing
        a_dropped_connection_misses_nothing
        a_token_that_is_refused_is_asked_for_anew
        a_refusal_for_a_while_is_waited_for
        more_than_a_history_holds_is_fetched_or_said_to_be_missing;
}
