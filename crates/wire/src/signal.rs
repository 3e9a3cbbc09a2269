//! WebRTC signals as simple-peer prints them (contract 1), and the values they carry.

/// An SDP with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Offer or answer.
    pub kind: DescriptionKind,
    /// The SDP (RFC 8866).
    pub sdp: String,
}

/// The type of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptionKind {
    /// offer
    Offer,
    /// answer
    Answer,
}

/// An ICE candidate (RFC 8839, `RTCIceCandidateInit`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The candidate line, without `a=`; empty at the end of candidates.
    pub candidate: String,
    /// The media section's `mid`.
    pub sdp_mid: Option<String>,
    /// The media section's index.
    pub sdp_m_line_index: Option<u16>,
}

/// A STUN or TURN server (`RTCIceServer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs.
    pub urls: Vec<String>,
    /// TURN user name.
    pub username: Option<String>,
    /// TURN password.
    pub credential: Option<String>,
}
