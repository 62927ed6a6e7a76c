//! Whether a call is tried again, and when.

use std::time::Duration;

use super::Pace;

/// The pause after `tried` tries, or none when there is to be no other: the tries are used up, or the other side
/// `asked` for more than a caller should hold still for.
pub(super) fn pause(pace: &Pace, tried: u32, asked: Option<Duration>) -> Option<Duration> {
    if tried >= pace.tries || asked.is_some_and(|asked| asked > pace.longest_pause) {
        return None;
    }
    let doubled = 2_u32.saturating_pow(tried.saturating_sub(1));
    let own = pace.pause.saturating_mul(doubled).min(pace.longest_pause);
    Some(own.max(asked.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_and_end_with_the_tries() {
        let pace = Pace::default();
        let own = |tried| pause(&pace, tried, None);
        assert_eq!(own(1), Some(Duration::from_millis(250)));
        assert_eq!(own(2), Some(Duration::from_millis(500)));
        assert_eq!(own(3), None);
        let many = Pace { tries: 99, ..pace };
        assert_eq!(pause(&many, 98, None), Some(pace.longest_pause));
    }

    #[test]
    fn the_other_side_may_ask_for_a_longer_pause_but_not_for_a_long_one() {
        let pace = Pace::default();
        assert_eq!(pause(&pace, 1, Some(SECOND)), Some(SECOND));
        assert_eq!(pause(&pace, 1, Some(Duration::ZERO)), Some(pace.pause));
        assert_eq!(pause(&pace, 1, Some(4 * SECOND)), None);
    }
}
