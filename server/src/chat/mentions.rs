//! Who a message speaks to: `@Name`.

/// So many `@` of a text are looked at: each is compared with every member of the room.
const MAX_MENTIONS: usize = 50;

/// The ids of those of `names` (id, name) that the text mentions, whatever the case of letters; at each `@` the longest
/// name counts, and no letter or digit follows it.
pub(super) fn find(text: &str, names: &[(String, String)]) -> Vec<String> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut names: Vec<(&str, Vec<char>)> = names
        .iter()
        .map(|(id, name)| (id.as_str(), name.chars().flat_map(char::to_lowercase).collect()))
        .collect();
    names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
    let mut found: Vec<String> = Vec::new();
    let signs = text.iter().enumerate().filter(|(_, c)| **c == '@');
    for (at, _) in signs.take(MAX_MENTIONS) {
        // An e-mail address is no mention.
        if at
            .checked_sub(1)
            .and_then(|before| text.get(before))
            .is_some_and(|c| c.is_alphanumeric())
        {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let fits = |name: &[char]| {
            !name.is_empty()
                && rest.starts_with(name)
                && !rest.get(name.len()).is_some_and(|next| next.is_alphanumeric())
        };
        let Some(length) = names
            .iter()
            .find(|(_, name)| fits(name))
            .map(|(_, name)| name.len())
        else {
            continue;
        };
        // Two people may have the same name; both are meant.
        for (id, _) in names
            .iter()
            .filter(|(_, name)| name.len() == length && fits(name))
        {
            if !found.iter().any(|known| known == id) {
                found.push((*id).to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole_and_in_any_case() {
        let names = [("1", "Ann"), ("2", "Ann Lee"), ("3", "Åsa"), ("4", "ANN LEE")];
        let names = names.map(|(id, name)| (id.to_owned(), name.to_owned()));
        let found = |text: &str| find(text, &names).join(" ");
        assert_eq!(found("hi @ann!"), "1");
        assert_eq!(found("@Ann Lee, @åSA: look"), "2 4 3");
        assert_eq!(found("@Annabel and mail@ann"), "");
        assert_eq!(found("@ @@Ann"), "1");
        let after = |signs| "@".repeat(signs) + "@ann";
        let (near, far) = (after(MAX_MENTIONS - 1), after(MAX_MENTIONS));
        assert_eq!(found(&near), "1");
        assert_eq!(found(&far), "", "nobody speaks to so many");
    }
}
