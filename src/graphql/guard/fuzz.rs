//! Whatever passes the guard is harmless to the parser.

use std::thread;

use proptest::prelude::*;

use super::{documents, *};

/// A thread with a quarter of the stack that the server's have.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(1024 * 1024).spawn(work);
    thread
        .unwrap()
        .join()
        .expect("neither panics nor overflows");
}

/// G1
#[test]
fn the_deepest_documents_that_pass_do_not_overflow_the_parser() {
    on_a_small_stack(|| {
        // Deeper than the server lets through, so that the parser's own need shows.
        let limits = GuardLimits {
            depth: 100,
            ..GuardLimits::default()
        };
        for (name, text) in documents::deepest() {
            if let Err(error) = check_document(&text, &limits) {
                panic!("{name}: {error}");
            }
        }
        for text in [
            format!("{}a{}", "{a".repeat(48), "}".repeat(48)),
            format!("{{{}a{}}}", "...{".repeat(47), "}".repeat(47)),
        ] {
            check_document(&text, &limits).unwrap();
        }
    });
}

proptest! {
    /// X3
    #[test]
    fn random_text_never_panics(text in ".{0,400}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let limits = GuardLimits::default();
        let _ = check_document(&text, &limits);
        let _ = check_document(&String::from_utf8_lossy(&bytes), &limits);
        let _ = check_variables(&bytes, &limits);
    }

    /// X3
    #[test]
    fn random_pieces_of_graphql_never_overflow_the_parser(
        pieces in prop::collection::vec((prop::sample::select(PIECES), 1..400_usize), 0..40),
    ) {
        let text: String = pieces.iter().map(|(piece, times)| piece.repeat(*times)).collect();
        on_a_small_stack(move || drop(check_document(&text, &GuardLimits::default())));
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "{a",
    "{a:",
    "a(x:",
    "[",
    "\"",
    "\"\"\"",
    "\\",
    "\\\"\"\"",
    "#",
    "\n",
    "\r",
    "...",
    "...F",
    "... on A{",
    "fragment F on A{",
    "query(",
    "$a:",
    "[A]",
    "=",
    "@b",
    "!",
    "1",
    "a ",
    ",",
    "\u{feff}",
    "mutation",
];
