//! What refusing costs, and that the costliest which pass stay cheap.

use std::time::Duration;

use super::{cpu_time::cpu_time, documents, *};

/// A sixth of a second at most for a build without optimisation; `examples/guard_cost.rs` measures one with it.
const ENOUGH: Duration = Duration::from_millis(160);

fn checked(text: &str) -> Result<(), GuardError> {
    let (took, outcome) = cpu_time(|| check_document(text, &GuardLimits::default()).map(drop));
    assert!(
        took < ENOUGH,
        "{took:?} for {} bytes: {:.60}",
        text.len(),
        text
    );
    outcome
}

/// G1 G2 G3
#[test]
fn no_document_costs_much_before_it_is_refused() {
    for (name, text) in documents::refused() {
        assert!(checked(&text).is_err(), "{name}");
    }
}

/// G1 G2
#[test]
fn what_passes_at_the_limits_costs_little_more() {
    let passing = documents::largest().into_iter().chain(documents::deepest());
    for (name, text) in passing {
        checked(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// G1
#[test]
fn a_megabyte_of_variables_costs_little_before_it_is_refused() {
    for piece in [
        "[", "{\"a\":", "1,", "\"\",", "\"\\\"", "\\", "a", " ", "-1e9,",
    ] {
        let text = piece.repeat(1024 * 1024 / piece.len());
        let (took, _) = cpu_time(|| check_variables(text.as_bytes(), &GuardLimits::default()));
        assert!(took < ENOUGH, "{took:?} for {piece}");
    }
}
