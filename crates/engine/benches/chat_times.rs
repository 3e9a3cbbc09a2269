//! Times of the chat engine, natively: `cargo test --release -p engine --bench chat_times -- --nocapture`.
//! A browser takes about twice as long, and eight times on a CPU slowed down by four.

#[path = "../tests/chat_sim/mod.rs"]
mod chat_sim;

use std::rc::Rc;
use std::time::{Duration, Instant as Started};

use engine::chat::ChatEngine;
use engine::chat::api::*;
use engine::chat::memory::Memory;
use engine::io::{IdSpace, SocketCommand, SocketId, SocketInput};
use engine::time::Instant;
use serde_json::{Value, json};

const START: Millis = 1_700_000_000_000;

/// Time as it passes, and time that this thread had the processor (Linux; right in sum only), since other things run on
/// the machine too.
struct Clock(Started, Duration);

impl Clock {
    fn now() -> Self {
        Self(Started::now(), on_processor())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn on_processor(&self) -> Duration {
        on_processor().saturating_sub(self.1)
    }
}

fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// One page with a disk and a server that takes everything.
struct Page {
    engine: ChatEngine,
    now: u64,
    disk: Memory,
    scope: String,
    socket: Option<SocketId>,
    rows: Vec<Rc<Row>>,
    splices: usize,
}

impl Page {
    fn new(now: u64, disk: Memory) -> Self {
        let engine = ChatEngine::new(
            Instant::from_millis(now),
            ChatSettings {
                backend_id: "b".into(),
                base_url: "http://server".into(),
                calls: true,
                socket_path: "/socket.io/".into(),
                ids: IdSpace(7),
                seed: 11,
                wall_clock: START + now,
                local_day: |time| i32::try_from(time / 86_400_000).unwrap_or(0),
                choices: Choices::default(),
            },
        );
        Self {
            engine,
            now,
            disk,
            scope: String::new(),
            socket: None,
            rows: Vec::new(),
            splices: 0,
        }
    }

    fn start(&mut self) {
        let pass = Pass {
            user: "ada".into(),
            name: "Ada".into(),
            avatar: None,
            role: None,
            token: "t".into(),
        };
        self.input(ChatInput::Pass(Some(pass)));
        self.input(ChatInput::Leading);
    }

    fn input(&mut self, input: ChatInput) {
        self.engine.handle(Instant::from_millis(self.now), input);
        self.drain();
    }

    fn tick(&mut self, millis: u64) {
        self.now += millis;
        if self
            .engine
            .deadline()
            .is_some_and(|at| at.as_millis() <= self.now)
        {
            self.input(ChatInput::Tick);
        }
    }

    fn say(&mut self, event: &str, data: &Value) {
        self.packet(format!("2{}", json!([event, data])));
    }

    fn packet(&mut self, text: String) {
        if let Some(socket) = self.socket {
            self.input(ChatInput::Socket(socket, SocketInput::Text(format!("4{text}"))));
        }
    }

    fn drain(&mut self) {
        let mut answers = Vec::new();
        while let Some(output) = self.engine.poll() {
            self.act(output, &mut answers);
        }
        for answer in answers {
            self.input(answer);
        }
    }

    fn act(&mut self, output: ChatOutput, answers: &mut Vec<ChatInput>) {
        match output {
            ChatOutput::Store(command) => {
                let answer = self.disk.perform(&mut self.scope, command);
                answers.push(ChatInput::Store(answer));
            }
            ChatOutput::Event(ChatEvent::Timeline(TimelineChange::Reset { rows, .. })) => self.rows = rows,
            ChatOutput::Event(ChatEvent::Timeline(TimelineChange::Splice { at, remove, insert })) => {
                self.rows.splice(at..at + remove, insert);
                self.splices += 1;
            }
            ChatOutput::Socket(id, SocketCommand::Open { .. }) => {
                self.socket = Some(id);
                let open = r#"0{"sid":"e","upgrades":[],"pingInterval":25000000,"pingTimeout":20000,"maxPayload":2000000}"#;
                answers.push(ChatInput::Socket(id, SocketInput::Opened));
                answers.push(ChatInput::Socket(id, SocketInput::Text(open.into())));
            }
            ChatOutput::Socket(id, SocketCommand::Text(text)) => {
                let said = |text: String| ChatInput::Socket(id, SocketInput::Text(text));
                if text.starts_with("40/") {
                    answers.push(said(format!(
                        r#"44{},{{"message":"Invalid namespace"}}"#,
                        &text[2..text.find(',').unwrap_or(2)]
                    )));
                } else if text.starts_with("40") {
                    answers.push(said(r#"40{"sid":"s"}"#.into()));
                } else if text.contains("join-room") {
                    let joined = json!(["room-joined", { "room": { "id": "r", "name": "R", "memberCount": 2 }, "messages": [] }]);
                    answers.push(said(format!("42{joined}")));
                }
            }
            _ => {}
        }
    }
}

fn message(number: u64, time: Millis) -> Value {
    json!({
        "id": format!("message-{number:08}"), "roomId": "r", "senderId": format!("user-{}", number / 3 % 40),
        "senderName": format!("User {}", number / 3 % 40), "attachments": [], "timestamp": time, "edited": false,
        "reactions": {}, "readBy": [],
        "content": format!("Message number {number}: some words as people write them, with a **strong** one, and an end."),
    })
}

fn connected(disk: Memory) -> Page {
    let mut page = Page::new(1_000, disk);
    page.start();
    for _ in 0..50 {
        page.tick(100);
    }
    page.engine
        .command(Instant::from_millis(page.now), ChatCommand::Open("r".into()));
    page.drain();
    for _ in 0..50 {
        page.tick(100);
    }
    page
}

fn percentile(times: &mut [f64], of: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times
        .get(((times.len() as f64 - 1.0) * of) as usize)
        .copied()
        .unwrap_or_default()
}

#[test]
fn a_thousand_messages_a_second() {
    let mut page = connected(Memory::default());
    let mut number = 0;
    for minute in 0..10 {
        let (mut times, mut busy) = (Vec::new(), Duration::ZERO);
        for frame in 0..3_600u64 {
            let count = 16 + u64::from(frame % 3 != 0);
            let packets: Vec<String> = (0..count)
                .map(|_| {
                    number += 1;
                    format!("2{}", json!(["new-message", message(number, START + page.now)]))
                })
                .collect();
            let clock = Clock::now();
            if let Some(socket) = page.socket {
                for text in packets {
                    let input = ChatInput::Socket(socket, SocketInput::Text(format!("4{text}")));
                    page.engine.handle(Instant::from_millis(page.now), input);
                }
            }
            let mut outputs = Vec::new();
            while let Some(output) = page.engine.poll() {
                outputs.push(output);
            }
            times.push(clock.elapsed().as_secs_f64() * 1e3);
            busy += clock.on_processor();
            let mut answers = Vec::new();
            for output in outputs {
                page.act(output, &mut answers);
            }
            for answer in answers {
                page.input(answer);
            }
            let last = page.rows.last().map(|row| row.key);
            if let Some(last) = last.filter(|_| frame % 30 == 0) {
                page.engine
                    .command(Instant::from_millis(page.now), ChatCommand::Seen(last));
                page.drain();
            }
            page.tick(if frame % 3 == 0 { 16 } else { 17 });
        }
        println!(
            "minute {minute}: {:.2} ms of the processor a second; a flush: median {:.3} ms, 95 % {:.3} ms, worst {:.3} ms; {} rows, {} blocks on disk, {} splices",
            busy.as_secs_f64() * 1e3 / 60.0,
            percentile(&mut times, 0.5),
            percentile(&mut times, 0.95),
            percentile(&mut times, 1.0),
            page.rows.len(),
            page.disk
                .records()
                .filter(|(key, _)| matches!(key, StoreKey::Block(..)))
                .count(),
            page.splices,
        );
    }
}

/// A disk with a room of so many messages, written by the engine itself.
fn filled(count: u64) -> Memory {
    let mut page = connected(Memory::default());
    for number in 0..count {
        page.say("new-message", &message(number, START + page.now));
        if number % 50 == 0 {
            page.tick(50);
            if let Some(last) = page.rows.last().map(|row| row.key) {
                page.engine
                    .command(Instant::from_millis(page.now), ChatCommand::Seen(last));
                page.drain();
            }
        }
    }
    for _ in 0..30 {
        page.tick(500);
    }
    page.disk
}

#[test]
fn a_room_of_a_hundred_thousand_stored_messages_opens() {
    let disk = filled(100_000);
    let blocks = disk
        .records()
        .filter(|(key, _)| matches!(key, StoreKey::Block(..)))
        .count();
    let bytes: usize = disk.records().map(|(_, value)| value.len()).sum();
    println!("{blocks} blocks, {} KB", bytes / 1024);
    for _ in 0..5 {
        let mut page = Page::new(10_000_000, disk.clone());
        let clock = Clock::now();
        page.start();
        let started = clock.elapsed();
        page.engine
            .command(Instant::from_millis(page.now), ChatCommand::Open("r".into()));
        page.drain();
        println!(
            "sign-in {:.2} ms, then open {:.2} ms: {} rows",
            started.as_secs_f64() * 1e3,
            (clock.elapsed() - started).as_secs_f64() * 1e3,
            page.rows.len()
        );
    }
    let mut page = Page::new(10_000_000, disk);
    page.start();
    page.engine
        .command(Instant::from_millis(page.now), ChatCommand::Open("r".into()));
    page.drain();
    let mut times = Vec::new();
    while page.rows.len() < 99_000 && times.len() < 2_000 {
        let before = page.rows.len();
        let clock = Clock::now();
        page.engine
            .command(Instant::from_millis(page.now), ChatCommand::LoadOlder);
        page.drain();
        times.push(clock.elapsed().as_secs_f64() * 1e3);
        page.tick(100);
        if page.rows.len() == before {
            break;
        }
    }
    println!(
        "{} pages upwards to {} rows: median {:.3} ms, worst {:.3} ms",
        times.len(),
        page.rows.len(),
        percentile(&mut times.clone(), 0.5),
        percentile(&mut times, 1.0)
    );
    let mut times = Vec::new();
    let all = Clock::now();
    for number in 0..100 {
        let clock = Clock::now();
        page.say("new-message", &message(200_000 + number, START + page.now));
        times.push(clock.elapsed().as_secs_f64() * 1e3);
        page.tick(50);
    }
    println!(
        "one live message with all of them in memory: {:.2} ms of the processor; median {:.3} ms, worst {:.3} ms",
        all.on_processor().as_secs_f64() * 10.0,
        percentile(&mut times.clone(), 0.5),
        percentile(&mut times, 1.0)
    );
}
