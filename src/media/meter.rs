//! The level of the own microphone.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use web_sys::{AnalyserNode, MediaStream, MediaStreamAudioSourceNode};

use super::Tell;
use crate::browser::audio::Lease;
use crate::browser::timer::Interval;
use crate::browser::{js, visibility};
use crate::local::LocalEvent;

/// 43 ms at 48 kHz: long enough for the lowest voices.
const SAMPLES: u32 = 2048;

/// Measures until it is dropped.
pub(super) struct Meter {
    probe: Rc<Probe>,
    _interval: Interval,
}

struct Probe {
    analyser: AnalyserNode,
    source: MediaStreamAudioSourceNode,
    local: Tell<LocalEvent>,
    said: Cell<f32>,
    lease: Lease,
}

impl Meter {
    /// Measures `stream` every so often; `None` where the browser cannot.
    pub(super) fn start(stream: &MediaStream, every: Duration, local: Tell<LocalEvent>) -> Option<Self> {
        let lease = Lease::take()?;
        let analyser = lease.context().create_analyser().ok()?;
        analyser.set_fft_size(SAMPLES);
        let source = lease.context().create_media_stream_source(stream).ok()?;
        source.connect_with_audio_node(&analyser).ok()?;
        let probe = Rc::new(Probe {
            analyser,
            source,
            local,
            said: Cell::new(0.0),
            lease,
        });
        let measured = probe.clone();
        Some(Self {
            probe,
            _interval: Interval::new(every, move || measured.measure()),
        })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let _ = js::call(&self.probe.source, "disconnect", &[]);
        self.probe.say(0.0);
    }
}

impl Probe {
    fn measure(&self) {
        if !visibility::visible() || !self.lease.running() {
            return;
        }
        let mut samples = [128; SAMPLES as usize];
        self.analyser.get_byte_time_domain_data(&mut samples);
        self.say(level(&samples));
    }

    fn say(&self, level: f32) {
        if (self.said.get() - level).abs() >= 0.01 || (level == 0.0 && self.said.get() != 0.0) {
            self.said.set(level);
            (self.local)(LocalEvent::MicrophoneLevel(level));
        }
    }
}

/// The loudness of samples around 128, on a scale that looks even to the ear: -60 dB is 0, full scale is 1.
fn level(samples: &[u8]) -> f32 {
    let sum: f32 = samples
        .iter()
        .map(|sample| (f32::from(*sample) - 128.0) / 128.0)
        .map(|of| of * of)
        .sum();
    let rms = (sum / samples.len().max(1) as f32).sqrt();
    if rms < 0.001 {
        return 0.0;
    }
    (1.0 + rms.log10() / 3.0).clamp(0.0, 1.0)
}
