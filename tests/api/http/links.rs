//! Every link begins with the configured address, whatever a request says of it.

use serde_json::{Value, json};

use crate::corpus;
use crate::support::{PASSWORD, PUBLIC_URL, Server};

const FORGED: [&str; 5] = [
    "Host: evil.example",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "Forwarded: host=evil.example;proto=https",
    "X-Original-URL: http://evil.example/",
];

/// M5
#[tokio::test]
async fn a_forged_host_never_gets_into_a_mail() {
    let server = Server::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let guest = server.guest();
    let register = json!({ "query": format!("mutation {{ registerUser(input: {{ username: \"anna\", email: \"anna@example.com\", password: \"{PASSWORD}\" }}) {{ avatar }} }}") });
    let reset =
        json!({ "query": "mutation { requestPasswordReset(email: \"anna@example.com\") }" });
    let mut confirmed = false;
    for body in [register, reset] {
        let mut head = vec!["POST /query HTTP/1.1", "Content-Type: application/json"];
        head.extend(FORGED);
        let answer = guest.send_raw(&head, body.to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(!answer.body.contains("errors"), "{answer:?}");
        if !confirmed {
            let token = guest.mailed_token("anna@example.com", "/validate").await;
            guest.confirm(&token).await.data();
            confirmed = true;
        }
    }
    server.wait_for_outbox().await;
    let mails = guest.mails("anna@example.com").await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        for part in ["text", "html"] {
            let text = mail[part].as_str().unwrap();
            assert!(!text.contains("evil"), "{text}");
            for link in text.split("http").skip(1) {
                let link = format!("http{link}");
                assert!(link.starts_with(PUBLIC_URL), "{link}");
            }
        }
    }
}

/// M5
#[tokio::test]
async fn a_forged_host_never_gets_into_a_link_to_a_picture() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.update_avatar(corpus::jpeg(300, 300)).await.data();
    anna.header("host", "evil.example");
    anna.header("x-forwarded-host", "evil.example");
    let id = anna.put_up_one(json!({ "title": "Dunes" })).await;
    let query = "query($id: ID!) { me { avatar } image(id: $id) { url thumbnailUrl previewUrl originalUrl } }";
    let answer = anna.gql(query, json!({ "id": id })).await;
    let mut links = vec![answer.data()["me"]["avatar"].clone()];
    links.extend(
        answer.data()["image"]
            .as_object()
            .unwrap()
            .values()
            .cloned(),
    );
    assert_eq!(links.len(), 5);
    for link in links {
        assert!(link.as_str().unwrap().starts_with(PUBLIC_URL), "{link}");
    }
    assert_ne!(answer.data()["image"]["url"], Value::Null);
}

/// M5
#[tokio::test]
async fn pages_hold_no_absolute_link_but_the_mailbox() {
    let server = Server::start().await;
    let guest = server.guest();
    for path in ["/", "/validate?token=x", "/reset?token=x", "/nothing"] {
        let line = format!("GET {path} HTTP/1.1");
        let mut head = vec![line.as_str()];
        head.extend(FORGED);
        let answer = guest.send_raw(&head, b"").await;
        assert!(
            !answer.body.contains("evil") && !answer.head.contains("evil"),
            "{path}"
        );
        assert!(answer.header("location").is_none(), "{path}");
    }
}
