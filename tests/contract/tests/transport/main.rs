//! Contract 0 against the unmodified socket.io of both majors.

mod losses;
mod opening;
mod packets;

use std::io;

use contract::Client;
use engine::session::socketio::SessionEvent;

/// Makes a test for each major of each function.
macro_rules! on_both_majors {
    (@ $major:ident, $sio:ident: $($module:ident: $($name:ident)*;)*) => {
        mod $major {
            $($(#[tokio::test] async fn $name() -> std::io::Result<()> {
                super::$module::$name(contract::Sio::$sio).await
            })*)*
        }
    };
    ($($rest:tt)*) => {
        on_both_majors! { @ v4, V4: $($rest)* }
        on_both_majors! { @ v3, V3: $($rest)* }
    };
}

on_both_majors! {
    opening:
        websocket_comes_first_and_alone
        a_server_without_websocket_is_polled
        a_polling_session_changes_to_websocket_without_losing_or_reordering
        a_proxy_that_refuses_websockets_leaves_polling
        a_proxy_that_swallows_websockets_leaves_polling
        namespaces_are_separate
        a_refused_namespace_leaves_the_others_alone
        a_refused_token_is_told_and_a_new_one_lets_in;
    packets:
        acks_answer_and_time_out
        bytes_travel_both_ways_over_websocket
        bytes_travel_both_ways_over_polling
        the_server_may_ask_too
        what_is_too_long_is_not_sent_and_breaks_nothing
        many_small_emits_are_split_over_polls;
    losses:
        goodbye_of_the_server_is_not_retried
        goodbye_of_the_client_reaches_the_server
        goodbye_over_polling_reaches_the_server
        a_closed_transport_heals_by_itself
        heartbeats_keep_an_idle_link
        a_missed_heartbeat_is_a_loss
        a_missed_heartbeat_is_a_loss_over_polling
        a_dead_link_is_noticed_in_a_call_long_before_the_heartbeat
        a_dead_link_is_noticed_in_a_call_over_polling
        a_server_that_admits_everybody_can_be_asked_too
        a_server_killed_under_load_gets_each_queued_emit_once_and_in_order
        a_server_killed_under_load_gets_each_queued_emit_once_over_polling
        coming_online_ends_the_wait
        without_recovery_the_session_is_another;
}

const SCRIPT: &str = "socket-io.mjs";

type Outcome = io::Result<()>;

async fn lost(client: &mut Client) -> io::Result<String> {
    client
        .until("the loss", |event| match event {
            SessionEvent::Lost { reason } => Some(reason.clone()),
            _ => None,
        })
        .await
}
