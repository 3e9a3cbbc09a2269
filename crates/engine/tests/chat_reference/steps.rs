//! What may happen, at random.

use proptest::prelude::*;

use crate::DAY;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send { who: usize, reply: bool },
    Edit { who: usize, pick: usize },
    Delete { who: usize, pick: usize, undo: bool },
    React { who: usize, pick: usize, with: usize },
    Read { pick: usize },
    Burst { count: usize },
    Again { pick: usize },
    Unreadable,
    Cut { who: usize },
    Offline { who: usize, on: bool },
    Reload { who: usize },
    Reopen { who: usize },
    Older { who: usize },
    Jump { who: usize, pick: usize },
    Live { who: usize },
    Run { millis: u64 },
}

pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let who = 0..2usize;
    let pick = any::<usize>();
    let step = prop_oneof![
        8 => (who.clone(), any::<bool>()).prop_map(|(who, reply)| Step::Send { who, reply }),
        3 => (who.clone(), pick).prop_map(|(who, pick)| Step::Edit { who, pick }),
        2 => (who.clone(), pick, any::<bool>()).prop_map(|(who, pick, undo)| Step::Delete { who, pick, undo }),
        4 => (who.clone(), pick, 0..3usize).prop_map(|(who, pick, with)| Step::React { who, pick, with }),
        3 => pick.prop_map(|pick| Step::Read { pick }),
        2 => (1..90usize).prop_map(|count| Step::Burst { count }),
        1 => pick.prop_map(|pick| Step::Again { pick }),
        1 => Just(Step::Unreadable),
        1 => who.clone().prop_map(|who| Step::Cut { who }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Offline { who, on }),
        1 => who.clone().prop_map(|who| Step::Reload { who }),
        1 => who.clone().prop_map(|who| Step::Reopen { who }),
        2 => who.clone().prop_map(|who| Step::Older { who }),
        1 => (who.clone(), pick).prop_map(|(who, pick)| Step::Jump { who, pick }),
        1 => who.prop_map(|who| Step::Live { who }),
        6 => prop_oneof![1..200u64, 200..8_000u64, 250_000..400_000u64, Just(DAY / 3)]
            .prop_map(|millis| Step::Run { millis }),
    ];
    prop::collection::vec(step, 1..most)
}
