//! Replays the fuzzers' corpus, and bounded random mutations of it, with a stable compiler.
#![allow(
    unsafe_code,
    reason = "a global allocator that counts cannot be written without"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is the root of a crate when it is fuzzed")]
mod targets;

/// Mutations of every file.
const MUTATIONS: usize = 3_000;
/// Inputs grow by mutation up to this.
const LONGEST: usize = 16 * 1024;
/// Bytes of memory that a target may use for each byte of its input, and besides. An empty JSON object of one field
/// takes a B-tree node of some 650 bytes where the input has 7.
const PER_BYTE: usize = 512;
const BESIDES: usize = 256 * 1024;

struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(used, Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// One test, so that nothing else allocates meanwhile.
#[test]
fn no_panic_and_bounded_memory() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let seeds = read_corpus(&corpus.join(name));
        assert!(seeds.len() >= 3, "the corpus of {name} is missing");
        let mut random = Random(0x5eed);
        for seed in &seeds {
            run(name, *target, seed);
            let mut input = seed.clone();
            for _ in 0..MUTATIONS {
                mutate(&mut input, &seeds, &mut random);
                run(name, *target, &input);
                // Mostly near the seed, sometimes far away from it.
                if random.below(4) == 0 || input.len() > LONGEST {
                    input.clone_from(seed);
                }
            }
        }
    }
}

fn run(name: &str, target: fn(&[u8]), input: &[u8]) {
    let before = USED.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = std::panic::catch_unwind(|| target(input));
    let used = PEAK.load(Relaxed).saturating_sub(before);
    assert!(
        result.is_ok(),
        "{name} panicked over {:?}",
        String::from_utf8_lossy(input)
    );
    let bound = BESIDES + PER_BYTE * input.len();
    assert!(
        used <= bound,
        "{name} took {used} bytes for {:?}",
        String::from_utf8_lossy(input)
    );
}

fn read_corpus(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// Flips, removes, repeats, or replaces a stretch, or takes one from another seed: what fuzzers do first.
fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    const TOKENS: [&[u8]; 12] = [
        b"0",
        b"-1",
        b"1e999",
        b"18446744073709551616",
        b"null",
        b"[[[[",
        b"{\"\":",
        b"\x1e",
        b"\0",
        b"\xff\xfe",
        b"\\u0000",
        b"51-",
    ];
    let at = random.below(input.len() + 1);
    let end = (at + random.below(16)).min(input.len());
    match random.below(7) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => drop(input.drain(at..end)),
        2 => {
            let stretch = input.get(at..end).unwrap_or_default().to_vec();
            let times = 1 + random.below(40);
            input.splice(at..at, stretch.repeat(times));
        }
        3 => {
            let token = TOKENS
                .get(random.below(TOKENS.len()))
                .copied()
                .unwrap_or_default();
            input.splice(at..end, token.iter().copied());
        }
        4 => {
            if let Some(other) = seeds.get(random.below(seeds.len())) {
                let from = random.below(other.len() + 1);
                let until = (from + random.below(64)).min(other.len());
                input.splice(at..at, other.get(from..until).unwrap_or_default().iter().copied());
            }
        }
        5 => input.truncate(at),
        _ => input.insert(at, random.below(256) as u8),
    }
}

/// Xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}
