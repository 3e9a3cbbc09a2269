//! With unmodified simple-peer clients, over unmodified socket.io servers, in either role.

use e2e::{Outcome, PeerCall, Sio, Site, Stage, ensure, run, until};

use crate::talk::{dial, ended, expect_outage, home};

#[test]
fn a_classic_client_without_trickle_calls_us_over_socket_io_4() {
    run("interop_0_calls_us_4", async |stage| {
        interop(
            stage,
            Case {
                trickle: false,
                sio: Sio::V4,
                role: Role::CallsUs,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_without_trickle_is_called_over_socket_io_4() {
    run("interop_0_is_called_4", async |stage| {
        interop(
            stage,
            Case {
                trickle: false,
                sio: Sio::V4,
                role: Role::IsCalled,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_with_trickle_calls_us_over_socket_io_4() {
    run("interop_1_calls_us_4", async |stage| {
        interop(
            stage,
            Case {
                trickle: true,
                sio: Sio::V4,
                role: Role::CallsUs,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_with_trickle_is_called_over_socket_io_4() {
    run("interop_1_is_called_4", async |stage| {
        interop(
            stage,
            Case {
                trickle: true,
                sio: Sio::V4,
                role: Role::IsCalled,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_without_trickle_calls_us_over_socket_io_3() {
    run("interop_0_calls_us_3", async |stage| {
        interop(
            stage,
            Case {
                trickle: false,
                sio: Sio::V3,
                role: Role::CallsUs,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_without_trickle_is_called_over_socket_io_3() {
    run("interop_0_is_called_3", async |stage| {
        interop(
            stage,
            Case {
                trickle: false,
                sio: Sio::V3,
                role: Role::IsCalled,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_with_trickle_calls_us_over_socket_io_3() {
    run("interop_1_calls_us_3", async |stage| {
        interop(
            stage,
            Case {
                trickle: true,
                sio: Sio::V3,
                role: Role::CallsUs,
            },
        )
        .await
    });
}

#[test]
fn a_classic_client_with_trickle_is_called_over_socket_io_3() {
    run("interop_1_is_called_3", async |stage| {
        interop(
            stage,
            Case {
                trickle: true,
                sio: Sio::V3,
                role: Role::IsCalled,
            },
        )
        .await
    });
}

#[test]
fn two_of_us_over_an_unmodified_server() {
    run("interop_two_of_us", async |stage| {
        let classic = PeerCall::start(Sio::V4).await?;
        let server = stage.antenna_for(&classic.url()).await?;
        let pair = crate::talk::Pair::at(stage, server, e2e::Look::default(), e2e::Look::default()).await?;
        pair.talk().await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        ended(&pair.bob, "remote-hung-up").await
    });
}

#[test]
fn a_backend_is_added_in_settings_after_it_was_tried() {
    run("backend_added", async |stage| {
        let classic = PeerCall::start(Sio::V4).await?;
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_outage(&ann);
        // The policy of the embedded server lets the app talk to addresses its configuration does not name only if they
        // are encrypted; this machine itself is an exception.
        ann.open(&format!("{}/settings", server.url())).await?;
        ann.write("backend-url", "http://127.0.0.1:9").await?;
        ann.press("backend-add").await?;
        ann.see("backend-error").await?;
        ann.write("backend-url", &classic.url()).await?;
        ann.press("backend-add").await?;
        until("the second backend in the list", async || {
            Ok((ann.count("backend").await? == 2).then_some(()))
        })
        .await?;
        ann.js(
            "[...document.querySelectorAll('[data-t=backend]')].at(-1).click()",
            vec![],
        )
        .await?;
        ann.attr_is("app", "data-conn", "connected").await?;
        ann.press("nav-call").await?;
        let id = ann.text("my-id").await?;
        // It is the classic server's id: a page that knows that server alone can call it.
        let site = Site::simple_peer(stage.scratch()).await?;
        let bob = stage.chromium("bob").await?;
        bob.open(&format!("{}/?trickle=1&signal={}", site.url(), classic.url()))
            .await?;
        bob.write("call-to", &id).await?;
        bob.press("call").await?;
        ann.press("answer-video").await?;
        ann.moving("remote-video").await?;
        bob.moving("remote-video").await.map(drop)
    });
}

struct Case {
    trickle: bool,
    sio: Sio,
    role: Role,
}

#[derive(PartialEq, Eq)]
enum Role {
    CallsUs,
    IsCalled,
}

/// Ann has the app, Bob the classic page.
async fn interop(stage: &Stage, case: Case) -> Outcome {
    let classic = PeerCall::start(case.sio).await?;
    let server = stage.antenna_for(&classic.url()).await?;
    let site = Site::simple_peer(stage.scratch()).await?;
    let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
    home(&ann, &server).await?;
    bob.open(&format!(
        "{}/?trickle={}&signal={}",
        site.url(),
        u8::from(case.trickle),
        classic.url()
    ))
    .await?;
    bob.text("my-id").await?;
    match case.role {
        Role::CallsUs => {
            dial(&bob, &ann).await?;
            ann.says("incoming", "Classic").await?;
            ann.press("answer-video").await?;
        }
        Role::IsCalled => {
            dial(&ann, &bob).await?;
            bob.press("answer-video").await?;
        }
    }
    ann.moving("remote-video").await?;
    bob.moving("remote-video").await?;
    ann.hears().await?;
    bob.hears().await?;
    ann.attr_is("call-status", "data-path", "flowing").await?;
    // Texts of the classic page reach us as they are, and ours it.
    bob.write("call-chat-input", "from the classic page").await?;
    bob.press("call-chat-send").await?;
    ann.press("chat-toggle").await?;
    ann.says("call-text[data-own=false]", "from the classic page")
        .await?;
    ann.write("call-chat-input", "from Antenna").await?;
    ann.press("call-chat-send").await?;
    until("our text at the classic page", async || {
        let got = bob.js("return window.partner.got", vec![]).await?;
        Ok(got
            .as_array()
            .is_some_and(|got| {
                got.iter()
                    .any(|text| text.as_str().is_some_and(|text| text.contains("from Antenna")))
            })
            .then_some(()))
    })
    .await?;
    // Hanging up is noticed at the other end, whoever does it.
    if case.role == Role::CallsUs {
        ann.press("hangup").await?;
        bob.says("phase", "ended").await?;
    } else {
        bob.press("hangup").await?;
        ended(&ann, "remote-hung-up").await?;
    }
    ann.no_call_left().await?;
    let errors = bob.js("return window.partner.errors", vec![]).await?;
    ensure(errors.as_array().is_some_and(Vec::is_empty), || {
        format!("simple-peer complained: {errors}")
    })
}
