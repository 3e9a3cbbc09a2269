//! Whatever comes in whatever order: no panic, and the rules of the wire are kept.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Debug, Clone)]
enum Step {
    Connect,
    Disconnect,
    Watch(bool),
    Emit { asks: bool, drops: bool },
    Socket { back: u32, input: usize },
    Http { back: u32, input: usize },
    Environment(usize),
    Advance(u64),
    Freeze(u64),
}

const TEXTS: [&str; 16] = [
    OPEN,
    OPEN_UPGRADABLE,
    "40{\"sid\":\"S\"}",
    "40{\"sid\":\"S\",\"pid\":\"P\"}",
    "44{\"message\":\"no\"}",
    "44/antenna-probe,{\"message\":\"Invalid namespace\"}",
    "41",
    "42[\"a\",\"offset\"]",
    "421[\"a\"]",
    "431[1]",
    "451-[\"a\",{\"_placeholder\":true,\"num\":0}]",
    "2",
    "3probe",
    "6\u{1e}2\u{1e}1",
    "0{}",
    "nonsense",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        1 => any::<bool>().prop_map(Step::Watch),
        4 => (any::<bool>(), any::<bool>()).prop_map(|(asks, drops)| Step::Emit { asks, drops }),
        8 => (0..3_u32, 0..TEXTS.len() + 3).prop_map(|(back, input)| Step::Socket { back, input }),
        8 => (0..4_u32, 0..TEXTS.len() + 3).prop_map(|(back, input)| Step::Http { back, input }),
        2 => (0..6_usize).prop_map(Step::Environment),
        4 => (0..8_000_u64).prop_map(Step::Advance),
        1 => (0..100_000_u64).prop_map(Step::Freeze),
    ]
}

/// What the world knows of the session: which sockets and requests are open.
#[derive(Default)]
struct World {
    sockets: Vec<u64>,
    gets: BTreeSet<u64>,
    posts: BTreeSet<u64>,
    last_request: u64,
}

impl World {
    fn note(&mut self, sim: &mut Sim, leaving: bool) {
        while let Some(output) = sim.session.poll() {
            match output {
                SessionOutput::Output(Output::Socket(id, SocketCommand::Open { .. })) => {
                    self.sockets.push(id.0)
                }
                SessionOutput::Output(Output::Socket(id, SocketCommand::Close)) => {
                    self.sockets.retain(|open| *open != id.0)
                }
                SessionOutput::Output(Output::Socket(id, _)) => {
                    assert!(self.sockets.contains(&id.0), "sent into a closed socket");
                }
                SessionOutput::Output(Output::Http(id, request)) => {
                    self.last_request = id.0;
                    let posts = request.method == Method::Post;
                    (if posts { &mut self.posts } else { &mut self.gets }).insert(id.0);
                }
                SessionOutput::Output(Output::AbortHttp(id)) => {
                    self.gets.remove(&id.0);
                    self.posts.remove(&id.0);
                }
                SessionOutput::Output(other) => panic!("{other:?} is none of its business"),
                SessionOutput::Event(_) => {}
            }
        }
        // Saying goodbye is the one time when requests are left to end by themselves.
        if leaving
            || matches!(
                sim.session.state(),
                ConnectionState::Idle | ConnectionState::Refused { .. }
            )
        {
            self.gets.clear();
            self.posts.clear();
        }
        assert!(self.gets.len() <= 1, "two polls at once");
        assert!(self.posts.len() <= 1, "two posts at once");
        assert!(self.sockets.len() <= 1, "two sockets at once");
    }
}

fn run(steps: Vec<Step>) {
    let mut sim = Sim::new();
    let mut world = World::default();
    for step in steps {
        let (now, mut leaving) = (sim.now, false);
        match step {
            Step::Connect => sim.session.connect(now),
            Step::Disconnect => {
                leaving = true;
                sim.session.disconnect(now);
            }
            Step::Watch(on) => sim.session.watch_closely(now, on),
            Step::Emit { asks, drops } => {
                let emit = if asks { asking("e", 3_000) } else { plain("e") };
                let offline = if drops {
                    WhenOffline::Drop
                } else {
                    WhenOffline::Queue
                };
                sim.session.emit(now, Emit { offline, ..emit });
            }
            Step::Socket { back, input } => {
                let known = world
                    .sockets
                    .len()
                    .checked_sub(1 + back as usize)
                    .and_then(|at| world.sockets.get(at));
                let id = known.copied().unwrap_or(u64::from(back));
                let input = match TEXTS.get(input) {
                    Some(text) => SocketInput::Text((*text).to_owned()),
                    None if input == TEXTS.len() => SocketInput::Opened,
                    None if input == TEXTS.len() + 1 => SocketInput::Binary(vec![1]),
                    None => {
                        world.sockets.retain(|open| *open != id);
                        SocketInput::Closed {
                            code: 1006,
                            reason: String::new(),
                        }
                    }
                };
                sim.session.handle_socket(now, SocketId(id), input);
            }
            Step::Http { back, input } => {
                let id = world.last_request.saturating_sub(back.into());
                world.gets.remove(&id);
                world.posts.remove(&id);
                let reply = |status, body: &str| {
                    Ok(Reply {
                        status,
                        retry_after: None,
                        body: body.to_owned(),
                    })
                };
                let result = match TEXTS.get(input) {
                    Some(text) => reply(200, text),
                    None if input == TEXTS.len() => reply(400, ""),
                    None if input == TEXTS.len() + 1 => Err(HttpFailure::TimedOut),
                    None => Err(HttpFailure::Unreachable),
                };
                sim.session.handle_http(now, RequestId(id), result);
            }
            Step::Environment(which) => {
                let all = [
                    Environment::Online,
                    Environment::Offline,
                    Environment::NetworkChanged,
                    Environment::Visible(true),
                    Environment::Visible(false),
                    Environment::Resumed(Duration::from_secs(9)),
                ];
                sim.session
                    .handle_environment(now, all.get(which).copied().unwrap_or(Environment::Online));
            }
            Step::Advance(millis) => {
                let end = sim.now + Duration::from_millis(millis);
                let mut ticks = 0;
                while let Some(deadline) = sim.session.deadline().filter(|deadline| *deadline <= end) {
                    sim.now = deadline.max(sim.now);
                    sim.session.handle_tick(sim.now);
                    world.note(&mut sim, false);
                    ticks += 1;
                    assert!(ticks < 200, "a timer that fires for ever");
                }
                sim.now = end;
            }
            Step::Freeze(millis) => sim.freeze(millis),
        }
        world.note(&mut sim, leaving);
        if matches!(sim.session.state(), ConnectionState::Waiting { .. }) {
            assert!(sim.session.deadline().is_some(), "it waits for nothing");
        }
    }
}

proptest! {
    #[test]
    fn no_input_breaks_the_rules(steps in prop::collection::vec(step(), 0..60)) {
        run(steps);
    }
}
