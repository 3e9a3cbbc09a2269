//! Values as the snapshots have them.

/// A value in few lines, without the fields that say nothing.
pub(crate) fn shown(value: &impl std::fmt::Debug) -> String {
    let silent = [": None,", ": [],", ": false,", ": \"\","];
    let text = format!("{value:#?}");
    let lines = text
        .lines()
        .filter(|line| !silent.iter().any(|end| line.ends_with(end)));
    let joined = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    let tight = [
        ("( ", "("),
        (", )", ")"),
        ("[ ", "["),
        (", ]", "]"),
        (", }", " }"),
    ];
    let tightened = tight
        .iter()
        .fold(joined, |text, (wide, tight)| text.replace(wide, tight));
    let broken = [
        " sender_name:",
        " attachments:",
        " Attachment {",
        " timestamp:",
        " reactions:",
        " Ok(",
        " Err(",
    ];
    broken
        .iter()
        .fold(tightened, |text, at| text.replace(at, &format!("\n   {at}")))
}
