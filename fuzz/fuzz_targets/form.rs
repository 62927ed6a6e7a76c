//! Runs `targets/form.rs` under libFuzzer.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| shotify_fuzz::form::run(data));
