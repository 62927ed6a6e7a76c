//! When a failed job is tried again.

use std::time::Duration;

use crate::ports::chance::{self, Random};

/// How often a mail, or a look at a picture, is tried before it becomes a dead letter: over nine hours.
pub const ATTEMPTS: u32 = 20;

/// The first wait.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST: Duration = Duration::from_hours(1);

/// How long to wait after `failed` attempts: doubling, at most an hour, up to a quarter more by chance, so
/// that what failed together is not tried together.
pub fn wait(failed: u32, random: &dyn Random) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failed.saturating_sub(1).min(16));
    let wait = doubled.min(LONGEST);
    let [chance] = chance::bytes::<1>(random);
    wait + wait * u32::from(chance) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::chance::MockRandom;

    fn wait_at(failed: u32, chance: u8) -> Duration {
        let mut random = MockRandom::new();
        random
            .expect_fill()
            .returning(move |bytes| bytes.fill(chance));
        wait(failed, &random)
    }

    /// M2
    #[test]
    fn waits_double_up_to_an_hour_and_spread() {
        let seconds = [1, 2, 3, 11, 12, 40].map(|failed| wait_at(failed, 0).as_secs());
        assert_eq!(seconds, [2, 4, 8, 2048, 3600, 3600]);
        assert!(wait_at(2, 255) > wait_at(2, 0));
        assert!(wait_at(2, 255) < wait_at(2, 0) * 5 / 4);
    }
}
