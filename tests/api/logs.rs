//! What the log and the metrics say, and never say.

use reqwest::Method;
use serde_json::{Value, json};

use crate::corpus;
use crate::support::{Client, Server};

const PASSWORD: &str = "canary otters under the first pier";
const WRONG: &str = "canary otters under no pier at all";
const NEXT: &str = "canary otters under the second pier";
const LAST: &str = "canary otters under the third pier";
const EMAIL: &str = "canary.first@example.com";
const MOVED: &str = "canary.second@example.com";

/// Collects whatever must stay between client and server.
#[derive(Default)]
pub struct Canaries(Vec<String>);

impl Canaries {
    fn add(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    /// The cookie and the token that a client holds now.
    fn session(&mut self, client: &Client) {
        let cookie = client.cookie.lock().unwrap().clone().unwrap();
        self.add(cookie.strip_prefix("shotify=").unwrap());
        self.add(&client.csrf.lock().unwrap().clone().unwrap());
    }

    #[track_caller]
    pub fn assert_absent(&self, what: &str, text: &str) {
        for canary in &self.0 {
            assert!(!canary.is_empty());
            let found = text.lines().find(|line| line.contains(canary));
            assert!(found.is_none(), "{what}: {canary} in {found:?}");
        }
        assert!(!text.contains("canary"), "{what}");
    }
}

async fn register(client: &Client, password: &str) {
    let input = json!({ "username": "anna", "email": EMAIL, "password": password });
    let query = "mutation($i: NewUserInput!) { registerUser(input: $i) { id } }";
    client.gql(query, json!({ "i": input })).await;
}

/// Joining: refused, taken, unconfirmed, confirmed by page and by mutation.
async fn join(client: &Client, canaries: &mut Canaries) {
    register(client, "canary").await;
    register(client, PASSWORD).await;
    register(client, PASSWORD).await;
    client.sign_in(EMAIL, PASSWORD).await;
    client.sign_in(EMAIL, WRONG).await;
    client.resend_validation(EMAIL).await.data();
    let token = client.mailed_token(EMAIL, "/validate").await;
    canaries.add(&token);
    client.get(&format!("/validate?token={token}")).await;
    client.get(&format!("/nothing/{token}?token={token}")).await;
    let form = client.request(Method::POST, "/validate");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    client.send(form.body(format!("token={token}"))).await;
    client.confirm(&token).await;
}

/// Signing in and out, rightly and wrongly.
async fn sessions(client: &Client, canaries: &mut Canaries) {
    client.sign_in(EMAIL, WRONG).await;
    client.sign_in(EMAIL, PASSWORD).await.data();
    canaries.session(client);
    let tab = client.another_tab();
    client.refresh().await.data();
    canaries.session(client);
    client.refresh().await.data();
    canaries.session(client);
    tab.refresh().await;
    client.me().await;
    client.sign_in(EMAIL, PASSWORD).await.data();
    canaries.session(client);
    let other = client.another_tab();
    *other.csrf.lock().unwrap() = Some("canary-token".to_owned());
    other.me().await;
    *other.cookie.lock().unwrap() = Some("shotify=canary-cookie".to_owned());
    other.me().await;
}

/// Documents and bodies at fault, with secrets inside.
async fn faults(client: &Client) {
    let documents = [
        format!("mutation {{ login(input: {{ email: \"{EMAIL}\", password: \"{PASSWORD}\" }}"),
        format!("mutation {{ login(input: {{ email: \"{EMAIL}\", passwort: \"{PASSWORD}\" }}) }}"),
        format!(
            "mutation {{ login(input: {{ email: \"{EMAIL}\", password: [\"{PASSWORD}\"] }}) }}"
        ),
        format!("mutation {{ validateUser(validationToken: {{ a: \"{PASSWORD}\" }}) }}"),
    ];
    for document in documents {
        client.gql(&document, Value::Null).await;
        let path = url::form_urlencoded::byte_serialize(document.as_bytes()).collect::<String>();
        client.get(&format!("/query?query={path}")).await;
    }
    let query = "mutation($i: LoginInput!) { login(input: $i) }";
    client
        .gql(
            query,
            json!({ "i": { "email": 7, "password": [PASSWORD] } }),
        )
        .await;
    client.gql(query, json!({ "i": PASSWORD })).await;
    for content_type in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=canary",
    ] {
        let body = format!("{{\"query\": \"{PASSWORD}\", {EMAIL}");
        let request = client.request(Method::POST, "/query");
        client
            .answer(request.header("content-type", content_type).body(body))
            .await;
    }
}

/// Passwords and addresses, changed by every way.
async fn changes(client: &Client, canaries: &mut Canaries) {
    client.change_password(WRONG, NEXT).await;
    client.change_password(PASSWORD, "canary").await;
    client.change_password(PASSWORD, NEXT).await.data();
    client
        .update_user(json!({ "email": MOVED, "currentPassword": WRONG }))
        .await;
    client
        .update_user(json!({ "email": MOVED, "currentPassword": NEXT }))
        .await
        .data();
    let token = client.mailed_token(MOVED, "/validate").await;
    canaries.add(&token);
    client.confirm(&token).await.data();
    client.request_reset(EMAIL).await.data();
    client.request_reset(MOVED).await.data();
    let token = client.mailed_token(MOVED, "/reset").await;
    canaries.add(&token);
    client.get(&format!("/reset?token={token}")).await;
    client.reset_password(&token, "canary").await;
    client.reset_password(&token, LAST).await.data();
    client.reset_password(&token, LAST).await;
    client.sign_in(MOVED, LAST).await.data();
    canaries.session(client);
}

/// Pictures: their signed links are secrets, too.
async fn pictures(client: &Client, canaries: &mut Canaries) {
    let answer = client
        .upload(
            json!({ "title": "canary title", "labels": ["canary"] }),
            corpus::png(16, 16),
        )
        .await;
    let image = &answer.data()["uploadImages"][0];
    for link in ["thumbnailUrl", "previewUrl", "originalUrl"] {
        let link = image[link].as_str().unwrap();
        assert_eq!(client.get(link).await.status(), 200);
        if let Some((_, signature)) = link.rsplit_once('=') {
            canaries.add(signature);
        }
        client.get(&format!("{link}x")).await;
    }
    client
        .upload(json!({ "title": "canary title" }), b"canary bytes".to_vec())
        .await;
    let search = "query($t: String) { images(input: { text: $t, title: $t }) { id } }";
    client.gql(search, json!({ "t": "canary" })).await.data();
    let id = image["id"].as_str().unwrap();
    client.buy_on(id, Value::Null, json!("canary-key")).await;
}

pub async fn every_flow(client: &Client) -> Canaries {
    let mut canaries = Canaries::default();
    for text in [PASSWORD, WRONG, NEXT, LAST, EMAIL, MOVED] {
        canaries.add(text);
    }
    join(client, &mut canaries).await;
    sessions(client, &mut canaries).await;
    faults(client).await;
    changes(client, &mut canaries).await;
    pictures(client, &mut canaries).await;
    client.logout_all().await.data();
    canaries
}

/// N1
#[tokio::test]
async fn no_secret_of_any_flow_gets_into_the_log_the_metrics_or_an_error() {
    for filter in ["info", "debug,shotify=trace"] {
        let settings = [("RUST_LOG", filter), ("FAILED_SIGN_INS_PER_ACCOUNT", "4")];
        let mut server = Server::with(&settings).await;
        let client = server.guest();
        let canaries = every_flow(&client).await;
        let errors = client.errors.lock().unwrap().clone();
        assert!(errors.len() > 15, "{errors:?}");
        canaries.assert_absent("errors", &json!(errors).to_string());
        for _ in 0..6 {
            server.guest().sign_in(EMAIL, WRONG).await;
        }
        server.wait_for_outbox().await;
        let metrics = reqwest::get(format!("{}/metrics", server.metrics))
            .await
            .unwrap();
        canaries.assert_absent("metrics", &metrics.text().await.unwrap());
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(0));
        let log = server.log().join("\n");
        assert!(
            log.contains("sign_in_limited") && log.contains("password_reset"),
            "{log}"
        );
        canaries.assert_absent(filter, &log);
    }
}

/// N2
#[tokio::test]
async fn every_line_of_the_log_is_one_json_object_whatever_is_sent() {
    let mut server = Server::start().await;
    let anna = server.member("anna").await;
    let evil = "a\r\n{\"level\":\"ERROR\",\"forged\":true}\n\u{2028}";
    anna.sign_in(evil, evil).await;
    anna.register(evil, evil).await;
    anna.gql(evil, json!({ evil: evil })).await;
    anna.get("/%0d%0a%7B%22forged%22:true%7D?x=%0a").await;
    anna.update_user(json!({ "bio": evil })).await;
    anna.refresh().await.data();
    anna.logout().await.data();
    server.terminate();
    server.ended().await;
    for line in server.log() {
        let read: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert!(
            read["level"].is_string() && read["timestamp"].is_string(),
            "{line}"
        );
        assert!(read["forged"].is_null(), "{line}");
    }
    let log = server.log().join("\n");
    for event in [
        "registered",
        "address_confirmed",
        "signed_in",
        "sign_in_failed",
        "signed_out",
    ] {
        assert!(
            log.contains(&format!("\"event\":\"{event}\"")),
            "{event}: {log}"
        );
    }
}
