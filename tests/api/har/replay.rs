//! Plays entries as Postman and Insomnia do, which keep the cookie, and fills the placeholders in.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::{Answer, Client};

/// Where the archive's requests go.
const RECORDED: &str = "http://localhost:8080";

/// Somebody who plays the archive.
pub struct Replay {
    client: Client,
    values: BTreeMap<String, String>,
}

impl Replay {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            values: BTreeMap::new(),
        }
    }

    /// Sends an entry's request, and keeps what its answer gives to later ones.
    pub async fn play(&mut self, entry: &Value) -> Answer {
        self.read_mails(entry).await;
        let request = self.request(&entry["request"]);
        let answer = Answer::of(self.client.send(request).await).await;
        // The archive says itself where the token goes.
        if let Some(csrf) = self.client.csrf.lock().unwrap().take() {
            self.values.insert("csrf".to_owned(), csrf);
        }
        for (name, place) in entry["_captured"].as_object().into_iter().flatten() {
            let found = answer.body.pointer(place.as_str().unwrap());
            let found = found.unwrap_or_else(|| panic!("no {place} in {}", answer.body));
            let text = found
                .as_str()
                .map_or_else(|| found.to_string(), str::to_owned);
            self.values.insert(name.clone(), text);
        }
        answer
    }

    async fn read_mails(&mut self, entry: &Value) {
        for (name, mail) in entry["_mailed"].as_object().into_iter().flatten() {
            let (to, path) = (mail["to"].as_str().unwrap(), mail["path"].as_str().unwrap());
            let token = self.client.mailed_token(to, path).await;
            self.values.insert(name.clone(), token);
        }
    }

    fn request(&self, request: &Value) -> RequestBuilder {
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let path = request["url"]
            .as_str()
            .unwrap()
            .strip_prefix(RECORDED)
            .unwrap();
        let mut built = self.client.request(method, path);
        for header in request["headers"].as_array().unwrap() {
            let value = self.filled(header["value"].as_str().unwrap());
            built = built.header(header["name"].as_str().unwrap(), value);
        }
        let body = &request["postData"];
        match (body["text"].as_str(), body["params"].as_array()) {
            (Some(text), _) => built.body(self.filled(text)),
            (_, Some(parts)) => built.multipart(self.form(parts)),
            _ => built,
        }
    }

    fn form(&self, parts: &[Value]) -> Form {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        parts.iter().fold(Form::new(), |form, part| {
            let name = part["name"].as_str().unwrap().to_owned();
            let Some(file) = part["fileName"].as_str() else {
                return form.text(name, self.filled(part["value"].as_str().unwrap()));
            };
            let bytes = std::fs::read(project.join(file)).unwrap();
            let content_type = part["contentType"].as_str().unwrap();
            let content = Part::bytes(bytes).file_name(file.to_owned());
            form.part(name, content.mime_str(content_type).unwrap())
        })
    }

    /// A text with its `{{placeholders}}` replaced.
    fn filled(&self, text: &str) -> String {
        let known = self.values.iter();
        let filled = known.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{{name}}}}}"), value)
        });
        assert!(!filled.contains("{{"), "nothing to fill in: {filled}");
        filled
    }
}
