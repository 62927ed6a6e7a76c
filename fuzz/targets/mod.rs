//! What is fuzzed: one file a target, each a function over bytes that panics where a promise breaks. The fuzzer
//! (`fuzz/fuzz_targets`) and the stable driver (`tests/fuzz.rs`) share them by `#[path]`.
//!
//! To add one: a file here with `run` and `seeds`, a row in [`ALL`], and its binary beside the others.

pub mod cookie;
pub mod cursor;
pub mod document;
#[path = "../../tests/fixtures/documents.rs"]
mod documents;
pub mod filter;
pub mod form;
pub mod picture;
pub mod text;
#[expect(
    clippy::unused_async,
    reason = "async-graphql wants resolvers to be async"
)]
mod transport;

/// One thing to throw bytes at.
pub struct Target {
    /// Its name, on the command line and of its folders.
    pub name: &'static str,
    /// Takes any bytes; panics where a promise breaks.
    pub run: fn(&[u8]),
    /// Bytes to begin with, that reach far.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Pieces that the input is made of.
    pub pieces: &'static [&'static str],
}

/// All of them.
pub const ALL: [Target; 7] = [
    Target {
        name: "cookie",
        run: cookie::run,
        seeds: cookie::seeds,
        pieces: &["shotify=", "; ", "=", "%", "\"", "+/"],
    },
    Target {
        name: "cursor",
        run: cursor::run,
        seeds: cursor::seeds,
        pieces: &["bi4", ".", "-", "9223372036854775807"],
    },
    Target {
        name: "document",
        run: document::run,
        seeds: document::seeds,
        pieces: document::PIECES,
    },
    Target {
        name: "filter",
        run: filter::run,
        seeds: filter::seeds,
        pieces: filter::PIECES,
    },
    Target {
        name: "form",
        run: form::run,
        seeds: form::seeds,
        pieces: form::PIECES,
    },
    Target {
        name: "picture",
        run: picture::run,
        seeds: picture::seeds,
        pieces: picture::PIECES,
    },
    Target {
        name: "text",
        run: text::run,
        seeds: text::seeds,
        pieces: text::PIECES,
    },
];
