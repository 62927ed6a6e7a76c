//! Confirming addresses.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::*;

/// Chance that is the same each time, in no order.
#[derive(Default)]
struct Shuffled(AtomicU64);

impl Random for Shuffled {
    fn fill(&self, bytes: &mut [u8]) {
        let call = self.0.fetch_add(1, Ordering::SeqCst);
        let hash = Sha256::digest(call.to_le_bytes());
        bytes.copy_from_slice(&hash[..bytes.len()]);
    }
}

fn token_refused(result: &Result<(), ConfirmError>) -> bool {
    matches!(result, Err(ConfirmError::Token))
}

/// A7
#[tokio::test]
async fn a_link_confirms_its_address_once() {
    let bench = Bench::new();
    let user = bench.accounts.newcomer("nora", FRESH);
    let token = bench.link(user, FRESH);
    bench.members.confirm(&token).await.unwrap();
    let nora = bench.accounts.with(FRESH).unwrap().user;
    assert!(nora.is_confirmed() && nora.pending_email.is_none());
    assert!(token_refused(&bench.members.confirm(&token).await));
    assert!(bench.letters().is_empty());
}

/// A7
#[tokio::test]
async fn invented_expired_and_overtaken_links_are_refused() {
    let bench = Bench::new();
    let user = bench.accounts.newcomer("nora", FRESH);
    let other = bench.link(user, "other@example.com");
    for bad in ["", "invented", &other] {
        assert!(token_refused(&bench.members.confirm(bad).await), "{bad}");
    }
    let token = bench.link(user, FRESH);
    bench.clock.advance(Duration::from_hours(7 * 24));
    assert!(token_refused(&bench.members.confirm(&token).await));
    assert!(!bench.accounts.with(FRESH).unwrap().user.is_confirmed());
}

/// A5
#[tokio::test]
async fn of_two_accounts_that_wait_for_an_address_the_first_to_confirm_gets_it() {
    let bench = Bench::new();
    let first = bench.accounts.newcomer("nora", FRESH);
    let second = bench.accounts.newcomer("nick", FRESH);
    let links = [bench.link(first, FRESH), bench.link(second, FRESH)];
    bench.members.confirm(&links[1]).await.unwrap();
    assert!(token_refused(&bench.members.confirm(&links[0]).await));
    let rows = bench.accounts.rows();
    assert!(rows.account(second).unwrap().user.is_confirmed());
    assert!(!rows.account(first).unwrap().user.is_confirmed());
}

/// A6
#[tokio::test]
async fn asking_again_costs_the_same_whoever_waits_for_the_address() {
    let mut costs = Vec::new();
    for address in [FRESH, "nobody@example.com", ANNA] {
        let bench = Bench::new();
        let nora = bench.accounts.newcomer("nora", FRESH);
        bench.accounts.newcomer("fake-anna", ANNA);
        let asked = bench.members.resend_confirmation(address, HOME).await;
        asked.unwrap();
        let user = if address == FRESH {
            nora
        } else {
            mailed::NOBODY
        };
        let name = if address == FRESH { "nora" } else { "" };
        let link = Letter::ConfirmAddress { user };
        let lost = Letter::ConfirmAddress {
            user: mailed::NOBODY,
        };
        let lost = mail(address, "", lost);
        assert_eq!(
            bench.letters(),
            [mail(address, name, link), lost.clone(), lost]
        );
        costs.push((bench.accounts.take_statements(), bench.hasher.work()));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    let bench = Bench::new();
    let asked = bench.members.resend_confirmation("no address", HOME);
    assert!(asked.await.is_ok());
}

/// A9: a member who changes to the address, and whoever registers it later, take the link from nobody.
#[tokio::test]
async fn all_who_wait_for_an_address_are_mailed_their_own_link() {
    let bench = Bench::new();
    let newcomer = bench.accounts.newcomer("newcomer", FRESH);
    let anna = bench.accounts.with(ANNA).unwrap().user.id;
    if let Some(row) = bench.accounts.rows().account_mut(anna) {
        row.user.pending_email = Some(Email::parse(FRESH).unwrap());
    }
    let asked = bench.members.resend_confirmation(FRESH, HOME).await;
    asked.unwrap();
    let letters = bench.letters();
    for (name, user) in [("newcomer", newcomer), ("anna", anna)] {
        let link = Letter::ConfirmAddress { user };
        let own = mail(FRESH, name, link);
        assert_eq!(letters.iter().filter(|sent| **sent == own).count(), 1);
    }
    // Two of three mails an hour are used up: the newest registration has the third.
    bench
        .members
        .resend_confirmation(FRESH, HOME)
        .await
        .unwrap();
    let more = bench.letters().split_off(letters.len());
    let real: Vec<_> = more
        .iter()
        .filter(|(_, name, _)| !name.is_empty())
        .collect();
    let link = Letter::ConfirmAddress { user: newcomer };
    assert_eq!(real, [&mail(FRESH, "newcomer", link)]);
}

/// A9
#[tokio::test]
async fn of_many_who_wait_for_an_address_each_has_a_chance() {
    let mut mailed_to = std::collections::BTreeSet::new();
    let mut bench = Bench::new();
    bench.members.random = Arc::new(Shuffled::default());
    let few = bench.members.limits.mails_per_address;
    bench.members.limits.mails_per_address.limit = few.limit * 100;
    bench.members.limits.mails_per_network.limit = 100;
    for no in 0..8 {
        bench.accounts.newcomer(&format!("waits{no}"), FRESH);
    }
    for _ in 0..50 {
        bench
            .members
            .resend_confirmation(FRESH, HOME)
            .await
            .unwrap();
    }
    let letters = bench.letters();
    mailed_to.extend(letters.iter().map(|(_, name, _)| name.clone()));
    assert_eq!((letters.len(), mailed_to.len()), (150, 8), "{mailed_to:?}");
}

/// A9
#[tokio::test]
async fn a_confirmed_change_tells_the_old_address_and_voids_its_links() {
    let bench = Bench::new();
    let id = bench.accounts.with(ANNA).unwrap().user.id;
    if let Some(row) = bench.accounts.rows().account_mut(id) {
        row.user.pending_email = Some(Email::parse(FRESH).unwrap());
    }
    bench.accounts.token(MailToken {
        user: id,
        purpose: TokenPurpose::Reset,
        address: Email::parse(ANNA).unwrap(),
        hash: [0; 32],
        expires: bench.clock.now().plus(Duration::from_mins(15)),
    });
    let token = bench.link(id, FRESH);
    bench.members.confirm(&token).await.unwrap();
    let anna = bench.accounts.with(FRESH).unwrap().user;
    assert_eq!(anna.email.unwrap().as_str(), FRESH);
    let notice = Letter::AddressChanged { done: true };
    assert_eq!(bench.letters(), [mail(ANNA, "anna", notice)]);
    assert!(bench.accounts.rows().tokens.is_empty());
}
