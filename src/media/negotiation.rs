//! Descriptions and candidates of one connection, strictly in order, each after the one before has finished.

use std::rc::{Rc, Weak};

use engine::io::{MediaInput, MediaStep};
use wasm_bindgen::JsValue;
use wire::signal::{Candidate, Description, DescriptionKind};

use super::peer::Peer;
use crate::browser::promise::Task;
use crate::browser::{js, promise};

/// One step of a negotiation.
#[derive(Debug)]
pub(super) enum Step {
    /// Create and apply an offer.
    Offer {
        /// With new ICE credentials.
        ice_restart: bool,
    },
    /// Create and apply an answer.
    Answer,
    /// Apply the other side's description.
    Remote(Description),
    /// Add one of the other side's candidates.
    Candidate(Candidate),
}

impl Peer {
    /// Queues a step, and starts when nothing is under way.
    pub(super) fn negotiate(self: &Rc<Self>, step: Step) {
        let idle = {
            let mut steps = self.steps.borrow_mut();
            steps.push_back(step);
            self.stepping.borrow().is_none()
        };
        if idle {
            let task = Task::new(run(Rc::downgrade(self)));
            self.stepping.replace(Some(task));
        }
    }

    /// Tells a local candidate, or the end of them.
    pub(super) fn tell_candidate(&self, candidate: &JsValue) {
        let line = js::text(candidate, "candidate");
        if line.is_empty() && !candidate.is_null() {
            // The end of one generation; the end of all follows as `null`.
            return;
        }
        let candidate = (!line.is_empty()).then(|| Candidate {
            candidate: line,
            sdp_mid: js::get(candidate, "sdpMid").as_string(),
            sdp_m_line_index: js::get(candidate, "sdpMLineIndex")
                .as_f64()
                .map(|index| index as u16),
        });
        (self.tell)(MediaInput::Candidate {
            peer: self.id,
            candidate,
        });
    }

    async fn step(&self, step: Step) -> Result<Option<MediaInput>, (MediaStep, JsValue)> {
        match step {
            Step::Offer { ice_restart } => {
                if ice_restart {
                    let _ = js::call(&self.connection, "restartIce", &[]);
                }
                self.describe()
                    .await
                    .map(Some)
                    .map_err(|error| (MediaStep::Offer, error))
            }
            Step::Answer => {
                self.open_both_ways();
                // The browser queues `replaceTrack` before the answer: encoders are ready when the path is.
                (self.distribute)();
                self.describe()
                    .await
                    .map(Some)
                    .map_err(|error| (MediaStep::Answer, error))
            }
            Step::Remote(description) => self
                .apply(&description)
                .await
                .map(Some)
                .map_err(|error| (MediaStep::RemoteDescription, error)),
            Step::Candidate(candidate) => self
                .add(&candidate)
                .await
                .map(|()| None)
                .map_err(|error| (MediaStep::RemoteCandidate, error)),
        }
    }

    /// Creates what the signaling state asks for, an offer or an answer, and applies it, in one round through the
    /// browser.
    async fn describe(&self) -> Result<MediaInput, JsValue> {
        promise::call(&self.connection, "setLocalDescription", &[]).await?;
        let made = js::get(&self.connection, "localDescription");
        let kind = match js::text(&made, "type").as_str() {
            "answer" => DescriptionKind::Answer,
            _ => DescriptionKind::Offer,
        };
        let description = Description {
            kind,
            sdp: js::text(&made, "sdp"),
        };
        Ok(MediaInput::LocalDescription {
            peer: self.id,
            description,
        })
    }

    async fn apply(&self, description: &Description) -> Result<MediaInput, JsValue> {
        let kind = match description.kind {
            DescriptionKind::Offer => "offer",
            DescriptionKind::Answer => "answer",
        };
        let init = js::object(&[
            ("type", &kind.into()),
            ("sdp", &with_start_bitrate(&description.sdp).into()),
        ]);
        promise::call(&self.connection, "setRemoteDescription", &[&init]).await?;
        if description.kind == DescriptionKind::Offer {
            self.drop_orphans();
        }
        Ok(MediaInput::RemoteDescriptionSet { peer: self.id })
    }

    async fn add(&self, candidate: &Candidate) -> Result<(), JsValue> {
        if candidate.candidate.is_empty()
            && candidate.sdp_mid.is_none()
            && candidate.sdp_m_line_index.is_none()
        {
            return promise::call(&self.connection, "addIceCandidate", &[])
                .await
                .map(drop);
        }
        let init = js::object(&[("candidate", &candidate.candidate.as_str().into())]);
        if let Some(mid) = &candidate.sdp_mid {
            js::set(&init, "sdpMid", &mid.as_str().into());
        }
        if let Some(index) = candidate.sdp_m_line_index {
            js::set(&init, "sdpMLineIndex", &index.into());
        }
        promise::call(&self.connection, "addIceCandidate", &[&init])
            .await
            .map(drop)
    }
}

/// Lets this side's video begin with 1 Mbit/s instead of Chromium's 300 kbit/s, at which a first key frame takes a
/// quarter of a second. Only what this side applies is changed, nothing that is sent; congestion control goes on from
/// there as ever. Other browsers do not know the parameter and are given the SDP as it is.
fn with_start_bitrate(sdp: &str) -> String {
    const START: &str = " x-google-start-bitrate=1000\r\n";
    let mut hurried = String::with_capacity(sdp.len() + 64);
    let chromium = js::has(&js::window(), "chrome");
    for line in sdp.split_inclusive('\n') {
        hurried.push_str(line);
        let payload = line
            .strip_prefix("a=rtpmap:")
            .and_then(|rest| rest.trim_end().strip_suffix(" VP8/90000"));
        if let Some(payload) = payload.filter(|_| chromium) {
            hurried.push_str("a=fmtp:");
            hurried.push_str(payload);
            hurried.push_str(START);
        }
    }
    hurried
}

/// Takes step after step. It holds the connection only while a step is under way, and ends with it.
async fn run(weak: Weak<Peer>) {
    loop {
        let Some(peer) = weak.upgrade() else { return };
        let step = peer.steps.borrow_mut().pop_front();
        let Some(step) = step else {
            let done = peer.stepping.borrow_mut().take();
            drop(done);
            return;
        };
        match peer.step(step).await {
            Ok(None) => {}
            Ok(Some(news)) => (peer.tell)(news),
            Err((step, error)) => {
                (peer.tell)(MediaInput::Failed {
                    peer: peer.id,
                    step,
                    reason: js::error_text(&error),
                });
            }
        }
    }
}
