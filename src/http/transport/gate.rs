//! How much memory and disk requests may take while they arrive and are worked on, all of them together.
//!
//! Whoever sends slowly takes no turn from those whose requests are there. Small requests are always let in. What is
//! larger than [`FREE`] takes from a budget for all; files take one of the places for uploads, of which nobody gets all,
//! and room in the spool.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{config::TransportConfig, refusal::Refusal};
use crate::graphql::codes::{Code, ErrorDetails};

/// Bytes of text that each request may hold without asking: more than most have.
const FREE: usize = 16 * 1024;
/// Bytes of one permit.
const PERMIT: u64 = 16 * 1024;

/// What is left for everybody.
pub(super) struct Gate {
    texts: Arc<Semaphore>,
    spool: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    uploads_per_client: usize,
    clients: Arc<Clients>,
}

/// Uploads under way, by client.
#[derive(Default)]
struct Clients(Mutex<HashMap<IpAddr, usize>>);

impl Clients {
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    pub(super) fn new(config: &TransportConfig) -> Self {
        // A request of the largest size allowed must fit.
        let spool = config.spool_bytes.max(config.max_request_bytes);
        let of = |bytes: u64| {
            let permits = usize::try_from(bytes.div_ceil(PERMIT)).unwrap_or(usize::MAX);
            Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
        };
        Self {
            texts: of(config.text_bytes),
            spool: of(spool + PERMIT),
            uploads: Arc::new(Semaphore::new(config.uploads)),
            uploads_per_client: config.uploads_per_client,
            clients: Arc::default(),
        }
    }

    /// What a request has taken so far: nothing.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket {
            texts: Held::of(&self.texts),
            spool: Held::of(&self.spool),
            place: None,
        }
    }

    /// A place for an upload of this client.
    pub(super) fn upload(&self, ticket: &mut Ticket, client: IpAddr) -> Result<(), Refusal> {
        let place = Arc::clone(&self.uploads).try_acquire_owned();
        let place = place.map_err(|_| full())?;
        let client = network(client);
        let mut counts = self.clients.counts();
        let count = counts.entry(client).or_default();
        if *count >= self.uploads_per_client {
            return Err(too_many(self.uploads_per_client));
        }
        *count += 1;
        drop(counts);
        let clients = Arc::clone(&self.clients);
        ticket.place = Some(Place {
            client,
            clients,
            _held: place,
        });
        Ok(())
    }
}

/// What one request has taken. It is given back when this is dropped.
pub(super) struct Ticket {
    texts: Held,
    spool: Held,
    place: Option<Place>,
}

impl Ticket {
    /// Room for a text that has grown to so many bytes.
    pub(super) fn text(&mut self, bytes: usize) -> Result<(), Refusal> {
        let beyond = bytes.saturating_sub(FREE) as u64;
        self.texts.grow_to(beyond)
    }

    /// Room for so many more bytes of files.
    pub(super) fn spool(&mut self, more: usize) -> Result<(), Refusal> {
        let bytes = self.spool.bytes + more as u64;
        self.spool.grow_to(bytes)
    }
}

/// Part of a budget.
struct Held {
    budget: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
    bytes: u64,
}

impl Held {
    fn of(budget: &Arc<Semaphore>) -> Self {
        Self {
            budget: Arc::clone(budget),
            permit: None,
            bytes: 0,
        }
    }

    fn grow_to(&mut self, bytes: u64) -> Result<(), Refusal> {
        let had = self
            .permit
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let wanted = usize::try_from(bytes.div_ceil(PERMIT)).unwrap_or(usize::MAX);
        let lacking = u32::try_from(wanted.saturating_sub(had)).unwrap_or(u32::MAX);
        if lacking > 0 {
            let more = Arc::clone(&self.budget).try_acquire_many_owned(lacking);
            let more = more.map_err(|_| full())?;
            match &mut self.permit {
                Some(permit) => permit.merge(more),
                none => *none = Some(more),
            }
        }
        self.bytes = self.bytes.max(bytes);
        Ok(())
    }
}

struct Place {
    client: IpAddr,
    clients: Arc<Clients>,
    _held: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.clients.counts();
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

/// Whoever has one address of IPv6 has all of its /64.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(_) => client,
    }
}

fn full() -> Refusal {
    let message = "The server has its hands full. Please try again soon.";
    Refusal::new(Code::Unavailable, message).retry_after(1)
}

fn too_many(most: usize) -> Refusal {
    let message = format!("At most {most} uploads are received from one place at a time.");
    Refusal::new(Code::RateLimited, message).retry_after(1)
}

impl Refusal {
    fn retry_after(self, seconds: u64) -> Self {
        Self(Box::new(self.0.with_retry_after(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::codes::code_of;

    const MIB: usize = 1024 * 1024;

    fn gate(uploads: usize, uploads_per_client: usize) -> Gate {
        Gate::new(&TransportConfig {
            uploads,
            uploads_per_client,
            text_bytes: 1024 * 1024,
            spool_bytes: 2 * 1024 * 1024,
            max_request_bytes: 1024 * 1024,
            ..TransportConfig::new(std::env::temp_dir(), false)
        })
    }

    fn code(outcome: Result<(), Refusal>) -> Option<Code> {
        outcome.err().and_then(|refusal| code_of(&refusal.0))
    }

    fn client(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// L3
    #[test]
    fn small_requests_are_let_in_however_many_large_ones_there_are() {
        let gate = gate(1, 1);
        let (mut large, mut next, mut small) = (gate.ticket(), gate.ticket(), gate.ticket());
        assert_eq!(code(large.text(MIB + FREE)), None);
        assert_eq!(code(next.text(FREE + 1)), Some(Code::Unavailable));
        assert_eq!(code(small.text(FREE)), None);
        drop(large);
        assert_eq!(code(next.text(FREE + 1)), None);
    }

    /// L3 U10
    #[test]
    fn the_spool_holds_so_much_and_what_is_done_makes_room() {
        let gate = gate(9, 9);
        let (mut one, mut two) = (gate.ticket(), gate.ticket());
        for _ in 0..2 * MIB / 1000 {
            assert_eq!(code(one.spool(1000)), None);
        }
        assert_eq!(code(two.spool(100_000)), Some(Code::Unavailable));
        drop(one);
        assert_eq!(code(two.spool(100_000)), None);
    }

    /// L3
    #[test]
    fn there_are_so_many_uploads_and_nobody_has_all_of_them() {
        let gate = gate(3, 2);
        let take = |client| {
            let mut ticket = gate.ticket();
            let outcome = gate.upload(&mut ticket, client);
            (ticket, code(outcome))
        };
        let (first, one) = take(client(1));
        let (second, two) = take(client(1));
        assert_eq!((one, two), (None, None));
        assert_eq!(take(client(1)).1, Some(Code::RateLimited));
        let (_other, three) = take(client(2));
        assert_eq!(three, None);
        assert_eq!(take(client(3)).1, Some(Code::Unavailable));
        drop((first, second));
        assert_eq!(take(client(1)).1, None);
        assert_eq!(gate.clients.counts().len(), 1, "the rest is forgotten");
    }

    #[test]
    fn a_client_of_ipv6_is_its_network() {
        let [one, two, other] = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
            .map(|address| network(address.parse().unwrap()));
        assert_eq!(one, two);
        assert_ne!(one, other);
    }
}
