//! Whether a call is made again, and when.

use std::time::Duration;

use tokio::time::{sleep, timeout};

/// How long a call may take, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the outcome, with the token, all tries and the pauses between them.
    pub whole: Duration,
    /// Most tries.
    pub tries: u32,
    /// The pause after the first try; it doubles after each.
    pub pause: Duration,
    /// Longest pause that the other side may ask for; with a longer one the caller is told instead.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            whole: Duration::from_secs(10),
            tries: 3,
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(3),
        }
    }
}

/// Why a call came to nothing. The sentences are for the log and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters) enum Fault {
    /// The next try may do better.
    Passing {
        reason: String,
        /// How long the other side asked to wait.
        after: Option<Duration>,
    },
    /// Another try would not.
    Refused {
        /// Of the answer, if there was one.
        status: Option<u16>,
        reason: String,
    },
    /// An answer that Google does not give: something in between did. That passes, but not in seconds.
    Odd(String),
}

impl Fault {
    /// For what may do better at once.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self::Passing {
            reason: reason.into(),
            after: None,
        }
    }

    /// Its sentence.
    pub fn reason(self) -> String {
        match self {
            Self::Passing { reason, .. } | Self::Refused { reason, .. } | Self::Odd(reason) => {
                reason
            }
        }
    }

    /// Whether the answer had this status and no other try would change it.
    pub fn is(&self, code: u16) -> bool {
        matches!(self, Self::Refused { status: Some(status), .. } if *status == code)
    }
}

impl Pace {
    /// Makes a call, and again while that may help. `whole` bounds all of it.
    pub(in crate::adapters) async fn often<T, F>(
        &self,
        service: &str,
        whole: Duration,
        call: impl FnMut() -> F + Send,
    ) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>> + Send,
    {
        let late = |_| Fault::passing(format!("{service} took longer than {whole:?}"));
        timeout(whole, self.repeat(call)).await.map_err(late)?
    }

    async fn repeat<T, F>(&self, mut call: impl FnMut() -> F + Send) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>> + Send,
    {
        let mut tried = 1;
        loop {
            let fault = match call().await {
                Err(fault @ Fault::Passing { .. }) => fault,
                done => return done,
            };
            let Some(pause) = self.pause_after(tried, &fault) else {
                return Err(fault);
            };
            sleep(pause).await;
            tried += 1;
        }
    }

    /// The pause after `tried` tries that ended with this, or none when there is to be no other: it would not help, the
    /// tries are used up, or the other side asked for more than a caller should hold still for.
    pub(in crate::adapters) fn pause_after(&self, tried: u32, fault: &Fault) -> Option<Duration> {
        let Fault::Passing { after: asked, .. } = fault else {
            return None;
        };
        if tried >= self.tries || asked.is_some_and(|asked| asked > self.longest_pause) {
            return None;
        }
        let doubled = 2_u32.saturating_pow(tried.saturating_sub(1));
        let own = self.pause.saturating_mul(doubled).min(self.longest_pause);
        Some(own.max(asked.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pause(pace: &Pace, tried: u32, after: Option<Duration>) -> Option<Duration> {
        let reason = String::new();
        pace.pause_after(tried, &Fault::Passing { reason, after })
    }

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
    fn what_would_not_help_is_not_tried_again() {
        let pace = Pace::default();
        let refused = Fault::Refused {
            status: Some(403),
            reason: String::new(),
        };
        assert_eq!(pace.pause_after(1, &refused), None);
        assert_eq!(pace.pause_after(1, &Fault::Odd(String::new())), None);
        assert!(refused.is(403) && !refused.is(404));
    }
}
