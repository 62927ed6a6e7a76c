//! A client: one person after another at the same browser, who do what people do, a little of everything.
//!
//! Each operation ends answered or refused: what got no answer is settled when the server is back, as a careful client
//! would, before the next one begins. So at most one operation of a client is ever open.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::support::{Answer, Client};

/// More tries without an answer than kills can explain.
const TRIES: usize = 300;
/// So long a client waits before it asks again a server that is there but does not answer as it should.
const PAUSE: Duration = Duration::from_millis(50);

/// How a request ended.
#[derive(Debug, Clone)]
pub enum Reply {
    /// With data.
    Answered(Value),
    /// With this code.
    Refused(String),
    /// Not at all: it may have been done or not.
    Unknown,
}

/// Where [`Person::act`] is: who they are just now, and what they wait for.
pub struct Person {
    pub stage: Arc<Stage>,
    pub client: Client,
    pub rng: StdRng,
    pub number: usize,
    made: usize,
    /// Who is signed in.
    pub name: Option<String>,
    /// Accounts whose address is not confirmed yet.
    pub waiting: Vec<String>,
    /// Links for a new password that came before one was asked for.
    pub asked_reset: Option<usize>,
}

impl Person {
    pub fn new(stage: &Arc<Stage>, number: usize, seed: u64) -> Self {
        Self {
            stage: Arc::clone(stage),
            client: Client::new(""),
            rng: StdRng::seed_from_u64(seed.wrapping_mul(1000).wrapping_add(number as u64)),
            number,
            made: 0,
            name: None,
            waiting: Vec::new(),
            asked_reset: None,
        }
    }

    /// Acts until the clients are told to go home.
    pub async fn live(mut self) -> Self {
        while !self.stage.ends() {
            self.act().await;
        }
        self
    }

    async fn act(&mut self) {
        if self.confirm_what_came().await {
            return;
        }
        let Some(name) = self.name.clone() else {
            if self.waiting.is_empty() {
                self.register().await;
            } else {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            return;
        };
        if self.reset_by_link(&name).await {
            return;
        }
        match self.rng.random_range(0..100) {
            0..5 => self.register().await,
            5..30 => self.upload(&name).await,
            30..33 => self.upload_badly().await,
            33..45 => self.change(&name).await,
            45..57 => self.delete(&name).await,
            57..84 => self.buy(&name).await,
            84..88 => self.buy_again(&name).await,
            88..91 => self.sign_in(&name).await,
            91..94 => self.refresh(&name).await,
            94..97 => self.change_face().await,
            _ => self.ask_for_link(&name).await,
        }
    }

    /// A name that nobody has used.
    pub fn new_name(&mut self, before: &str) -> String {
        self.made += 1;
        format!("{before}{}x{}", self.number, self.made)
    }

    /// Waits until there is a server, and looks there from now on.
    async fn go_there(&mut self) {
        let mut door = self.stage.door.subscribe();
        let open = door.wait_for(Option::is_some).await.unwrap();
        self.client.base = open.clone().unwrap_or_default();
    }

    /// Asks once.
    pub async fn ask(
        &mut self,
        kind: &'static str,
        make: impl Fn(&Client) -> RequestBuilder,
    ) -> Reply {
        let stage = Arc::clone(&self.stage);
        for _ in 0..TRIES {
            self.go_there().await;
            let reply = {
                let _under_way = stage.under_way(kind);
                let sent = self.client.try_send(make(&self.client)).await;
                match sent {
                    Ok(response) => Answer::read(response).await.ok(),
                    // Nobody has heard it.
                    Err(error) if error.is_connect() => {
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                    Err(_) => None,
                }
            };
            let reply = reply.map_or(Reply::Unknown, |answer| judge(&answer));
            stage.count(kind, |count| match &reply {
                Reply::Answered(_) => count.answered += 1,
                Reply::Refused(_) => count.refused += 1,
                Reply::Unknown => count.unknown += 1,
            });
            return reply;
        }
        stage.loss(format!("{kind}: nobody answers any more"));
        self.stage.end(true);
        Reply::Unknown
    }

    /// Asks until there is an answer; whether one before was left open.
    pub async fn insist(
        &mut self,
        kind: &'static str,
        make: impl Fn(&Client) -> RequestBuilder,
    ) -> (Reply, bool) {
        let mut open = false;
        for _ in 0..TRIES {
            match self.ask(kind, &make).await {
                Reply::Unknown => {
                    open = true;
                    tokio::time::sleep(PAUSE).await;
                }
                reply => return (reply, open),
            }
        }
        self.stage.loss(format!("{kind}: is never answered"));
        self.stage.end(true);
        (Reply::Unknown, open)
    }

    /// Reads something, which must be answered.
    pub async fn look(&mut self, query: &'static str, variables: Value) -> Value {
        match self
            .insist("read", |client| gql(client, query, &variables))
            .await
        {
            (Reply::Answered(data), _) => data,
            (other, _) => {
                self.stage.loss(format!("{query} {variables}: {other:?}"));
                Value::Null
            }
        }
    }

    /// An answer that no kill can explain.
    pub fn surprise(&self, kind: &str, reply: &Reply) {
        let name = self.name.as_deref().unwrap_or("a guest");
        self.stage.loss(format!("{kind} by {name}: {reply:?}"));
    }
}

/// What an answer says. One that the server itself calls temporary leaves open what was done.
fn judge(answer: &Answer) -> Reply {
    if answer.body.get("errors").is_none() && answer.body["data"].is_object() {
        return Reply::Answered(answer.body["data"].clone());
    }
    match answer.body["errors"][0]["extensions"]["code"].as_str() {
        Some("UNAVAILABLE") => Reply::Unknown,
        Some(code) => Reply::Refused(code.to_owned()),
        None => Reply::Refused(format!("{} {}", answer.status, answer.body)),
    }
}

/// A request in JSON.
pub fn gql(client: &Client, query: &str, variables: &Value) -> RequestBuilder {
    let body = json!({ "query": query, "variables": variables });
    client.request(Method::POST, "/query").json(&body)
}
