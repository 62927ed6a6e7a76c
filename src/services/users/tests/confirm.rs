//! Confirming addresses.

use super::*;

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
        assert_eq!(bench.letters(), [mail(address, name, link)]);
        costs.push((bench.accounts.take_statements(), bench.hasher.work()));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    let bench = Bench::new();
    let asked = bench.members.resend_confirmation("no address", HOME);
    assert!(asked.await.is_ok());
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
