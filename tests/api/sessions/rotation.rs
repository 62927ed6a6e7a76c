//! Refreshing, its races and repetitions, and signing out.

use crate::support::{Answer, Client, PASSWORD, Server};

use super::{assert_ended, moved};

const ANNA: &str = "anna@example.com";

async fn sessions(server: &Server) -> Vec<String> {
    let sql = "SELECT generation || CASE WHEN revoked IS NULL THEN ' alive' ELSE ' revoked' END FROM sessions ORDER BY created";
    server.rows(sql).await
}

fn renewed(answer: &Answer) -> bool {
    answer.headers.contains_key("set-cookie") && answer.headers.contains_key("x-csrf-token")
}

/// S4
#[tokio::test]
async fn a_refresh_gives_a_new_cookie_and_token_and_kills_the_old_cookie() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let old = anna.another_tab();
    let answer = anna.refresh().await;
    assert_eq!(answer.data()["refresh"], true);
    assert!(renewed(&answer));
    assert_ne!(*old.cookie.lock().unwrap(), *anna.cookie.lock().unwrap());
    assert_ne!(*old.csrf.lock().unwrap(), *anna.csrf.lock().unwrap());
    assert_ended(&old.me().await, "the old cookie");
    anna.me().await.data();
    *anna.csrf.lock().unwrap() = old.csrf.lock().unwrap().clone();
    anna.me().await.data();
}

/// S4
#[tokio::test]
async fn a_refresh_needs_the_cookie_alone() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    *anna.csrf.lock().unwrap() = None;
    anna.refresh().await.data();
    anna.me().await.data();
    assert_ended(&server.guest().refresh().await, "nobody's");
}

/// S5
#[tokio::test]
async fn a_lost_answer_is_repeated_until_the_successor_is_used() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let (lost, late) = (anna.another_tab(), anna.another_tab());
    anna.refresh().await.data();
    for _ in 0..3 {
        let again = lost.another_tab();
        assert!(renewed(&again.refresh().await));
    }
    lost.refresh().await.data();
    assert_eq!(sessions(&server).await, ["2 alive"]);
    lost.me().await.data();
    anna.me().await.data();
    assert_ended(&late.refresh().await, "the successor is in use");
    anna.me().await.data();
}

/// S6
#[tokio::test]
async fn a_token_whose_successor_was_rotated_ends_the_family_and_is_logged() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let phone = server.guest();
    phone.sign_in(ANNA, PASSWORD).await.data();
    let thief = anna.another_tab();
    anna.refresh().await.data();
    anna.refresh().await.data();
    anna.me().await.data();
    assert_ended(&thief.refresh().await, "stolen");
    assert_ended(&anna.me().await, "the family");
    assert_ended(&anna.refresh().await, "the family");
    phone.me().await.data();
    assert_eq!(sessions(&server).await, ["3 revoked", "1 alive"]);
    let logged = server.log();
    assert!(
        logged
            .iter()
            .any(|line| line.contains("refresh_token_reuse"))
    );
}

/// S6
#[tokio::test]
async fn a_token_whose_successor_is_in_use_for_ten_seconds_ends_the_family() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let (tab, thief) = (anna.another_tab(), anna.another_tab());
    anna.refresh().await.data();
    anna.me().await.data();
    assert_ended(&tab.refresh().await, "too late, but no theft yet");
    anna.me().await.data();
    server
        .tamper("UPDATE sessions SET used = used - 10000000")
        .await;
    assert_ended(&thief.refresh().await, "stolen");
    assert_ended(&anna.me().await, "the family");
}

/// S7
#[tokio::test]
async fn twenty_refreshes_at_once_have_one_successor() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.me().await.data();
    let tabs: Vec<Client> = (0..20).map(|_| anna.another_tab()).collect();
    let answers = futures::future::join_all(tabs.iter().map(Client::refresh)).await;
    for answer in &answers {
        assert_eq!(answer.status, 200);
        assert!(renewed(answer), "{answer:?}");
    }
    assert_eq!(sessions(&server).await, ["2 alive"]);
    for tab in &tabs {
        tab.me().await.data();
    }
    assert_ended(&anna.me().await, "the consumed one");
}

/// S8
#[tokio::test]
async fn signing_out_ends_this_session_at_once_and_no_other() {
    let server = Server::start().await;
    let (anna, bert) = (server.member("anna").await, server.member("bert").await);
    let phone = server.guest();
    phone.sign_in(ANNA, PASSWORD).await.data();
    let copy = anna.another_tab();
    assert_eq!(anna.logout().await.data()["logout"], true);
    assert!(
        anna.cookie.lock().unwrap().is_none(),
        "the browser forgets it"
    );
    for _ in 0..2 {
        assert_ended(&copy.me().await, "me");
        assert_ended(&copy.refresh().await, "refresh");
        assert_ended(&copy.logout().await, "logout");
        assert_ended(&copy.logout_all().await, "logoutAll");
    }
    phone.me().await.data();
    bert.me().await.data();
}

/// S8
#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_one_member() {
    let server = Server::start().await;
    let (anna, bert) = (server.member("anna").await, server.member("bert").await);
    let phone = server.guest();
    phone.sign_in(ANNA, PASSWORD).await.data();
    let (desk_copy, phone_copy) = (anna.another_tab(), phone.another_tab());
    anna.logout_all().await.data();
    for copy in [&desk_copy, &phone_copy, &phone] {
        assert_ended(&copy.me().await, "me");
        assert_ended(&copy.refresh().await, "refresh");
        assert_ended(&copy.logout_all().await, "logoutAll");
    }
    bert.me().await.data();
    phone.sign_in(ANNA, PASSWORD).await.data();
    phone.me().await.data();
}

/// S8
#[tokio::test]
async fn ended_sessions_stay_ended_after_a_restart() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let phone = server.guest();
    phone.sign_in(ANNA, PASSWORD).await.data();
    let copy = anna.another_tab();
    anna.logout().await.data();
    let again = Server::on(server.kill(), &[]).await;
    assert_ended(&moved(&copy, &again).me().await, "ended");
    moved(&phone, &again).me().await.data();
}
