//! Words as they are looked for: folded, so that what is written differently and read alike is found.

/// Letters of a word that is looked for, at least.
const LETTERS_MIN: usize = 3;
/// Letters of a word that are kept: nobody types more of it.
const LETTERS_MAX: usize = 32;

/// What is wanted of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Words that must be there.
    pub(super) words: Vec<String>,
    /// The beginning of one that must be there.
    pub(super) prefix: Option<String>,
}

impl Wanted {
    /// Reads a query.
    pub(super) fn new(query: &str) -> Self {
        let mut words = Vec::new();
        each(query, |word, _, _| words.push(word.to_owned()));
        let prefix = words.pop();
        words.sort();
        words.dedup();
        Self { words, prefix }
    }

    /// How many bytes of `text`, which is a word that folds to `word`, are wanted.
    pub(super) fn matches(&self, word: &str, text: &str) -> Option<usize> {
        if let Some(prefix) = &self.prefix
            && word.starts_with(prefix.as_str())
        {
            return Some(covered(text, prefix));
        }
        self.words
            .iter()
            .any(|wanted| wanted == word)
            .then_some(text.len())
    }
}

/// The bytes of `text` that fold to `prefix`, and the marks that belong to them.
fn covered(text: &str, prefix: &str) -> usize {
    let mut folded = String::new();
    for (at, c) in text.char_indices() {
        let before = folded.len();
        fold(c, &mut folded);
        if before >= prefix.len() && folded.len() > before {
            return at;
        }
    }
    text.len()
}

/// Tells every word of `text`, folded, with the bytes it is written in. Words of fewer than 3 letters are left out. Scripts
/// that set no blanks between words (Han, kana) are told in pairs of letters that overlap, and the last of a row alone.
pub(super) fn each(text: &str, mut tell: impl FnMut(&str, usize, usize)) {
    let mut word = String::with_capacity(LETTERS_MAX * 2);
    let mut letters = 0;
    let mut from = 0;
    let mut row: Option<(char, usize)> = None;
    // A blank behind the end closes the last word.
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if let Some((before, start)) = row.take() {
            word.clear();
            word.push(before);
            if unspaced(c) {
                word.push(c);
                tell(&word, start, at + c.len_utf8());
            } else {
                tell(&word, start, at);
            }
            word.clear();
        }
        if unspaced(c) {
            close(&mut word, &mut letters, (from, at), &mut tell);
            row = Some((c, at));
            continue;
        }
        if !(c.is_alphanumeric() || (silent(c) && letters > 0)) {
            close(&mut word, &mut letters, (from, at), &mut tell);
            continue;
        }
        if letters == 0 {
            from = at;
        }
        if letters < LETTERS_MAX {
            let before = word.len();
            fold(c, &mut word);
            if word.len() > before {
                letters += 1;
            }
        }
    }
}

fn close(
    word: &mut String,
    letters: &mut usize,
    (from, to): (usize, usize),
    tell: &mut impl FnMut(&str, usize, usize),
) {
    if *letters >= LETTERS_MIN {
        tell(word, from, to);
    }
    word.clear();
    *letters = 0;
}

/// Han and kana. Hangul sets blanks.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Marks that are written or left out: accents, harakat, niqqud, tatweel, joiners.
fn silent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}')
}

/// Appends what `c` is looked for as.
fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    if silent(c) {
        return;
    }
    for c in c.to_lowercase() {
        if !silent(c) {
            fold_lower(c, out);
        }
    }
}

fn fold_lower(c: char, out: &mut String) {
    let plain = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ſ' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ḁ'..='ỹ' => vietnamese(c),
        'ß' => {
            out.push('s');
            's'
        }
        'æ' => {
            out.push('a');
            'e'
        }
        'œ' => {
            out.push('o');
            'e'
        }
        'þ' => {
            out.push('t');
            'h'
        }
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        'й' => 'и',
        // Arabic and Persian: hamza and its seats, final forms, and both scripts' digits.
        'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' => 'ك',
        '٠'..='٩' => digit(c, '٠'),
        '۰'..='۹' => digit(c, '۰'),
        '０'..='９' => digit(c, '０'),
        _ => c,
    };
    out.push(plain);
}

fn digit(c: char, zero: char) -> char {
    u32::from(c)
        .checked_sub(u32::from(zero))
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}

/// Latin Extended Additional, as far as it is Vietnamese; the rest stays as it is.
fn vietnamese(c: char) -> char {
    match c {
        'ạ'..='ặ' => 'a',
        'ẹ'..='ệ' => 'e',
        'ỉ'..='ị' => 'i',
        'ọ'..='ợ' => 'o',
        'ụ'..='ự' => 'u',
        'ỳ'..='ỹ' => 'y',
        _ => c,
    }
}
