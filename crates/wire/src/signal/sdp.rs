//! The few things that are read from and written into an SDP (RFC 8866, RFC 8839). Whatever else a text holds is
//! passed on untouched, and no text can make these fail.

use super::Candidate;

/// Takes the candidates out of an SDP: what remains names no address of its sender that ICE would check.
pub fn split_candidates(sdp: &str) -> (String, Vec<Candidate>) {
    let mids = mids(sdp);
    let mut rest = String::with_capacity(sdp.len());
    let mut candidates = Vec::new();
    let mut section: Option<u16> = None;
    for line in sdp.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        if bare.starts_with("m=") {
            section = Some(section.map_or(0, |index| index.saturating_add(1)));
        }
        if let Some(candidate) = bare
            .strip_prefix("a=")
            .filter(|line| line.starts_with("candidate:"))
        {
            candidates.push(Candidate {
                candidate: candidate.to_owned(),
                sdp_mid: section.and_then(|index| mids.get(usize::from(index)).cloned().flatten()),
                sdp_m_line_index: Some(section.unwrap_or(0)),
            });
        } else if bare != "a=end-of-candidates" {
            rest.push_str(line);
        }
    }
    (rest, candidates)
}

/// Puts candidates into an SDP, each at the end of its section and none twice, for peers that want one whole SDP.
pub fn with_candidates(sdp: &str, candidates: &[Candidate]) -> String {
    let mids = mids(sdp);
    let place = |candidate: &Candidate| -> usize {
        let by_mid = candidate
            .sdp_mid
            .as_ref()
            .and_then(|mid| mids.iter().position(|m| m.as_ref() == Some(mid)));
        by_mid.unwrap_or_else(|| usize::from(candidate.sdp_m_line_index.unwrap_or(0)))
    };
    let mut whole = String::with_capacity(sdp.len() + candidates.len() * 120);
    let mut sections = 0_usize;
    for line in sdp.split_inclusive('\n') {
        if line.starts_with("m=") {
            if let Some(ended) = sections.checked_sub(1) {
                append(
                    &mut whole,
                    sdp,
                    candidates.iter().filter(|candidate| place(candidate) == ended),
                );
            }
            sections += 1;
        }
        whole.push_str(line);
    }
    if let Some(ended) = sections.checked_sub(1) {
        append(
            &mut whole,
            sdp,
            candidates.iter().filter(|candidate| place(candidate) >= ended),
        );
    }
    whole
}

fn append<'a>(whole: &mut String, sdp: &str, candidates: impl Iterator<Item = &'a Candidate>) {
    for candidate in candidates {
        if candidate.candidate.is_empty() || has_line(sdp, &candidate.candidate) {
            continue;
        }
        if !whole.ends_with('\n') {
            whole.push_str("\r\n");
        }
        whole.push_str("a=");
        // A line break inside would be a line of SDP of the sender's choice.
        whole.push_str(candidate.candidate.lines().next().unwrap_or_default());
        whole.push_str("\r\n");
    }
}

fn has_line(sdp: &str, candidate: &str) -> bool {
    sdp.lines()
        .any(|line| line.trim_end().strip_prefix("a=") == Some(candidate))
}

/// The first `a=ice-ufrag`: another one means other ICE credentials, so an ICE restart.
pub fn ice_ufrag(sdp: &str) -> Option<&str> {
    attribute(sdp, "a=ice-ufrag:")
}

/// The DTLS fingerprints (RFC 8122), sorted and without doubles: they stay the same as long as the other end is the
/// same connection.
pub fn fingerprints(sdp: &str) -> Vec<String> {
    let mut found: Vec<String> = sdp
        .lines()
        .filter_map(|line| line.trim_end().strip_prefix("a=fingerprint:"))
        .map(|fingerprint| fingerprint.trim().to_ascii_lowercase())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Whether its sender trickles: simple-peer with `trickle: false` takes this line out (RFC 8840).
pub fn trickles(sdp: &str) -> bool {
    sdp.lines()
        .filter_map(|line| line.trim_end().strip_prefix("a=ice-options:"))
        .any(|options| options.split_ascii_whitespace().any(|option| option == "trickle"))
}

/// What a candidate line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateKind {
    /// An address of the device itself.
    Host,
    /// What a STUN server, or the other end, saw.
    Reflexive,
    /// A TURN server's.
    Relayed,
}

/// The kind of a candidate line, from its `typ`.
pub fn candidate_kind(candidate: &str) -> Option<CandidateKind> {
    let mut words = candidate.split_ascii_whitespace();
    words.find(|word| *word == "typ")?;
    match words.next()? {
        "host" => Some(CandidateKind::Host),
        "srflx" | "prflx" => Some(CandidateKind::Reflexive),
        "relay" => Some(CandidateKind::Relayed),
        _ => None,
    }
}

fn attribute<'a>(sdp: &'a str, prefix: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| line.trim_end().strip_prefix(prefix))
}

fn mids(sdp: &str) -> Vec<Option<String>> {
    let mut mids: Vec<Option<String>> = Vec::new();
    for line in sdp.lines() {
        if line.starts_with("m=") {
            mids.push(None);
        } else if let (Some(mid), Some(last)) = (line.trim_end().strip_prefix("a=mid:"), mids.last_mut()) {
            *last = Some(mid.to_owned());
        }
    }
    mids
}
