//! Who works off what transactions asked to be done after their commit, and who cleans up.

use std::sync::Arc;

use super::App;
use crate::adapters::mail::letters::Letters;
use crate::adapters::outbox::MeasuredQueue;
use crate::ports::outbox::OutboxQueue;
use crate::services::outbox::{LinkSettings, OutboxWorker, Sweeper};

impl App {
    pub(super) fn queue(&self) -> Arc<dyn OutboxQueue> {
        Arc::new(MeasuredQueue(Arc::new(self.store.clone())))
    }

    /// Works off the outbox.
    #[must_use]
    pub fn worker(&self) -> OutboxWorker {
        let public_url = self.config.listen.public_url.clone();
        OutboxWorker {
            queue: self.queue(),
            store: Arc::new(self.store.clone()),
            letters: Arc::new(Letters::new(&public_url)),
            mailer: self.mails.mailer.clone(),
            objects: self.objects.clone(),
            labelling: self.labelling(),
            duplicates: self.duplicates(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            links: LinkSettings {
                public_url,
                confirm_for: self.config.limits.confirm_link_lifetime,
                reset_for: self.config.limits.reset_link_lifetime,
            },
            poke: self.poke.clone(),
        }
    }

    /// Cleans up after crashes, and after time.
    #[must_use]
    pub fn sweeper(&self) -> Sweeper {
        Sweeper {
            store: Arc::new(self.store.clone()),
            sessions: self.shared.sessions.clone(),
        }
    }
}
