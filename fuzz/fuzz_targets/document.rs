//! Runs `targets/document.rs` under libFuzzer.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| shotify_fuzz::document::run(data));
