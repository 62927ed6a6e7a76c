//! What one server does, the other knows.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ANNA, assert_ended, on_redis, two_servers};
use crate::support::{Answer, Client, PASSWORD, Server};

/// S8
#[tokio::test]
async fn a_session_is_good_at_every_server_and_ends_at_all_of_them_at_once() {
    on_redis(async |place| {
        let [one, other] = two_servers(place, &[]).await;
        let anna = one.member("anna").await;
        let bert = other.member("bert").await;
        let phone = other.guest();
        phone.sign_in(ANNA, PASSWORD).await.data();
        anna.at(&other).me().await.data();
        phone.at(&one).me().await.data();
        let (desk, pocket) = (anna.another_tab(), phone.another_tab());
        anna.at(&other).logout_all().await.data();
        for ended in [&desk, &pocket] {
            for server in [&one, &other] {
                assert_ended(&ended.at(server).me().await, "me");
                assert_ended(&ended.at(server).refresh().await, "refresh");
            }
        }
        bert.at(&one).me().await.data();
        let again = one.guest();
        again.sign_in(ANNA, PASSWORD).await.data();
        let copy = again.another_tab();
        again.logout().await.data();
        assert_ended(&copy.at(&other).me().await, "logout");
    })
    .await;
}

/// S7
#[tokio::test]
async fn twenty_refreshes_at_two_servers_have_one_successor() {
    on_redis(async |place| {
        let [one, other] = two_servers(place, &[]).await;
        let anna = one.member("anna").await;
        anna.me().await.data();
        let tabs: Vec<Client> = [&one, &other]
            .into_iter()
            .cycle()
            .take(20)
            .map(|server| anna.at(server))
            .collect();
        let answers = join_all(tabs.iter().map(Client::refresh)).await;
        for answer in &answers {
            assert_eq!(answer.data()["refresh"], true);
        }
        let generations = one.rows("SELECT '' || generation FROM sessions").await;
        assert_eq!(generations, ["2"]);
        for tab in &tabs {
            tab.at(&one).me().await.data();
            tab.at(&other).me().await.data();
        }
        assert_ended(&anna.at(&other).me().await, "the consumed one");
    })
    .await;
}

/// S6
#[tokio::test]
async fn a_stolen_token_ends_the_family_at_every_server() {
    on_redis(async |place| {
        let [one, other] = two_servers(place, &[]).await;
        let anna = one.member("anna").await;
        let thief = anna.at(&other);
        anna.refresh().await.data();
        anna.at(&other).me().await.data();
        anna.refresh().await.data();
        assert_ended(&thief.refresh().await, "stolen");
        for server in [&one, &other] {
            assert_ended(&anna.at(server).me().await, "the family");
        }
    })
    .await;
}

/// L4
#[tokio::test]
async fn failed_sign_ins_are_counted_together() {
    on_redis(async |place| {
        let limit = [("FAILED_SIGN_INS_PER_ACCOUNT", "4")];
        let [one, other] = two_servers(place, &limit).await;
        let anna = one.member("anna").await;
        for _ in 0..6 {
            let right = anna.at(&other);
            right.sign_in(ANNA, PASSWORD).await.data();
        }
        for server in [&one, &other, &one, &other] {
            let wrong = server.guest().sign_in(ANNA, "not her password").await;
            assert_eq!(wrong.code(), "UNAUTHENTICATED");
        }
        for server in [&one, &other] {
            let refused = server.guest().sign_in(ANNA, PASSWORD).await;
            assert_eq!(refused.code(), "RATE_LIMITED");
            assert_eq!(refused.status, 429);
            let wait: u64 = refused.headers["retry-after"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!((800..=900).contains(&wait), "{wait}");
        }
        anna.me().await.data();
    })
    .await;
}

/// L4: twenty at once at two servers are twenty, not forty.
#[tokio::test]
async fn racing_guesses_are_counted_together() {
    on_redis(async |place| {
        let limit = [("FAILED_SIGN_INS_PER_ACCOUNT", "5")];
        let [one, other] = two_servers(place, &limit).await;
        let guests: Vec<Client> = [&one, &other]
            .into_iter()
            .cycle()
            .take(20)
            .map(Server::guest)
            .collect();
        let guesses = guests.iter().map(|guest| guest.sign_in(ANNA, "a guess"));
        let answers = join_all(guesses).await;
        let compared = answers
            .iter()
            .filter(|answer| answer.code() == "UNAUTHENTICATED");
        assert_eq!(compared.count(), 5);
    })
    .await;
}

pub(super) async fn persisted(client: &Client, document: &str, along: bool) -> Answer {
    let hash = hex::encode(Sha256::digest(document));
    let body = json!({
        "query": if along { json!(document) } else { Value::Null },
        "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } },
    });
    let request = client.request(Method::POST, "/query").json(&body);
    Answer::of(client.send(request).await).await
}

#[tokio::test]
async fn a_document_that_one_server_was_sent_the_other_knows_by_its_hash() {
    on_redis(async |place| {
        let [one, other] = two_servers(place, &[]).await;
        let document = "{ __typename }";
        let unknown = persisted(&other.guest(), document, false).await;
        assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
        persisted(&one.guest(), document, true).await.data();
        for server in [&other, &one] {
            let known = persisted(&server.guest(), document, false).await;
            assert_eq!(known.data()["__typename"], "Query");
        }
    })
    .await;
}
