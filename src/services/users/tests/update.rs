//! Changing profiles.

use super::*;

fn to_address(email: &str, password: Option<&str>) -> ProfileChange {
    ProfileChange {
        email: Some(email.to_owned()),
        current_password: password.map(str::to_owned),
        ..ProfileChange::default()
    }
}

#[tokio::test]
async fn only_what_is_sent_changes() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let change = ProfileChange {
        bio: Some("New words.".into()),
        ..ProfileChange::default()
    };
    let user = bench.members.update(&viewer, change).await.unwrap();
    assert_eq!(user.bio.as_str(), "New words.");
    assert_eq!(user.username.as_str(), "anna");
    assert_eq!(bench.accounts.with(ANNA).unwrap().user, user);
    let nothing = ProfileChange::default();
    assert_eq!(bench.members.update(&viewer, nothing).await.unwrap(), user);
    assert!(bench.letters().is_empty());
}

#[tokio::test]
async fn a_name_of_another_is_a_conflict_and_ones_own_may_change_its_case() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let named = |name: &str| ProfileChange {
        username: Some(name.to_owned()),
        ..ProfileChange::default()
    };
    let answer = bench.members.update(&viewer, named("BERT")).await;
    assert!(matches!(answer, Err(AccountError::NameTaken)), "{answer:?}");
    let user = bench.members.update(&viewer, named("Anna")).await.unwrap();
    assert_eq!(user.username.as_str(), "Anna");
    let answer = bench.members.update(&viewer, named("x")).await;
    assert_eq!(field(answer), "input.username");
}

/// A9
#[tokio::test]
async fn a_new_address_waits_for_its_confirmation_and_the_old_one_is_told() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let change = to_address(FRESH, Some(Account::PASSWORD));
    let user = bench.members.update(&viewer, change).await.unwrap();
    assert_eq!(user.email.unwrap().as_str(), ANNA);
    assert_eq!(user.pending_email.unwrap().as_str(), FRESH);
    let link = Letter::ConfirmAddress { user: user.id };
    let warning = Letter::AddressChanged { done: false };
    let expected = [mail(FRESH, "anna", link), mail(ANNA, "anna", warning)];
    assert_eq!(bench.letters(), expected);
}

/// A9
#[tokio::test]
async fn a_new_address_needs_the_current_password() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    for password in [None, Some(""), Some("wrong")] {
        let change = to_address(FRESH, password);
        let answer = bench.members.update(&viewer, change).await;
        assert_eq!(field(answer), "input.currentPassword");
    }
    assert!(bench.letters().is_empty());
    for _ in 1..20 {
        let change = to_address(FRESH, Some("wrong"));
        let answer = bench.members.update(&viewer, change).await;
        assert_eq!(field(answer), "input.currentPassword");
    }
    let change = to_address(FRESH, Some(Account::PASSWORD));
    let answer = bench.members.update(&viewer, change).await;
    assert!(matches!(answer, Err(AccountError::Limited { .. })));
}

#[tokio::test]
async fn the_address_in_use_or_waiting_is_no_change_and_needs_no_password() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let change = to_address(FRESH, Some(Account::PASSWORD));
    bench.members.update(&viewer, change).await.unwrap();
    let before = bench.letters().len();
    for same in ["ANNA@example.com", FRESH] {
        let user = bench.members.update(&viewer, to_address(same, None));
        let user = user.await.unwrap();
        assert_eq!(user.pending_email.unwrap().as_str(), FRESH);
    }
    assert_eq!(bench.letters().len(), before);
}

/// A5 A9
#[tokio::test]
async fn the_address_of_another_looks_and_costs_the_same_and_they_get_a_notice() {
    let mut seen = Vec::new();
    for address in [FRESH, BERT] {
        let bench = Bench::new();
        let viewer = bench.viewer(ANNA);
        let change = to_address(address, Some(Account::PASSWORD));
        let user = bench.members.update(&viewer, change).await.unwrap();
        assert_eq!(user.pending_email.unwrap().as_str(), address);
        let statements = bench.accounts.take_statements();
        seen.push((bench.hasher.work(), statements, bench.letters().len()));
        if address == BERT {
            let notice = mail(BERT, "bert", Letter::AddressInUse);
            assert_eq!(bench.letters()[0], notice);
        }
    }
    assert_eq!(seen[0], seen[1]);
}

/// M6
#[tokio::test]
async fn links_to_ever_new_addresses_are_limited_and_warnings_are_not() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    for no in 0..25 {
        let address = format!("new{no}@example.com");
        let change = to_address(&address, Some(Account::PASSWORD));
        bench.members.update(&viewer, change).await.unwrap();
    }
    let letters = bench.letters();
    let warnings = letters.iter().filter(|(to, ..)| to == ANNA).count();
    assert_eq!((warnings, letters.len() - warnings), (25, 20));
}

/// K1 K3
#[tokio::test]
async fn a_replaced_avatar_is_deleted() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let pictured = || ProfileChange {
        avatar: Some(file(9)),
        ..ProfileChange::default()
    };
    let first = bench.members.update(&viewer, pictured()).await.unwrap();
    assert!(bench.deletions().is_empty());
    let second = bench.members.update(&viewer, pictured()).await.unwrap();
    assert_ne!(first.avatar, second.avatar);
    assert_eq!(bench.deletions(), [first.avatar.unwrap()]);
    assert!(bench.accounts.journal().is_empty());
}

/// K2
#[tokio::test]
async fn an_avatar_whose_change_is_refused_is_deleted() {
    let bench = Bench::new();
    let change = ProfileChange {
        username: Some("bert".into()),
        avatar: Some(file(9)),
        ..ProfileChange::default()
    };
    let answer = bench.members.update(&bench.viewer(ANNA), change).await;
    assert!(matches!(answer, Err(AccountError::NameTaken)), "{answer:?}");
    assert_eq!(bench.deletions(), *bench.objects.lock().unwrap());
    assert!(bench.accounts.with(ANNA).unwrap().user.avatar.is_none());
}
