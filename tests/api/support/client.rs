//! A client with a cookie and a CSRF token, as a frontend keeps them.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{Answer, PASSWORD, PUBLIC_URL, Server};

/// A file of a multipart request: where it goes in the variables, its name and its bytes.
#[derive(Clone)]
pub struct File {
    pub path: &'static str,
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// Somebody at a browser.
pub struct Client {
    http: reqwest::Client,
    pub base: String,
    pub cookie: Mutex<Option<String>>,
    pub csrf: Mutex<Option<String>>,
    pub extra: Mutex<HeaderMap>,
    /// The errors of every answer so far.
    pub errors: Mutex<Vec<Value>>,
}

impl Client {
    pub fn new(base: &str) -> Self {
        // A client of HTTP is not built without; every one but the first finds it there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(1));
        Self {
            http: http.build().unwrap(),
            base: base.to_owned(),
            cookie: Mutex::default(),
            csrf: Mutex::default(),
            extra: Mutex::default(),
            errors: Mutex::default(),
        }
    }

    /// The same person in another tab: with the same cookie and token from here on their own.
    pub fn another_tab(&self) -> Self {
        let tab = Self::new(&self.base);
        (*tab.cookie.lock().unwrap()).clone_from(&self.cookie.lock().unwrap());
        (*tab.csrf.lock().unwrap()).clone_from(&self.csrf.lock().unwrap());
        tab
    }

    /// The same person in another tab, led to another server.
    pub fn at(&self, server: &Server) -> Self {
        let mut moved = self.another_tab();
        moved.base.clone_from(&server.base);
        moved
    }

    /// Sends this header with every request.
    pub fn header(&self, name: &'static str, value: &str) {
        let name = HeaderName::from_static(name);
        self.extra
            .lock()
            .unwrap()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }

    /// A request with cookie and token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = path.strip_prefix(PUBLIC_URL).unwrap_or(path);
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .headers(self.extra.lock().unwrap().clone());
        if let Some(cookie) = self.cookie.lock().unwrap().as_ref() {
            request = request.header("cookie", cookie);
        }
        if let Some(csrf) = self.csrf.lock().unwrap().as_ref() {
            request = request.header("x-csrf-token", csrf);
        }
        request
    }

    /// Sends, and keeps what the answer says about the session, as a browser does.
    pub async fn send(&self, request: RequestBuilder) -> Response {
        self.try_send(request).await.unwrap()
    }

    /// The same, of a server that may be killed meanwhile.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        let response = request.send().await?;
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let pair = text.split(';').next().unwrap();
            // The value itself may end with a sign of equality.
            let gone = pair
                .split_once('=')
                .is_none_or(|(_, value)| value.is_empty());
            *self.cookie.lock().unwrap() = (!gone).then(|| pair.to_owned());
        }
        if let Some(csrf) = response.headers().get("x-csrf-token") {
            *self.csrf.lock().unwrap() = Some(csrf.to_str().unwrap().to_owned());
        }
        Ok(response)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path)).await
    }

    /// A GraphQL request in JSON.
    pub async fn gql(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        self.answer(self.request(Method::POST, "/query").json(&body))
            .await
    }

    /// Sends a GraphQL request and keeps the errors of its answer.
    pub async fn answer(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(self.send(request).await).await;
        if let Some(errors) = answer.body.get("errors") {
            self.errors.lock().unwrap().push(errors.clone());
        }
        answer
    }

    /// A GraphQL multipart request, answered.
    pub async fn multipart(&self, query: &str, variables: Value, files: &[File]) -> Answer {
        self.answer(self.form(query, &variables, files)).await
    }

    /// A GraphQL multipart request.
    pub fn form(&self, query: &str, variables: &Value, files: &[File]) -> RequestBuilder {
        let mut map = serde_json::Map::new();
        for (index, file) in files.iter().enumerate() {
            map.insert(index.to_string(), json!([file.path]));
        }
        let operations = json!({ "query": query, "variables": variables }).to_string();
        let mut form = Form::new()
            .text("operations", operations)
            .text("map", Value::Object(map).to_string());
        for (index, file) in files.iter().enumerate() {
            form = form.part(
                index.to_string(),
                Part::bytes(file.bytes.clone()).file_name(file.name),
            );
        }
        self.request(Method::POST, "/query").multipart(form)
    }

    /// Puts one picture up; `input` are the fields besides the file.
    pub async fn upload(&self, mut input: Value, bytes: Vec<u8>) -> Answer {
        input["file"] = Value::Null;
        let query = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id title url thumbnailUrl previewUrl originalUrl width height format size } }";
        let file = File {
            path: "variables.input.0.file",
            name: "picture.jpg",
            bytes,
        };
        self.multipart(query, json!({ "input": [input] }), &[file])
            .await
    }

    /// The id of a picture put up.
    pub async fn put_up(&self, input: Value, bytes: Vec<u8>) -> String {
        self.upload(input, bytes).await.data()["uploadImages"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn register(&self, name: &str, email: &str) -> Answer {
        let input = json!({ "username": name, "email": email, "password": PASSWORD });
        self.gql(
            "mutation($input: NewUserInput!) { registerUser(input: $input) { id username email } }",
            json!({ "input": input }),
        )
        .await
    }

    pub async fn confirm(&self, token: &str) -> Answer {
        self.gql(
            "mutation($t: String!) { validateUser(validationToken: $t) }",
            json!({ "t": token }),
        )
        .await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let input = json!({ "email": email, "password": password });
        self.gql(
            "mutation($input: LoginInput!) { login(input: $input) }",
            json!({ "input": input }),
        )
        .await
    }

    /// The id of who is signed in.
    pub async fn id(&self) -> String {
        self.gql("{ me { id } }", Value::Null).await.data()["me"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn buy(&self, id: &str) -> Answer {
        self.gql(
            "mutation($id: ID!) { buyImage(id: $id) { id price title } }",
            json!({ "id": id }),
        )
        .await
    }

    pub(super) async fn wait_until_ready(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if self
                .request(Method::GET, "/readyz")
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return;
            }
            assert!(Instant::now() < end, "the server does not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
