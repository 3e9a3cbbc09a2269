//! The app's few sounds, made by oscillators: no file to fetch, and they work offline.

use std::rc::Rc;
use std::time::Duration;

use web_sys::{AudioContext, GainNode, OscillatorType};

use crate::browser::audio::Lease;
use crate::browser::js;
use crate::browser::timer::{Interval, Timer};

/// One note: when it starts and how long it is (seconds), and its pitch in hertz.
type Note = (f64, f64, f32);

/// A sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    /// Somebody calls. Repeats.
    Ring,
    /// Somebody calls during a call. Repeats, softly.
    Knock,
    /// It rings at the other end. Repeats.
    RingBack,
    /// Connected.
    Connected,
    /// The path broke.
    Broken,
    /// The path is mended.
    Healed,
    /// The call is over.
    Ended,
    /// Hear this speaker.
    Test,
}

impl Sound {
    const fn notes(self) -> &'static [Note] {
        match self {
            Self::Ring => &[
                (0.0, 0.18, 659.3),
                (0.2, 0.18, 830.6),
                (0.4, 0.3, 987.8),
                (0.9, 0.18, 659.3),
                (1.1, 0.4, 830.6),
            ],
            Self::Knock => &[(0.0, 0.12, 587.3), (0.18, 0.16, 587.3)],
            Self::RingBack => &[(0.0, 0.9, 440.0)],
            Self::Connected => &[(0.0, 0.09, 659.3), (0.1, 0.14, 880.0)],
            Self::Broken => &[(0.0, 0.16, 392.0), (0.2, 0.26, 311.1)],
            Self::Healed => &[(0.0, 0.1, 523.3), (0.12, 0.16, 698.5)],
            Self::Ended => &[(0.0, 0.14, 493.9), (0.17, 0.24, 370.0)],
            Self::Test => &[(0.0, 0.2, 523.3), (0.22, 0.2, 659.3), (0.44, 0.35, 784.0)],
        }
    }

    const fn again_after(self) -> Option<Duration> {
        match self {
            Self::Ring => Some(Duration::from_millis(2600)),
            Self::Knock | Self::RingBack => Some(Duration::from_millis(4000)),
            Self::Connected | Self::Broken | Self::Healed | Self::Ended | Self::Test => None,
        }
    }

    const fn volume(self) -> f32 {
        match self {
            Self::Ring | Self::Test => 0.22,
            Self::Knock | Self::RingBack => 0.07,
            Self::Connected | Self::Broken | Self::Healed | Self::Ended => 0.12,
        }
    }
}

/// A sound that plays; dropping it silences it.
pub(super) struct Playing {
    voice: Rc<Voice>,
    _again: Option<Interval>,
    _end: Option<Timer>,
}

struct Voice {
    sound: Sound,
    lease: Lease,
    out: GainNode,
}

impl Playing {
    /// Plays `sound`; `None` where the browser has no Web Audio.
    pub(super) fn start(sound: Sound, ended: impl FnMut() + 'static) -> Option<Self> {
        let lease = Lease::take()?;
        let out = lease.context().create_gain().ok()?;
        out.gain().set_value(sound.volume());
        out.connect_with_audio_node(&lease.context().destination()).ok()?;
        let voice = Rc::new(Voice { sound, lease, out });
        voice.play();
        let again = sound.again_after().map(|every| {
            let voice = Rc::downgrade(&voice);
            Interval::new(every, move || {
                if let Some(voice) = voice.upgrade() {
                    voice.play();
                }
            })
        });
        let end = again
            .is_none()
            .then(|| Timer::new(Duration::from_millis(1200), ended));
        Some(Self {
            voice,
            _again: again,
            _end: end,
        })
    }

    pub(super) fn sound(&self) -> Sound {
        self.voice.sound
    }
}

impl Voice {
    fn play(&self) {
        let context = self.lease.context();
        // Notes given to a context that is blocked would all be heard at once when it is not any more. A single sound
        // is given all the same: the context may be just starting.
        if self.sound.again_after().is_some() && !self.lease.running() {
            crate::browser::audio::resume();
            return;
        }
        for note in self.sound.notes() {
            let _ = play_note(context, &self.out, *note);
        }
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        let _ = js::call(&self.out, "disconnect", &[]);
    }
}

fn play_note(context: &AudioContext, out: &GainNode, note: Note) -> Result<(), wasm_bindgen::JsValue> {
    let (after, length, pitch) = note;
    let from = context.current_time() + 0.02 + after;
    let to = from + length;
    let oscillator = context.create_oscillator()?;
    oscillator.set_type(OscillatorType::Sine);
    oscillator.frequency().set_value(pitch);
    let envelope = context.create_gain()?;
    // Without a soft start and end every note clicks.
    let gain = envelope.gain();
    gain.set_value_at_time(0.0, from)?;
    gain.linear_ramp_to_value_at_time(1.0, from + 0.015)?;
    gain.set_value_at_time(1.0, to - 0.05)?;
    gain.linear_ramp_to_value_at_time(0.0, to)?;
    oscillator.connect_with_audio_node(&envelope)?;
    envelope.connect_with_audio_node(out)?;
    oscillator.start_with_when(from)?;
    oscillator.stop_with_when(to)
}
