//! The local mailbox.

use std::sync::Arc;

use shotify::adapters::clock::SystemClock;
use shotify::adapters::mail::mailbox::FileMailbox;
use shotify::ports::mailer::Mailbox as _;

use super::{Received, holds};

#[tokio::test]
async fn the_contract_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = FileMailbox::open(folder.path().join("mailbox"), Arc::new(SystemClock));
    let mailbox = Arc::new(mailbox.unwrap());
    holds(mailbox.clone(), async || {
        let delivered = mailbox.delivered().await.unwrap();
        delivered
            .iter()
            .map(|d| Received::from(&d.message))
            .collect()
    })
    .await;
}
