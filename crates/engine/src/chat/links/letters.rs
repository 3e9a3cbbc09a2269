//! Letters of hosts: of which script, what they look like, and how the domain name system spells them.

/// What is to be thought of a label of a host that is not ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It can be shown as it is.
    Plain,
    /// It can be taken for another: mixed scripts, or look-alike letters only.
    LookAlike,
    /// The domain name system maps its letters to others (full-width, mathematical, ideographic full stop).
    ReadOtherwise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Digits and hyphens: with any.
    Common,
    Ascii,
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    /// Han, kana, hangul, bopomofo: mixed with each other and with ASCII by habit.
    Cjk,
    /// One of those that resemble no other: named by its block.
    Other(u32),
    /// Letters that are rare and look like common ones, combining marks on Latin letters, symbols.
    Odd,
}

/// Judges a label in lower case.
pub(super) fn judge(label: &str) -> Judgement {
    if label.chars().any(mapped) {
        return Judgement::ReadOtherwise;
    }
    let mut scripts: Vec<Script> = label
        .chars()
        .map(script)
        .filter(|script| *script != Script::Common)
        .collect();
    scripts.dedup();
    let has = |script| scripts.contains(&script);
    let only = |allowed: &[Script]| scripts.iter().all(|script| allowed.contains(script));
    let alike = |letters: &str| label.chars().all(|c| c.is_ascii() || letters.contains(c));
    let plain = if has(Script::Odd) {
        false
    } else if only(&[Script::Ascii, Script::Latin]) {
        true
    } else if only(&[Script::Ascii, Script::Cjk]) {
        // Strokes and boxes that stand for slashes, dashes and letters.
        !alike("ノソンニハタトエロー一二丶丿工口〇ㅡㅣㅇ")
    } else if only(&[Script::Cyrillic]) {
        !alike("абвгеѕіјкмнорстухһԁԛԝьпԍ\u{4c0}\u{4cf}")
    } else if only(&[Script::Greek]) {
        !alike("αβγεηικνορστυχωϲϳ")
    } else if only(&[Script::Armenian]) {
        !alike("օոսհզցյքգւ")
    } else {
        matches!(scripts.first(), Some(Script::Other(_)))
            && scripts.iter().all(|s| Some(s) == scripts.first())
    };
    if plain {
        Judgement::Plain
    } else {
        Judgement::LookAlike
    }
}

/// Letters that IDNA (UTS 46) maps to others before the host is looked up.
fn mapped(c: char) -> bool {
    matches!(c, '\u{a8}' | '\u{aa}' | '\u{af}' | '\u{b2}'..='\u{b5}' | '\u{b8}'..='\u{ba}' | '\u{bc}'..='\u{be}'
        | '\u{132}'..='\u{133}' | '\u{13f}'..='\u{140}' | '\u{149}' | '\u{17f}' | '\u{1c4}'..='\u{1cc}'
        | '\u{2b0}'..='\u{2b8}' | '\u{1d2c}'..='\u{1d6a}' | '\u{2000}'..='\u{206f}' | '\u{2070}'..='\u{209f}'
        | '\u{2100}'..='\u{218f}' | '\u{2460}'..='\u{24ff}' | '\u{3000}' | '\u{3002}' | '\u{3200}'..='\u{33ff}'
        | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fdff}' | '\u{fe10}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffef}'
        | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f2ff}')
}

fn script(c: char) -> Script {
    match c {
        '0'..='9' | '-' | '_' => Script::Common,
        'a'..='z' => Script::Ascii,
        // Dotless i, kra and long s pass for i, k and f.
        '\u{131}' | '\u{138}' | '\u{17f}' => Script::Odd,
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{17e}' | '\u{219}' | '\u{21b}' => Script::Latin,
        '\u{370}'..='\u{3ff}' if c.is_alphabetic() => Script::Greek,
        '\u{400}'..='\u{52f}' if c.is_alphabetic() => Script::Cyrillic,
        '\u{531}'..='\u{587}' if c.is_alphabetic() => Script::Armenian,
        '\u{2e80}'..='\u{2fdf}' => Script::Odd,
        '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{20000}'..='\u{323af}' => Script::Cjk,
        // Hebrew, Arabic (with its digits and marks), Indic, Thai and others: none of them looks like Latin.
        '\u{5d0}'..='\u{5ea}' => Script::Other(1),
        '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Other(2),
        '\u{900}'..='\u{dff}' => Script::Other(u32::from(c) >> 7),
        '\u{e01}'..='\u{e5b}' => Script::Other(3),
        '\u{10d0}'..='\u{10ff}' => Script::Other(4),
        '\u{1200}'..='\u{139f}' => Script::Other(5),
        '\u{1780}'..='\u{17ff}' => Script::Other(6),
        _ => Script::Odd,
    }
}

/// The label as the domain name system spells it, without `xn--` (RFC 3492).
pub(super) fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    const T_MIN: u32 = 1;
    const T_MAX: u32 = 26;
    let letters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (128_u32, 0_u32, 72_u32);
    while usize::try_from(handled).ok()? < letters.len() {
        let next = letters.iter().copied().filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for letter in &letters {
            if *letter < n {
                delta = delta.checked_add(1)?;
            }
            if *letter != n {
                continue;
            }
            let mut q = delta;
            let mut k = BASE;
            loop {
                let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                if q < t {
                    break;
                }
                out.push(digit(t + (q - t) % (BASE - t)));
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            out.push(digit(q));
            bias = adapt(delta, handled + 1, handled == basic);
            delta = 0;
            handled += 1;
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

fn digit(value: u32) -> char {
    match u8::try_from(value) {
        Ok(letter @ 0..=25) => char::from(b'a' + letter),
        Ok(number @ 26..=35) => char::from(b'0' + number - 26),
        _ => '-',
    }
}
