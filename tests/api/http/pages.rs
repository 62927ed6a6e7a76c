//! The pages that people open: the first one, the playground, and those behind mailed links.

use reqwest::{Method, Response};

use crate::support::{Client, PASSWORD, Server};

const ANNA: &str = "anna@example.com";
const NEW: &str = "seven wet otters under the pier";

async fn html(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    (status, response.text().await.unwrap())
}

/// Posts a form as a browser does.
async fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> Response {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let request = client.request(Method::POST, path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(form.finish())).await
}

#[tokio::test]
async fn the_first_page_links_to_what_is_there() {
    let server = Server::start().await;
    let guest = server.guest();
    let (status, page) = html(guest.get("/").await).await;
    assert_eq!(status, 200);
    for path in [
        "/query/playground",
        "/schema.graphql",
        "/dev/mailbox",
        "/readyz",
    ] {
        assert!(page.contains(&format!("href=\"{path}\"")), "{path}");
        assert_eq!(guest.get(path).await.status(), 200, "{path}");
    }
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn the_schema_is_served_as_it_lies_in_the_repository() {
    let server = Server::start().await;
    let answer = server.guest().get("/schema.graphql").await;
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        answer.text().await.unwrap(),
        include_str!("../../../schema.graphql")
    );
}

/// H1 G7
#[tokio::test]
async fn the_playground_brings_all_its_files_along() {
    let server = Server::start().await;
    let guest = server.guest();
    let response = guest.get("/query/playground").await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let (status, page) = html(response).await;
    assert_eq!(status, 200);
    let quoted = page
        .split('"')
        .filter(|text| text.starts_with("/query/playground/assets/"));
    let files: Vec<&str> = quoted.collect();
    assert!(!files.is_empty(), "{page}");
    for file in files {
        let answer = guest.get(file).await;
        assert_eq!(answer.status(), 200, "{file}");
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{file}"
        );
    }
}

/// G7
#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let server = Server::with(&[("PLAYGROUND", "off"), ("INTROSPECTION", "off")]).await;
    let guest = server.guest();
    assert_eq!(guest.get("/query/playground").await.status(), 404);
    let (_, page) = html(guest.get("/").await).await;
    assert!(!page.contains("/query/playground"));
    let schema = guest
        .gql("{ __schema { types { name } } }", serde_json::Value::Null)
        .await;
    assert!(
        schema.body["errors"].is_array() && !schema.body.to_string().contains("UserFilterInput")
    );
    let typo = guest
        .gql("{ imagez { id } }", serde_json::Value::Null)
        .await;
    assert!(
        !typo.body.to_string().contains("Did you mean"),
        "{}",
        typo.body
    );
}

/// A7
#[tokio::test]
async fn the_link_of_a_confirmation_asks_before_it_confirms() {
    let server = Server::start().await;
    let guest = server.guest();
    guest.register("anna", ANNA).await.data();
    let token = guest.mailed_token(ANNA, "/validate").await;
    server.wait_for_outbox().await;
    let before = server.snapshot().await;
    let path = format!("/validate?token={token}");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let answer = guest.send(guest.request(method, &path)).await;
        assert_eq!(answer.status(), 200);
    }
    let (_, page) = html(guest.get(&path).await).await;
    assert!(page.contains(&format!("value=\"{token}\"")) && page.contains("method=\"post\""));
    assert_eq!(server.snapshot().await, before, "a look changes nothing");

    guest.header("origin", "https://evil.example");
    let (status, _) = html(post(&guest, "/validate", &[("token", &token)]).await).await;
    assert_eq!(status, 403);
    assert_eq!(server.snapshot().await, before);

    let guest = server.guest();
    guest.header("origin", crate::support::PUBLIC_URL);
    guest.header("sec-fetch-site", "same-origin");
    let (status, page) = html(post(&guest, "/validate", &[("token", &token)]).await).await;
    assert_eq!(status, 200);
    assert!(page.contains("Address confirmed"));
    let (status, page) = html(post(&guest, "/validate", &[("token", &token)]).await).await;
    assert_eq!(status, 400);
    assert!(page.contains("This link does not work"));
    guest.sign_in(ANNA, PASSWORD).await.data();
}

/// A7 A8
#[tokio::test]
async fn the_link_of_a_reset_asks_for_a_password_and_keeps_its_token_until_one_is_good() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let guest = server.guest();
    guest.request_reset(ANNA).await.data();
    let token = guest.mailed_token(ANNA, "/reset").await;
    let send = async |password: &str, repeated: &str| {
        let fields = [
            ("token", token.as_str()),
            ("password", password),
            ("repeated", repeated),
        ];
        html(post(&guest, "/reset", &fields).await).await
    };
    let (status, page) = html(guest.get(&format!("/reset?token={token}")).await).await;
    assert_eq!(status, 200);
    assert!(page.contains(&token) && page.contains("name=\"repeated\""));
    for (password, repeated) in [
        ("short", "short"),
        ("password", "password"),
        ("anna1234", "anna1234"),
        (NEW, PASSWORD),
    ] {
        let (status, page) = send(password, repeated).await;
        assert_eq!(status, 400, "{password}");
        assert!(
            page.contains(&format!("value=\"{token}\"")),
            "the form comes again"
        );
        assert!(page.contains("role=\"alert\""), "with the reason");
        assert!(
            !page.contains(&format!("value=\"{password}\"")),
            "without the password"
        );
    }
    anna.me().await.data();
    let (status, page) = send(NEW, NEW).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(anna.me().await.code(), "UNAUTHENTICATED");
    let (status, page) = send(NEW, NEW).await;
    assert_eq!(status, 400);
    assert!(page.contains("This link does not work"));
    guest.sign_in(ANNA, NEW).await.data();
}

#[tokio::test]
async fn broken_links_and_forms_get_a_page_and_do_nothing() {
    let server = Server::start().await;
    let guest = server.guest();
    for (path, fields) in [
        ("/validate", &[("token", "")][..]),
        ("/validate", &[("token", "made-up")]),
        ("/validate", &[]),
        ("/validate", &[("other", "x")]),
        (
            "/reset",
            &[("token", "made-up"), ("password", NEW), ("repeated", NEW)],
        ),
        ("/reset", &[("token", "made-up")]),
        (
            "/reset",
            &[
                ("token", "\"><script>"),
                ("password", "a"),
                ("repeated", "b"),
            ],
        ),
    ] {
        let (status, page) = html(post(&guest, path, fields).await).await;
        assert!((400..500).contains(&status), "{path} {fields:?}: {status}");
        assert!(!page.contains("<script"), "{path} {fields:?}");
    }
    for (path, expected) in [
        ("/validate", 400),
        ("/reset", 400),
        ("/reset?token[]=1", 400),
        ("/validate?token=%22%3E%3Cscript%3E", 200),
        ("/reset?token=%ff", 200),
    ] {
        let (status, page) = html(guest.get(path).await).await;
        assert_eq!(status, expected, "{path}");
        assert!(!page.contains("<script"), "{path}");
    }
    assert_eq!(server.snapshot().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_mailbox_shows_the_mails_to_read_and_to_click() {
    let server = Server::start().await;
    let guest = server.guest();
    let (_, empty) = html(guest.get("/dev/mailbox").await).await;
    assert!(empty.contains("No mail yet"));
    guest.register("anna", ANNA).await.data();
    let token = guest.mailed_token(ANNA, "/validate").await;
    let (_, page) = html(guest.get("/dev/mailbox").await).await;
    assert!(page.contains("Confirm your address") && page.contains(ANNA));
    let link = format!(
        "<a href=\"{}/validate?token={token}\"",
        crate::support::PUBLIC_URL
    );
    assert!(page.contains(&link), "{page}");
    let mail = &guest.mails(ANNA).await[0];
    for field in ["to", "subject", "text", "html", "sent"] {
        assert!(!mail[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert_eq!(mail.as_object().unwrap().len(), 5);
}
