//! An engine whose calls and accounts come later than its first screen.

use std::time::Duration;

use engine::command::{Command, Preferences};
use engine::config;
use engine::event::{CallPhase, Event, Refusal};
use engine::io::{Input, Output, SocketCommand, SocketInput};
use engine::time::Instant;
use engine::{Engine, Settings};

const NOW: Instant = Instant::from_millis(1000);
const CALL: &str = r#"42["callUser",{"from":"bob","name":"Bob","signal":{"type":"offer","sdp":"v=0\r\na=ice-ufrag:a\r\na=fingerprint:sha-256 AA\r\n"}}]"#;

/// Lets an engine hear a text of the server.
type Hear = Box<dyn FnMut(&mut Engine, &str)>;

/// Connected as `ann`, without parts.
fn connected() -> (Engine, Hear) {
    let config = config::parse(
        r#"{"backends":[{"id":"b","name":"B","kind":"peer-call","url":"https://b.example"}]}"#,
        "https://b.example/",
    );
    let Ok(config) = config else { panic!("{config:?}") };
    let settings = Settings {
        config,
        backend: None,
        guest_name: "Ann".into(),
        preferences: Preferences::default(),
        sessions_expected: Vec::new(),
        seed: 1,
    };
    let mut engine = Engine::without_parts(NOW, settings);
    let socket = drain(&mut engine)
        .into_iter()
        .find_map(|output| match output {
            Output::Socket(id, SocketCommand::Open { .. }) => Some(id),
            _ => None,
        })
        .expect("it connects");
    let mut hear: Hear = Box::new(move |engine, text| {
        engine.handle(NOW, Input::Socket(socket, SocketInput::Text(text.into())));
    });
    engine.handle(NOW, Input::Socket(socket, SocketInput::Opened));
    for text in [
        r#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#,
        r#"40{"sid":"n"}"#,
        r#"42["me","ann"]"#,
    ] {
        hear(&mut engine, text);
    }
    drain(&mut engine);
    (engine, hear)
}

fn drain(engine: &mut Engine) -> Vec<Output> {
    std::iter::from_fn(|| engine.poll()).collect()
}

fn events(engine: &mut Engine) -> Vec<Event> {
    let events = drain(engine).into_iter().filter_map(|output| match output {
        Output::Event(event) => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_call_that_comes_before_the_calls_rings_when_they_are_there() {
    let (mut engine, mut hear) = connected();
    assert!(!engine.wants_calling());
    hear(&mut engine, CALL);
    assert!(engine.wants_calling());
    assert!(events(&mut engine).is_empty());
    engine.install_calling(NOW + Duration::from_secs(1), engine::calling);
    let rings = events(&mut engine)
        .into_iter()
        .any(|event| matches!(event, Event::Call(view) if view.incoming.is_some()));
    assert!(rings && !engine.wants_calling());
}

#[test]
fn a_call_made_before_the_calls_is_dialed_when_they_are_there() {
    let (mut engine, _) = connected();
    engine.command(NOW, Command::Call { to: "bob".into() });
    let dialing = |events: Vec<Event>| {
        events.into_iter().any(
            |event| matches!(event, Event::Call(view) if matches!(view.phase, CallPhase::Dialing { .. })),
        )
    };
    assert!(dialing(events(&mut engine)) && engine.wants_calling());
    engine.install_calling(NOW, engine::calling);
    let created = drain(&mut engine)
        .iter()
        .any(|output| matches!(output, Output::Media(engine::io::MediaCommand::CreatePeer { .. })));
    assert!(created);
}

#[test]
fn a_call_whose_calls_cannot_be_had_is_refused_and_signals_stay() {
    let (mut engine, mut hear) = connected();
    engine.command(NOW, Command::Call { to: "bob".into() });
    hear(&mut engine, CALL);
    drain(&mut engine);
    engine.calling_missing(NOW);
    let told = events(&mut engine);
    assert!(told.contains(&Event::Refused(Refusal::NotConnected)), "{told:?}");
    assert!(engine.wants_calling());
}

#[test]
fn a_link_opened_before_the_calls_has_its_spare_when_they_are_there() {
    let (mut engine, _) = connected();
    engine.command(NOW, Command::Prepare);
    drain(&mut engine);
    engine.install_calling(NOW, engine::calling);
    let created = drain(&mut engine)
        .iter()
        .filter(|output| matches!(output, Output::Media(engine::io::MediaCommand::CreatePeer { .. })))
        .count();
    assert_eq!(created, 1);
}
