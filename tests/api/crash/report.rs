//! What a run did, as a table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::base::Left;
use super::moments::Phase;
use super::stage::Count;

/// Figures of a run.
#[derive(Default)]
pub struct Report {
    pub engine: &'static str,
    pub seed: u64,
    pub took: Duration,
    pub kills: BTreeMap<Phase, usize>,
    /// What was found after some of the kills, before the next start.
    pub left: Vec<Left>,
    pub counts: BTreeMap<&'static str, Count>,
    pub accounts: usize,
    pub images: usize,
    pub objects: usize,
    pub sales: usize,
    pub mails: usize,
    pub repeats: usize,
    pub losses: Vec<String>,
}

impl Report {
    fn kills_with(&self, what: impl Fn(&Left) -> usize) -> usize {
        self.left.iter().filter(|left| what(left) > 0).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kills: usize = self.kills.values().sum();
        let (engine, seed, took) = (self.engine, self.seed, self.took.as_secs());
        writeln!(f, "{kills} kills on {engine} in {took} s, seed {seed}")?;
        let phases = self.kills.iter();
        let phases: Vec<String> = phases
            .map(|(phase, count)| format!("{phase:?} {count}"))
            .collect();
        writeln!(f, "  aimed at: {}", phases.join(", "))?;
        writeln!(
            f,
            "  of {} looked at before the next start: {} left unfinished uploads, {} jobs under way, {} jobs waiting",
            self.left.len(),
            self.kills_with(|left| left.journal),
            self.kills_with(|left| left.leased),
            self.kills_with(|left| left.outbox - left.leased),
        )?;
        writeln!(
            f,
            "  {:24}{:>9}{:>9}{:>9}",
            "operation", "answered", "refused", "unknown"
        )?;
        for (kind, count) in &self.counts {
            let Count {
                answered,
                refused,
                unknown,
            } = count;
            writeln!(f, "  {kind:24}{answered:>9}{refused:>9}{unknown:>9}")?;
        }
        writeln!(
            f,
            "  at the end: {} accounts, {} images, {} objects, {} sales, {} mails and {} repeats of them",
            self.accounts,
            self.images,
            self.objects,
            self.sales,
            self.mails - self.repeats,
            self.repeats,
        )?;
        write!(f, "  losses: {}", self.losses.len())
    }
}
