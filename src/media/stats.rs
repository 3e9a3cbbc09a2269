//! Readings of a connection's statistics, as cheap as they can be had.
//!
//! Turning a whole report into JavaScript objects costs the main thread some milliseconds a reading. Only the four
//! entries that matter are looked up by their ids; the ids are searched for again when one is missing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use engine::io::{MediaInput, PeerId, PeerStats};
use wasm_bindgen::prelude::*;
use web_sys::RtcPeerConnection;

use super::Tell;
use crate::browser::promise::{self, Task};
use crate::browser::timer::Interval;

#[wasm_bindgen]
extern "C" {
    /// `RTCStatsReport`, a map.
    type Report;
    #[wasm_bindgen(method)]
    fn get(this: &Report, id: &str) -> JsValue;
    #[wasm_bindgen(method, js_name = forEach)]
    fn for_each(this: &Report, each: &mut dyn FnMut(Entry));

    /// One entry; each kind has some of these.
    #[derive(Clone)]
    type Entry;
    #[wasm_bindgen(method, getter)]
    fn id(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter = type)]
    fn kind_of_entry(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter = selectedCandidatePairId)]
    fn selected_pair(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn nominated(this: &Entry) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn state(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter = localCandidateId)]
    fn local_candidate(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter = candidateType)]
    fn candidate_type(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter = packetsReceived)]
    fn packets_received(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = lastPacketReceivedTimestamp)]
    fn last_packet(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn timestamp(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = packetsLost)]
    fn packets_lost(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = audioLevel)]
    fn audio_level(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = bytesSent)]
    fn bytes_sent(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = bytesReceived)]
    fn bytes_received(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = currentRoundTripTime)]
    fn round_trip(this: &Entry) -> Option<f64>;
    #[wasm_bindgen(method, getter = responsesReceived)]
    fn responses(this: &Entry) -> Option<f64>;
}

/// Reads again and again until it is dropped.
pub(super) struct StatsWatch {
    _interval: Interval,
    reading: Rc<Reading>,
}

struct Reading {
    peer: PeerId,
    connection: RtcPeerConnection,
    tell: Tell<MediaInput>,
    ids: RefCell<Ids>,
    reading: Cell<bool>,
    task: RefCell<Option<Task>>,
}

#[derive(Default)]
struct Ids {
    audio: Option<String>,
    video: Option<String>,
    transport: Option<String>,
    pair: Option<String>,
    /// How many readings ago the ids were searched for.
    age: u32,
}

/// Tracks come late: while one kind is missing its id is searched for again every so many readings.
const SEARCH_AGAIN: u32 = 4;

impl StatsWatch {
    pub(super) fn start(
        peer: PeerId,
        connection: &RtcPeerConnection,
        every: Duration,
        tell: Tell<MediaInput>,
    ) -> Self {
        let reading = Rc::new(Reading {
            peer,
            connection: connection.clone(),
            tell,
            ids: RefCell::default(),
            reading: Cell::new(false),
            task: RefCell::new(None),
        });
        Self {
            _interval: reading.again(every),
            reading,
        }
    }

    /// Reads every so often from now on, and goes on with the ids it knows.
    pub(super) fn change(&mut self, every: Duration) {
        self._interval = self.reading.again(every);
    }
}

impl Reading {
    fn again(self: &Rc<Self>, every: Duration) -> Interval {
        let again = Rc::downgrade(self);
        Interval::new(every, move || {
            if let Some(reading) = again.upgrade() {
                reading.start();
            }
        })
    }

    /// Reads once, unless the reading before has not come back yet.
    fn start(self: &Rc<Self>) {
        if self.reading.replace(true) {
            return;
        }
        let promise = self.connection.get_stats();
        let reading = Rc::downgrade(self);
        self.task.replace(Some(Task::new(async move {
            let report = promise::settled(promise.into()).await;
            let Some(reading) = reading.upgrade() else { return };
            reading.reading.set(false);
            if let Ok(report) = report {
                let stats = reading.read(&report.unchecked_into());
                (reading.tell)(MediaInput::Stats {
                    peer: reading.peer,
                    stats,
                });
            }
        })));
    }

    fn read(&self, report: &Report) -> PeerStats {
        let mut ids = self.ids.borrow_mut();
        ids.refresh(report);
        let mut stats = PeerStats::default();
        let mut silent = None;
        if let Some(audio) = entry(report, ids.audio.as_deref()) {
            silent = shorter(silent, silence(&audio));
            stats.audio_packets_received = count(audio.packets_received());
            stats.packets_lost = count(audio.packets_lost());
            stats.remote_audio_level = audio.audio_level().unwrap_or(0.0);
        }
        if let Some(video) = entry(report, ids.video.as_deref()) {
            silent = shorter(silent, silence(&video));
            stats.video_packets_received = count(video.packets_received());
            stats.packets_lost += count(video.packets_lost());
        }
        stats.silent = silent.unwrap_or_default();
        if let Some(pair) = entry(report, ids.pair.as_deref()) {
            stats.bytes_sent = count(pair.bytes_sent());
            stats.bytes_received = count(pair.bytes_received());
            stats.responses_received = count(pair.responses());
            stats.round_trip = pair
                .round_trip()
                .map(|seconds| Duration::from_millis((seconds * 1000.0) as u64));
            let local = entry(report, pair.local_candidate().as_deref());
            stats.relayed = local.and_then(|local| local.candidate_type()).as_deref() == Some("relay");
        }
        stats
    }
}

impl Ids {
    fn refresh(&mut self, report: &Report) {
        self.age += 1;
        // The chosen pair changes with the path; where there is a transport (not in older Firefox), it names the pair.
        if let Some(transport) = entry(report, self.transport.as_deref()) {
            self.pair = transport.selected_pair();
        }
        let lost = |id: &Option<String>| id.is_some() && entry(report, id.as_deref()).is_none();
        let missing = self.audio.is_none() || self.video.is_none() || self.pair.is_none();
        let search = lost(&self.audio)
            || lost(&self.video)
            || lost(&self.pair)
            || (self.transport.is_none() && self.pair.is_some())
            || (missing && (self.age == 1 || self.age.is_multiple_of(SEARCH_AGAIN)));
        if search {
            self.search(report);
        }
    }

    fn search(&mut self, report: &Report) {
        let age = self.age;
        let (mut found, mut nominated) = (
            Self {
                age,
                ..Self::default()
            },
            None,
        );
        report.for_each(&mut |entry| {
            let id = entry.id();
            match entry.kind_of_entry().as_deref() {
                Some("inbound-rtp") => match entry.kind().as_deref() {
                    Some("audio") if better(report, &found.audio, &entry) => found.audio = id,
                    Some("video") if better(report, &found.video, &entry) => found.video = id,
                    _ => {}
                },
                Some("transport") => {
                    found.pair = entry.selected_pair().or(found.pair.take());
                    found.transport = id;
                }
                Some("candidate-pair")
                    if entry.nominated() == Some(true) && entry.state().as_deref() == Some("succeeded") =>
                {
                    nominated = id;
                }
                _ => {}
            }
        });
        found.pair = found.pair.or(nominated);
        *self = found;
    }
}

/// After a renegotiation there may be several of one kind: the one that gets packets counts.
fn better(report: &Report, known: &Option<String>, entry_found: &Entry) -> bool {
    let known = entry(report, known.as_deref()).map_or(-1.0, |known| known.packets_received().unwrap_or(0.0));
    entry_found.packets_received().unwrap_or(0.0) > known
}

fn entry(report: &Report, id: Option<&str>) -> Option<Entry> {
    let found = report.get(id?);
    found.is_object().then(|| found.unchecked_into())
}

/// How long before the reading its last packet came.
fn silence(entry: &Entry) -> Option<Duration> {
    let millis = entry.timestamp()? - entry.last_packet()?;
    Some(Duration::from_millis(millis.max(0.0) as u64))
}

fn shorter(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn count(of: Option<f64>) -> u64 {
    of.unwrap_or(0.0).max(0.0) as u64
}
