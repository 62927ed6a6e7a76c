//! What ordinary members do meanwhile: they look at a page of pictures.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::member::Member;
use super::tally::{Outcome, Tally};

/// Each second.
pub const RATE: u32 = 40;

const PAGE: &str = "{ searchImages(first: 20) { totalCount nodes { id title finalPrice labels thumbnailUrl user { username } } } }";

/// Asks at fixed moments, however long the answers take: time is counted from the moment at which it was to be asked.
pub async fn ask(member: &Arc<Member>, span: Duration) -> Tally {
    let tally = Arc::new(Tally::default());
    let began = Instant::now();
    let mut asked = JoinSet::new();
    let mut due = began;
    while due < began + span {
        sleep_until(due).await;
        let (member, tally, moment) = (Arc::clone(member), Arc::clone(&tally), due);
        asked.spawn(async move {
            let outcome = Outcome::of(member.query(PAGE).send().await).await;
            tally.add(outcome, moment.elapsed());
        });
        due += Duration::from_secs(1) / RATE;
    }
    asked.join_all().await;
    Arc::into_inner(tally).unwrap()
}
