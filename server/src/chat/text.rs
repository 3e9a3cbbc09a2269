//! Signs that have no place in one line of text.

/// Whether a sign is neither a control nor one that turns the direction of all that follows, with which `exe.png` is shown
/// where `gnp.exe` stands. Marks that only tell the direction of their neighbours stay.
pub(super) fn is_harmless(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
