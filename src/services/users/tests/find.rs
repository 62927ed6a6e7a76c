//! Listing members, and roles.

use super::*;

async fn names(bench: &Bench, viewer: &Viewer, search: UserSearch) -> Vec<String> {
    let found = bench.members.list(viewer, search, 50).await.unwrap();
    let names = found.into_iter().map(|u| u.username.as_str().to_owned());
    names.collect()
}

fn by_email(email: &str) -> UserSearch {
    UserSearch {
        email: Some(email.to_owned()),
        ..UserSearch::default()
    }
}

async fn admin(bench: &Bench) -> Viewer {
    let given = bench.members.set_role(ANNA, Role::Admin).await.unwrap();
    assert!(given);
    bench.viewer(ANNA)
}

/// Z4
#[tokio::test]
async fn an_address_finds_only_the_viewer() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let search = |email| names(&bench, &viewer, by_email(email));
    assert_eq!(search("ANNA@example.com").await, ["anna"]);
    for other in [BERT, "nobody@example.com", "", "anna", "%"] {
        assert!(search(other).await.is_empty(), "{other}");
    }
    let both = UserSearch {
        id: Some(bench.viewer(BERT).user.to_string()),
        ..by_email(BERT)
    };
    assert!(names(&bench, &viewer, both).await.is_empty());
    let both = UserSearch {
        id: Some(viewer.user.to_string()),
        ..by_email(BERT)
    };
    assert!(names(&bench, &viewer, both).await.is_empty());
}

/// Z4
#[tokio::test]
async fn administrators_find_anyone_by_address_and_the_unconfirmed() {
    let bench = Bench::new();
    bench.accounts.newcomer("nora", FRESH);
    let member = bench.viewer(BERT);
    let all = names(&bench, &member, UserSearch::default()).await;
    assert_eq!(all, ["bert", "anna"]);
    let admin = admin(&bench).await;
    let all = names(&bench, &admin, UserSearch::default()).await;
    assert_eq!(all, ["nora", "bert", "anna"]);
    assert_eq!(names(&bench, &admin, by_email(BERT)).await, ["bert"]);
    assert_eq!(names(&bench, &admin, by_email(FRESH)).await, ["nora"]);
}

#[tokio::test]
async fn a_name_is_found_by_its_start_ignoring_case() {
    let bench = Bench::new();
    let viewer = bench.viewer(ANNA);
    let named = |name: &str| UserSearch {
        username: Some(name.to_owned()),
        ..UserSearch::default()
    };
    assert_eq!(names(&bench, &viewer, named("BE")).await, ["bert"]);
    assert!(names(&bench, &viewer, named("ert")).await.is_empty());
    let bad_id = UserSearch {
        id: Some("x".into()),
        ..UserSearch::default()
    };
    assert!(names(&bench, &viewer, bad_id).await.is_empty());
}

#[tokio::test]
async fn unconfirmed_members_never_stand_behind_an_id() {
    let bench = Bench::new();
    let nora = bench.accounts.newcomer("nora", FRESH);
    let anna = bench.viewer(ANNA);
    let found = bench.members.by_ids(&[nora, anna.user]).await.unwrap();
    assert_eq!(found.len(), 1);
    let me = bench.members.me(&anna).await.unwrap().unwrap();
    assert_eq!(me, found[0]);
}

#[tokio::test]
async fn roles_go_to_confirmed_addresses_alone() {
    let bench = Bench::new();
    bench.accounts.newcomer("nora", FRESH);
    let given = bench.members.set_role(FRESH, Role::Admin).await;
    assert!(!given.unwrap());
    let given = bench.members.set_role("no address", Role::Admin).await;
    assert_eq!(field(given), "email");
}
