//! The timeline, told in splices, against what it should be: rules that hold after every change, and the server's
//! history when everything is quiet. Two people write, answer, change, delete and react at random while links are cut
//! and pages are loaded again.
//!
//! The cases are the same each time. `CHAT_CASES=5000 cargo test -p engine --test chat_reference` runs more of them, and
//! `CHAT_SEED` others.

#[path = "../chat_sim/mod.rs"]
mod chat_sim;

mod play;
mod rules;
mod server;
mod steps;

use chat_sim::server::{EXACT, Flavour, PLAIN, SPLIT};
use play::Play;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use steps::Step;

const DAY: u64 = 86_400_000;
const ADA: usize = 0;
const BOB: usize = 1;

fn whole(flavour: Flavour, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut play = Play::new(flavour);
    for step in steps {
        play.play(step);
        play.check()?;
    }
    play.rest();
    play.check()?;
    play.compare(flavour)
}

fn many(flavour: Flavour, cases: u32, most: usize) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u32>().ok();
    let config = Config {
        cases: number("CHAT_CASES").unwrap_or(cases),
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("CHAT_SEED").unwrap_or(0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let result =
        TestRunner::new_with_rng(config, rng).run(&steps::steps(most), |steps| whole(flavour, &steps));
    if let Err(why) = result {
        panic!("{why}");
    }
}

#[test]
fn the_timeline_is_what_the_server_holds_exact() {
    many(EXACT, 25, 60);
}

#[test]
fn the_timeline_is_what_the_server_holds_plain() {
    many(PLAIN, 25, 60);
}

#[test]
fn the_timeline_is_what_the_server_holds_split() {
    many(SPLIT, 10, 60);
}
