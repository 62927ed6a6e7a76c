//! When the server is killed.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::time::{Instant, sleep};

use super::stage::Stage;

/// How long something that is waited for may take to come; the kill then falls anyhow.
const PATIENCE: Duration = Duration::from_secs(4);

/// What is going on when the kill falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The program starts: settings, secrets, schema, listeners.
    Start,
    /// It has just begun to listen; after a long night, so that it sweeps and works off what was left.
    Sweep,
    /// Anything.
    Work,
    /// Pictures are on their way.
    Upload,
    /// The mail server is being spoken to.
    Mail,
    /// Objects are being deleted.
    Deletion,
    /// Somebody buys.
    Purchase,
    /// Somebody registers or confirms.
    Account,
}

/// One kill.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub phase: Phase,
    /// How much people are answered before the phase is waited for: on a slow machine they need longer for it.
    pub lead: usize,
    /// How long after the phase has begun.
    pub delay: Duration,
    /// Two hours pass before the next start.
    pub night: bool,
}

impl Moment {
    /// Of the kill of this number: the first ones hit a server that has no data yet.
    pub fn any(rng: &mut StdRng, number: usize) -> Self {
        use Phase::{Account, Deletion, Mail, Purchase, Start, Sweep, Upload, Work};
        let (phase, longest) = match rng.random_range(0..20) {
            0..2 => (Start, 500),
            2..5 => (Sweep, 400),
            5..9 => (Work, 1000),
            9..12 => (Upload, 300),
            12..14 => (Mail, 15),
            14..16 => (Deletion, 25),
            16..18 => (Purchase, 15),
            _ => (Account, 60),
        };
        let (phase, longest) = if number < 2 {
            (Start, 250)
        } else {
            (phase, longest)
        };
        Self {
            phase,
            lead: rng.random_range(1..40),
            delay: Duration::from_micros(rng.random_range(0..longest * 1000)),
            night: phase == Sweep || rng.random_bool(0.4),
        }
    }

    /// Waits for it, in a server that people use.
    pub async fn come(self, stage: &Stage) {
        let end = Instant::now() + PATIENCE;
        let lead = stage.answers() + self.lead;
        while stage.answers() < lead && Instant::now() < end {
            sleep(Duration::from_millis(1)).await;
        }
        let (mails, deletions) = (stage.post.count(), stage.deletions());
        let end = Instant::now() + PATIENCE;
        let open = |kinds: &[&str]| kinds.iter().any(|kind| stage.open(kind) > 0);
        let begun = || match self.phase {
            Phase::Start | Phase::Sweep | Phase::Work => true,
            Phase::Upload => open(&["upload one", "upload several"]),
            Phase::Mail => stage.post.count() > mails,
            Phase::Deletion => stage.deletions() > deletions,
            Phase::Purchase => open(&["buy"]),
            Phase::Account => open(&["register", "register with avatar", "confirm", "reset"]),
        };
        while !begun() && Instant::now() < end {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(self.delay).await;
    }
}
