//! Several pictures in one request.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value, json};

use super::{Answer, Client};

/// Puts pictures up and says all that one might want to know of them.
pub const UPLOAD: &str = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id url thumbnailUrl previewUrl originalUrl width height format size placeholder } }";

impl Client {
    /// Puts several pictures up at once: the fields besides the file, and the file.
    pub async fn upload_all(&self, pictures: Vec<(Value, Vec<u8>)>) -> Answer {
        let (mut input, mut map, mut parts) = (Vec::new(), Map::new(), Vec::new());
        for (index, (mut fields, bytes)) in pictures.into_iter().enumerate() {
            fields["file"] = Value::Null;
            input.push(fields);
            map.insert(
                index.to_string(),
                json!([format!("variables.input.{index}.file")]),
            );
            parts.push((index.to_string(), Part::bytes(bytes).file_name("p.jpg")));
        }
        let operations = json!({ "query": UPLOAD, "variables": { "input": input } });
        let mut form = Form::new()
            .text("operations", operations.to_string())
            .text("map", Value::Object(map).to_string());
        for (name, part) in parts {
            form = form.part(name, part);
        }
        let request = self.request(Method::POST, "/query").multipart(form);
        Answer::of(self.send(request).await).await
    }
}
