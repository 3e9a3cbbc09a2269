//! A small set of emoji in categories, with the words by which people look for them.

use crate::texts::{Locale, Text, text};

/// An emoji and its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Emoji {
    /// Itself.
    pub(crate) emoji: &'static str,
    english: &'static str,
    arabic: &'static str,
}

impl Emoji {
    /// Its name in a language: the first words are the name, the others are there to be found by.
    pub(crate) const fn name(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::en => self.english,
            Locale::ar => self.arabic,
        }
    }

    /// Whether all words of `query` begin a word of its names, in whatever language.
    pub(crate) fn matches(&self, query: &str) -> bool {
        query.split_whitespace().all(|word| {
            let begins = |name: &str| name.split(' ').any(|part| part.starts_with(word));
            begins(self.english) || begins(self.arabic) || self.emoji == word
        })
    }
}

/// Some that belong together.
pub(crate) struct Category {
    /// What it is called.
    pub(crate) name: Text,
    /// What stands for it.
    pub(crate) sign: &'static str,
    /// What is in it.
    pub(crate) emoji: &'static [Emoji],
}

const fn e(emoji: &'static str, english: &'static str, arabic: &'static str) -> Emoji {
    Emoji {
        emoji,
        english,
        arabic,
    }
}

/// The reactions that are one press away.
pub(crate) const QUICK: [&str; 5] = ["👍", "❤️", "😂", "🎉", "👀"];

/// All of them.
pub(crate) fn categories() -> [Category; 6] {
    [
        Category {
            name: text!(chat_emoji_faces),
            sign: "😀",
            emoji: FACES,
        },
        Category {
            name: text!(chat_emoji_hands),
            sign: "👋",
            emoji: HANDS,
        },
        Category {
            name: text!(chat_emoji_nature),
            sign: "🌱",
            emoji: NATURE,
        },
        Category {
            name: text!(chat_emoji_food),
            sign: "🍎",
            emoji: FOOD,
        },
        Category {
            name: text!(chat_emoji_things),
            sign: "💡",
            emoji: THINGS,
        },
        Category {
            name: text!(chat_emoji_signs),
            sign: "❤️",
            emoji: SIGNS,
        },
    ]
}

#[rustfmt::skip]
const FACES: &[Emoji] = &[
    e("😀", "grinning smile happy", "وجه مبتسم سعيد"),
    e("😄", "laughing smile eyes", "وجه ضاحك"),
    e("😁", "beaming grin teeth", "ابتسامة عريضة"),
    e("😅", "relieved laugh sweat", "ضحكة مع عرق"),
    e("😂", "tears of joy laugh lol", "دموع الفرح ضحك"),
    e("🤣", "rolling laughing rofl", "ضحك شديد"),
    e("🙂", "slight smile", "ابتسامة خفيفة"),
    e("😉", "wink", "غمزة"),
    e("😊", "blushing smile warm", "ابتسامة خجولة"),
    e("😇", "angel innocent halo", "ملاك بريء"),
    e("🥰", "loving hearts adore", "محبة قلوب"),
    e("😍", "heart eyes love", "عيون قلوب حب"),
    e("😘", "kiss", "قبلة"),
    e("😋", "yummy tasty delicious", "لذيذ"),
    e("😎", "cool sunglasses", "رائع نظارة شمسية"),
    e("🤓", "nerd glasses", "مجتهد نظارة"),
    e("🧐", "curious monocle", "فضولي عدسة"),
    e("🤔", "thinking hmm", "تفكير"),
    e("🤨", "raised eyebrow doubt", "شك حاجب"),
    e("😐", "neutral flat", "محايد"),
    e("😶", "silent no mouth", "صامت"),
    e("🙄", "eye roll annoyed", "ضجر عيون"),
    e("😏", "smirk", "ابتسامة ماكرة"),
    e("😬", "grimace awkward", "إحراج"),
    e("😌", "relieved calm peace", "ارتياح هدوء"),
    e("😴", "sleeping tired zzz", "نائم نوم"),
    e("🤒", "sick ill fever", "مريض حرارة"),
    e("🤯", "mind blown wow", "ذهول انفجار"),
    e("🥳", "party celebrate", "احتفال حفلة"),
    e("😕", "confused unsure", "حيرة"),
    e("😟", "worried", "قلق"),
    e("😮", "surprised wow open", "دهشة"),
    e("🥺", "pleading please puppy", "رجاء"),
    e("😢", "crying sad tear", "بكاء حزن"),
    e("😭", "sobbing crying", "بكاء شديد"),
    e("😤", "huff determined proud", "إصرار غيظ"),
    e("😡", "angry mad", "غاضب غضب"),
    e("😱", "scream fear shock", "صراخ خوف"),
    e("🤗", "hug", "عناق"),
    e("🤫", "shush quiet secret", "سكوت سر"),
    e("🫡", "salute yes", "تحية عسكرية"),
    e("🤖", "robot bot", "روبوت آلي"),
];
#[rustfmt::skip]
const HANDS: &[Emoji] = &[
    e("👍", "thumbs up yes like good", "إعجاب نعم موافق"),
    e("👎", "thumbs down no bad", "عدم إعجاب لا"),
    e("👌", "ok perfect", "حسنا ممتاز"),
    e("👏", "clap applause bravo", "تصفيق أحسنت"),
    e("🙌", "raised hands hooray", "رفع اليدين هتاف"),
    e("🙏", "thanks please folded", "شكرا رجاء"),
    e("🤝", "handshake deal", "مصافحة اتفاق"),
    e("👋", "wave hello bye", "تلويح مرحبا وداعا"),
    e("✌️", "victory peace", "نصر سلام"),
    e("🤞", "fingers crossed luck", "حظ أصابع متقاطعة"),
    e("🤙", "call me", "اتصل بي"),
    e("👉", "point this", "إشارة إلى الجانب"),
    e("👆", "point up above", "إشارة إلى الأعلى"),
    e("👇", "point down below", "إشارة إلى الأسفل"),
    e("✋", "hand stop high five", "كف قف"),
    e("💪", "strong muscle", "قوة عضلة"),
    e("🫶", "heart hands love", "قلب باليدين"),
    e("✍️", "writing note", "كتابة"),
    e("👀", "eyes look see", "عيون نظر"),
    e("🧠", "brain smart", "دماغ ذكاء"),
    e("🤷", "shrug dunno", "لا أعرف"),
    e("🤦", "facepalm", "صفعة الجبين"),
    e("🙋", "raising hand question", "رفع اليد سؤال"),
    e("💃", "dance", "رقص"),
    e("🏃", "run hurry", "جري سرعة"),
];
#[rustfmt::skip]
const NATURE: &[Emoji] = &[
    e("🐶", "dog", "كلب"),
    e("🐱", "cat", "قطة"),
    e("🐭", "mouse", "فأر"),
    e("🦊", "fox", "ثعلب"),
    e("🐻", "bear", "دب"),
    e("🐼", "panda", "باندا"),
    e("🦁", "lion", "أسد"),
    e("🐴", "horse", "حصان"),
    e("🐪", "camel", "جمل"),
    e("🦄", "unicorn", "وحيد القرن"),
    e("🐝", "bee busy", "نحلة"),
    e("🦋", "butterfly", "فراشة"),
    e("🐢", "turtle slow", "سلحفاة بطيء"),
    e("🐛", "bug caterpillar", "حشرة دودة"),
    e("🐦", "bird", "طائر"),
    e("🐟", "fish", "سمكة"),
    e("🌱", "seedling sprout grow", "نبتة نمو"),
    e("🌳", "tree", "شجرة"),
    e("🌴", "palm", "نخلة"),
    e("🌹", "rose flower", "وردة زهرة"),
    e("🌞", "sun sunny", "شمس"),
    e("🌙", "moon night", "قمر ليل"),
    e("⭐", "star", "نجمة"),
    e("🌈", "rainbow", "قوس قزح"),
    e("☁️", "cloud", "سحابة"),
    e("🌧️", "rain", "مطر"),
    e("❄️", "snow cold", "ثلج برد"),
    e("🌊", "wave sea", "موجة بحر"),
];
#[rustfmt::skip]
const FOOD: &[Emoji] = &[
    e("☕", "coffee", "قهوة"),
    e("🍵", "tea", "شاي"),
    e("🥤", "drink juice", "عصير مشروب"),
    e("💧", "water drop", "ماء قطرة"),
    e("🍎", "apple", "تفاحة"),
    e("🍌", "banana", "موز"),
    e("🍇", "grapes", "عنب"),
    e("🍓", "strawberry", "فراولة"),
    e("🍋", "lemon", "ليمون"),
    e("🥑", "avocado", "أفوكادو"),
    e("🍞", "bread", "خبز"),
    e("🥐", "croissant", "كرواسون"),
    e("🧀", "cheese", "جبن"),
    e("🥗", "salad", "سلطة"),
    e("🍕", "pizza", "بيتزا"),
    e("🍔", "burger", "برغر"),
    e("🌮", "taco", "تاكو"),
    e("🍣", "sushi", "سوشي"),
    e("🍜", "noodles soup", "معكرونة حساء"),
    e("🍪", "cookie", "بسكويت"),
    e("🍫", "chocolate", "شوكولاتة"),
    e("🍦", "ice cream", "مثلجات"),
    e("🎂", "cake birthday", "كعكة عيد ميلاد"),
    e("🍿", "popcorn", "فشار"),
];
#[rustfmt::skip]
const THINGS: &[Emoji] = &[
    e("🎉", "party tada celebrate", "احتفال مبروك"),
    e("🎁", "gift present", "هدية"),
    e("🏆", "trophy win", "كأس فوز"),
    e("🥇", "medal first gold", "ميدالية ذهبية"),
    e("⚽", "football soccer ball", "كرة قدم"),
    e("🎮", "game", "لعبة"),
    e("🎵", "music note", "موسيقى"),
    e("🎧", "headphones listen", "سماعات"),
    e("📷", "camera photo", "كاميرا صورة"),
    e("🎬", "film movie", "فيلم"),
    e("📞", "phone call", "هاتف اتصال"),
    e("💻", "laptop computer", "حاسوب"),
    e("📱", "mobile", "جوال"),
    e("⌨️", "keyboard", "لوحة مفاتيح"),
    e("🔋", "battery", "بطارية"),
    e("💡", "idea bulb light", "فكرة مصباح"),
    e("🔍", "search find", "بحث"),
    e("🔒", "lock secure", "قفل آمن"),
    e("🔑", "key", "مفتاح"),
    e("🛠️", "tools fix", "أدوات إصلاح"),
    e("📌", "pin", "دبوس"),
    e("📎", "paperclip attach", "مشبك ورق مرفق"),
    e("📅", "calendar date", "تقويم موعد"),
    e("⏰", "alarm clock time", "منبه وقت"),
    e("📈", "chart up growth", "رسم بياني صعود"),
    e("📚", "books read", "كتب قراءة"),
    e("✉️", "letter mail", "رسالة بريد"),
    e("📦", "package box", "طرد صندوق"),
    e("💰", "money", "مال"),
    e("🚀", "rocket launch ship", "صاروخ إطلاق"),
    e("✈️", "plane travel", "طائرة سفر"),
    e("🚗", "car", "سيارة"),
    e("🚲", "bicycle bike", "دراجة"),
    e("🏠", "home house", "بيت منزل"),
    e("🏖️", "beach holiday", "شاطئ عطلة"),
];
#[rustfmt::skip]
const SIGNS: &[Emoji] = &[
    e("❤️", "heart love red", "قلب حب أحمر"),
    e("🧡", "heart orange", "قلب برتقالي"),
    e("💛", "heart yellow", "قلب أصفر"),
    e("💚", "heart green", "قلب أخضر"),
    e("💙", "heart blue", "قلب أزرق"),
    e("💜", "heart purple", "قلب بنفسجي"),
    e("🖤", "heart black", "قلب أسود"),
    e("💔", "heart broken", "قلب مكسور"),
    e("💯", "hundred perfect", "مئة كامل"),
    e("🔥", "fire hot", "نار"),
    e("✨", "sparkles new", "بريق جديد"),
    e("⚡", "lightning fast", "برق سرعة"),
    e("✅", "check done yes", "تم صح"),
    e("❌", "cross no wrong", "خطأ لا"),
    e("⚠️", "warning careful", "تحذير"),
    e("❓", "question", "سؤال"),
    e("❗", "exclamation important", "تعجب مهم"),
    e("🚫", "forbidden no", "ممنوع"),
    e("♻️", "recycle again", "إعادة تدوير"),
    e("➕", "plus add", "زائد إضافة"),
    e("➡️", "arrow right next", "سهم إلى اليمين"),
    e("⬆️", "arrow up", "سهم إلى الأعلى"),
    e("💤", "sleep zzz", "نوم"),
    e("💬", "speech message", "كلام رسالة"),
    e("🔔", "bell notify", "جرس تنبيه"),
];

#[cfg(test)]
mod tests {
    use super::categories;

    #[test]
    fn an_emoji_is_found_by_the_beginning_of_any_of_its_words() {
        let found: Vec<_> = categories()
            .iter()
            .flat_map(|category| category.emoji)
            .filter(|emoji| emoji.matches("heart bl"))
            .map(|emoji| emoji.emoji)
            .collect();
        assert_eq!(found, ["💙", "🖤"]);
    }

    #[test]
    fn no_emoji_is_there_twice() {
        let mut all: Vec<_> = categories()
            .iter()
            .flat_map(|category| category.emoji)
            .map(|emoji| emoji.emoji)
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
