//! Somebody with an account.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

const PASSWORD: &str = "seven lanterns over copper hill";

/// Signed in.
pub struct Member {
    http: Client,
    base: String,
    cookie: String,
    csrf: String,
}

/// A client of HTTP without anybody's session.
pub fn client() -> Client {
    let client = Client::builder().timeout(Duration::from_mins(2));
    client.build().unwrap()
}

impl Member {
    /// Registers, confirms and signs in.
    pub async fn join(base: &str, name: &str) -> Self {
        let http = client();
        let email = format!("{name}@example.com");
        let input = json!({ "username": name, "email": email, "password": PASSWORD });
        let query = "mutation($i: NewUserInput!) { registerUser(input: $i) { id } }";
        post(&http, base, query, json!({ "i": input })).await;
        let token = mailed_token(&http, base, &email).await;
        let query = "mutation($t: String!) { validateUser(validationToken: $t) }";
        post(&http, base, query, json!({ "t": token })).await;
        let input = json!({ "email": email, "password": PASSWORD });
        let query = "mutation($i: LoginInput!) { login(input: $i) }";
        let answer = post(&http, base, query, json!({ "i": input })).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let cookie = header("set-cookie");
        Self {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: header("x-csrf-token"),
            base: base.to_owned(),
            http,
        }
    }

    fn request(&self) -> RequestBuilder {
        let request = self.http.post(format!("{}/query", self.base));
        let request = request.header("cookie", &self.cookie);
        request.header("x-csrf-token", &self.csrf)
    }

    /// A query without variables.
    pub fn query(&self, query: &str) -> RequestBuilder {
        self.request().json(&json!({ "query": query }))
    }

    /// An upload of one picture.
    pub fn upload(&self, title: &str, file: Vec<u8>) -> RequestBuilder {
        let query = "mutation($i: [NewImageInput!]!) { uploadImages(input: $i) { id } }";
        let input = json!([{ "title": title, "labels": ["measured"], "file": null }]);
        let operations = json!({ "query": query, "variables": { "i": input } });
        let form = Form::new()
            .text("operations", operations.to_string())
            .text("map", r#"{"0": ["variables.i.0.file"]}"#)
            .part("0", Part::bytes(file).file_name("photograph.jpg"));
        self.request().multipart(form)
    }

    /// Puts a picture up.
    pub async fn put_up(&self, title: &str, file: Vec<u8>) {
        let answer = self.upload(title, file).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains("\"id\""), "{text}");
    }
}

async fn post(http: &Client, base: &str, query: &str, variables: Value) -> Response {
    let body = json!({ "query": query, "variables": variables });
    let request = http.post(format!("{base}/query")).json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer
}

async fn mailed_token(http: &Client, base: &str, email: &str) -> String {
    for _ in 0..600 {
        let answer = http.get(format!("{base}/dev/mailbox.json")).send().await;
        let mails: Value = answer.unwrap().json().await.unwrap();
        let mails = mails.as_array().unwrap().iter();
        let mut texts = mails.filter(|mail| mail["to"] == email);
        let token = texts.find_map(|mail| {
            let (_, rest) = mail["text"].as_str()?.split_once("/validate?token=")?;
            rest.split_whitespace().next().map(str::to_owned)
        });
        if let Some(token) = token {
            return token;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail comes to {email}");
}
