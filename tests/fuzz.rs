//! The targets of fuzzing on stable Rust: each begins with its seeds and what once broke it (`fuzz/regressions/TARGET/`),
//! and goes on with seeds changed at random, the same ones in every run.
//!
//! With `FUZZ_SECONDS` each target goes on for so long, with others each time. `scripts/fuzz` is the way to call it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "fuzz/changes.rs"]
mod changes;
#[path = "fixtures/cpu_time.rs"]
mod cpu_time;
#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cpu_time::cpu_time;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use targets::Target;

/// What one input may take of the processor, in a build without optimisation.
const MOST_TIME: Duration = Duration::from_secs(4);
/// What this process may ever hold, all targets together.
const MOST_MEMORY: u64 = 768 * 1024 * 1024;

/// Runs the target; says what is wrong where it panics or takes too long.
fn tried(target: &Target, input: &[u8]) -> Result<(), TestCaseError> {
    let (took, outcome) = cpu_time(|| catch_unwind(AssertUnwindSafe(|| (target.run)(input))));
    if outcome.is_err() {
        return Err(TestCaseError::fail("it panics"));
    }
    if took > MOST_TIME {
        return Err(TestCaseError::fail(format!("it takes {took:?}")));
    }
    Ok(())
}

/// Keeps an input that breaks a target, so that it can be run again by putting it below `fuzz/regressions`.
fn kept(target: &Target, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{}-{}", target.name, input.len()));
    fs::write(&file, input).unwrap();
    file
}

fn regressions(target: &Target) -> Vec<Vec<u8>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = package.join("fuzz/regressions").join(target.name);
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

/// So many changed inputs, begun from this number.
fn changed(target: &Target, seeds: &[Vec<u8>], cases: u32, seed: RngSeed) {
    let config = Config {
        cases,
        rng_seed: seed,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let found = TestRunner::new(config).run(&changes::changes(), |changes| {
        tried(target, &changes.applied(seeds, target.pieces))
    });
    if let Err(TestError::Fail(reason, changes)) = found {
        let file = kept(target, &changes.applied(seeds, target.pieces));
        panic!(
            "{}: {reason}; the input is in {}",
            target.name,
            file.display()
        );
    }
    found.unwrap();
}

fn fuzz(name: &str, cases: u32) {
    let target = targets::ALL
        .iter()
        .find(|target| target.name == name)
        .unwrap();
    let seeds = (target.seeds)();
    for input in seeds.iter().chain(&regressions(target)) {
        if let Err(error) = tried(target, input) {
            panic!(
                "{name}: {error}; the input is in {}",
                kept(target, input).display()
            );
        }
    }
    match std::env::var("FUZZ_SECONDS") {
        Err(_) => changed(target, &seeds, cases, RngSeed::Fixed(0x5407)),
        Ok(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
            let mut inputs = 0_u64;
            while Instant::now() < end {
                changed(target, &seeds, 64, RngSeed::Random);
                inputs += 64;
            }
            println!("{name}: {inputs} inputs");
        }
    }
    let peak = memory_peak();
    assert!(peak < MOST_MEMORY, "{name}: {peak} bytes");
}

/// The most memory that this process has held; 0 where the system does not say.
fn memory_peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.map_or(0, |kib| kib.parse::<u64>().unwrap() * 1024)
}

macro_rules! fuzzed {
    ($($(#[$doc:meta])* $test:ident: $target:literal, $cases:literal;)+) => {
        $($(#[$doc])* #[test]
        fn $test() {
            fuzz($target, $cases);
        })+

        #[test]
        fn every_target_is_run() {
            let run = [$($target),+];
            assert_eq!(targets::ALL.map(|target| target.name), run);
        }
    };
}

fuzzed! {
    /// X3 S2
    a_cookie_of_any_bytes_opens_only_if_this_server_sealed_it: "cookie", 4_000;
    /// X3 G9
    a_cursor_of_any_bytes_reads_back_or_is_none: "cursor", 2_000;
    /// X3 G1 G2 G3
    a_document_of_any_bytes_is_refused_or_harmless: "document", 600;
    /// X3 Z3
    a_filter_of_any_bytes_finds_nothing_hidden: "filter", 500;
    /// X3 U10
    a_form_of_any_bytes_is_refused_or_placed_whole: "form", 1_000;
    /// X3 U7
    a_picture_of_any_bytes_is_refused_or_kept: "picture", 30;
    /// X3
    a_text_of_any_bytes_is_refused_or_kept_as_it_is: "text", 2_000;
}
