//! Registration.

use super::*;
use crate::ports::objects::ObjectError;

/// M1
#[tokio::test]
async fn a_newcomer_is_unconfirmed_and_gets_a_link() {
    let bench = Bench::new();
    let asked = registration(" Fresh.Face ", FRESH);
    let user = bench.members.register(asked, HOME).await.unwrap();
    assert_eq!(user.username.as_str(), "Fresh.Face");
    assert_eq!((user.email.is_some(), user.role), (false, Role::User));
    let stored = bench.accounts.with(FRESH).unwrap();
    assert_eq!(stored.user, user);
    assert_eq!(stored.hash, format!("now:{}", Account::PASSWORD));
    let link = Letter::ConfirmAddress { user: user.id };
    assert_eq!(bench.letters(), [mail(FRESH, "Fresh.Face", link)]);
}

/// A5
#[tokio::test]
async fn a_used_address_looks_and_costs_the_same_and_its_owner_gets_a_notice() {
    let mut seen = Vec::new();
    for address in [FRESH, "ANNA@example.com"] {
        let bench = Bench::new();
        let asked = registration("newcomer", address);
        let user = bench.members.register(asked, HOME).await.unwrap();
        assert_eq!(user.pending_email.unwrap().as_str(), address);
        let statements = bench.accounts.take_statements();
        let mails = bench.letters().len();
        seen.push((user.email, user.bio, bench.hasher.work(), statements, mails));
        if address != FRESH {
            assert_eq!(bench.letters(), [mail(ANNA, "anna", Letter::AddressInUse)]);
        }
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_and_leaves_nothing() {
    let bench = Bench::new();
    let mut asked = registration("ANNA", FRESH);
    asked.avatar = Some(file(9));
    let answer = bench.members.register(asked, HOME).await;
    assert!(matches!(answer, Err(AccountError::NameTaken)), "{answer:?}");
    assert!(bench.accounts.with(FRESH).is_none());
    assert!(bench.letters().is_empty());
    assert_eq!(bench.deletions(), *bench.objects.lock().unwrap());
    assert!(bench.accounts.journal().is_empty());
}

/// A2 M4
#[tokio::test]
async fn bad_inputs_are_refused_on_their_field_before_any_work() {
    let bench = Bench::new();
    let long = "x".repeat(401);
    let good = || registration("newcomer", FRESH);
    for (asked, expected) in [
        (registration("a b", FRESH), "input.username"),
        (
            registration("newcomer", "a@b.co\r\nBcc: c@d.e"),
            "input.email",
        ),
        (
            Registration {
                password: "newcomer1".into(),
                ..good()
            },
            "input.password",
        ),
        (
            Registration {
                password: "password".into(),
                ..good()
            },
            "input.password",
        ),
        (
            Registration {
                bio: long,
                ..good()
            },
            "input.bio",
        ),
    ] {
        let answer = bench.members.register(asked, HOME).await;
        assert_eq!(field(answer), expected);
    }
    assert_eq!(bench.hasher.work(), 0);
    assert!(bench.accounts.take_statements().is_empty());
}

/// L3 L4: whatever comes of it, and before any password is judged or hashed.
#[tokio::test]
async fn a_network_registers_twenty_times_an_hour() {
    let bench = Bench::new();
    for no in 0..20 {
        let password = if no < 10 {
            "password"
        } else {
            Account::PASSWORD
        };
        let asked = Registration {
            password: password.into(),
            ..registration("ANNA", FRESH)
        };
        let answer = bench.members.register(asked, HOME).await;
        let limited = matches!(answer, Err(AccountError::Limited { .. }));
        assert!(answer.is_err() && !limited, "{no}: {answer:?}");
    }
    let (work, statements) = (bench.hasher.work(), bench.accounts.take_statements().len());
    assert!(work == 10 && statements > 0);
    for address in [FRESH, ANNA] {
        for password in ["password", Account::PASSWORD] {
            let asked = Registration {
                password: password.into(),
                ..registration("newcomer", address)
            };
            let answer = bench.members.register(asked, HOME).await;
            let limited = matches!(answer, Err(AccountError::Limited { .. }));
            assert!(limited, "{answer:?}");
        }
    }
    assert_eq!(bench.hasher.work(), work);
    assert!(bench.accounts.take_statements().is_empty());
    let elsewhere = "192.0.2.1".parse().unwrap();
    let asked = registration("newcomer", FRESH);
    assert!(bench.members.register(asked, elsewhere).await.is_ok());
}

/// M6
#[tokio::test]
async fn the_fourth_mail_to_an_address_within_an_hour_is_dropped_and_the_answer_is_the_same() {
    let bench = Bench::new();
    for no in 0..5 {
        let asked = registration(&format!("newcomer{no}"), FRESH);
        assert!(bench.members.register(asked, HOME).await.is_ok());
    }
    let resent = bench.members.resend_confirmation(FRESH, HOME).await;
    assert!(resent.is_ok());
    assert_eq!(bench.letters().len(), 3);
}

/// K1
#[tokio::test]
async fn an_avatar_is_stored_under_an_unguessable_key_that_the_row_names() {
    let bench = Bench::new();
    let mut asked = registration("newcomer", FRESH);
    asked.avatar = Some(file(9));
    let user = bench.members.register(asked, HOME).await.unwrap();
    let key = user.avatar.clone().unwrap();
    assert_eq!(*bench.objects.lock().unwrap(), std::slice::from_ref(&key));
    let secret = key
        .strip_prefix("avatars/")
        .and_then(|rest| rest.strip_suffix(".jpg"));
    let unguessable = secret.is_some_and(|hex| hex.len() == 32);
    assert!(unguessable, "{key}");
    assert!(bench.accounts.journal().is_empty());
    let found = bench.members.avatar(user.id).await.unwrap();
    assert_eq!(found, Some(Avatar { key }));
}

#[tokio::test]
async fn a_refused_avatar_leaves_nothing() {
    let bench = Bench::new();
    let mut asked = registration("newcomer", FRESH);
    asked.avatar = Some(file(0));
    let answer = bench.members.register(asked, HOME).await;
    assert!(matches!(
        answer,
        Err(AccountError::Picture(PictureError::Unsupported(_)))
    ));
    assert!(bench.accounts.with(FRESH).is_none());
    assert!(bench.accounts.journal().is_empty());
}

/// K2
#[tokio::test]
async fn where_the_object_store_fails_no_row_stays_and_the_note_is_left_to_the_sweeper() {
    let mut store = MockObjectStore::new();
    store
        .expect_put()
        .returning(|_, _, _| Err(ObjectError::Unavailable("away".into())));
    let bench = Bench::over(store, Arc::default());
    let mut asked = registration("newcomer", FRESH);
    asked.avatar = Some(file(9));
    let answer = bench.members.register(asked, HOME).await;
    assert!(matches!(answer, Err(AccountError::Object(_))), "{answer:?}");
    assert!(bench.accounts.with(FRESH).is_none());
    // Deleting now could overtake a put that is still under way.
    assert!(bench.deletions().is_empty());
    assert_eq!(bench.accounts.journal().len(), 1);
}

#[tokio::test]
async fn accounts_unconfirmed_for_a_week_go_with_their_avatars() {
    let bench = Bench::new();
    let mut asked = registration("newcomer", FRESH);
    asked.avatar = Some(file(9));
    let user = bench.members.register(asked, HOME).await.unwrap();
    bench.link(user.id, FRESH);
    let week = Duration::from_hours(7 * 24);
    let sweep = || bench.members.sweep(bench.clock.now());
    bench.clock.advance(week);
    assert_eq!(sweep().await.unwrap(), 0);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(sweep().await.unwrap(), 1);
    assert!(bench.accounts.with(FRESH).is_none());
    assert_eq!(bench.deletions(), [user.avatar.unwrap()]);
    assert!(bench.accounts.rows().tokens.is_empty());
    assert!(bench.accounts.with(ANNA).is_some());
}
