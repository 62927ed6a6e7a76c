//! Whether a call is tried again, and when; and what of an answer is fit for the log.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Pace;
use crate::domain::timestamp::Timestamp;

/// Nobody is told to wait longer; what asks for more is a mistake.
const LONGEST: Duration = Duration::from_hours(24);
/// Characters of a foreign sentence that are kept.
const TOLD: usize = 300;

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

/// The span of a `Retry-After`: seconds, or a date of HTTP as it is written today. What is neither is as if not sent.
pub(super) fn asked(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let date = OffsetDateTime::parse(header, &Rfc2822).ok()?;
    let date = Timestamp::from_seconds(date.unix_timestamp());
    Some(date.since(now).min(LONGEST))
}

/// A foreign sentence, short and on one line.
pub(super) fn told(message: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    message.chars().map(visible).take(TOLD).collect()
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

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_seconds(784_111_777);
        let asked = |header| asked(header, now);
        assert_eq!(asked("2"), Some(2 * SECOND));
        assert_eq!(asked(" 0 "), Some(Duration::ZERO));
        assert_eq!(asked("99999999999999999999999"), Some(LONGEST));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60 * SECOND));
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for odd in ["", "-1", "1.5", "soon", "Sunday, 06-Nov-94 08:49:37 GMT"] {
            assert_eq!(asked(odd), None, "{odd}");
        }
    }

    #[test]
    fn foreign_sentences_are_short_and_on_one_line() {
        assert_eq!(told("a\r\nb"), "a  b");
        assert_eq!(told(&"é".repeat(999)).chars().count(), TOLD);
    }
}
