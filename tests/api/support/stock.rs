//! What sellers and buyers do again and again: put up many, change, buy on terms, delete.

use serde_json::{Value, json};

use super::{Answer, Client, File};
use crate::corpus;

const UPDATE: &str = "mutation($input: UpdateImageInput!) { updateImage(input: $input) { id price discountPercent finalPrice archived updated } }";
const BUY: &str = "mutation($id: ID!, $p: Float, $k: String) { buyImage(id: $id, expectedPrice: $p, idempotencyKey: $k)
    { id title price listPrice discountPercent currency time image { id } buyer { id } seller { id } } }";

impl Client {
    /// Puts up the same tiny picture with each of these inputs (the fields besides the file); the ids in order.
    pub async fn put_up_all(&self, inputs: &[Value]) -> Vec<String> {
        let mut ids = Vec::new();
        for some in inputs.chunks(20) {
            let mut inputs = some.to_vec();
            let files = inputs.iter_mut().enumerate().map(|(index, input)| {
                input["file"] = Value::Null;
                File {
                    path: format!("variables.input.{index}.file").leak(),
                    name: "tiny.png",
                    bytes: corpus::png(8, 8),
                }
            });
            let files: Vec<File> = files.collect();
            let query =
                "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id } }";
            let answer = self
                .multipart(query, json!({ "input": inputs }), &files)
                .await;
            let images = answer.data()["uploadImages"].as_array().unwrap();
            ids.extend(
                images
                    .iter()
                    .map(|image| image["id"].as_str().unwrap().to_owned()),
            );
        }
        ids
    }

    /// Puts up one tiny picture.
    pub async fn put_up_one(&self, input: Value) -> String {
        self.put_up_all(&[input]).await.remove(0)
    }

    /// Changes these fields of an image.
    pub async fn change(&self, id: &str, mut fields: Value) -> Answer {
        fields["id"] = json!(id);
        self.gql(UPDATE, json!({ "input": fields })).await
    }

    pub async fn delete(&self, ids: &[&str]) -> Answer {
        let query = "mutation($ids: [ID!]!) { deleteImages(input: $ids) }";
        self.gql(query, json!({ "ids": ids })).await
    }

    /// Buys, with `p` as the expected price and `k` as the key where they are not null.
    pub async fn buy_on(&self, id: &str, p: Value, k: Value) -> Answer {
        self.gql(BUY, json!({ "id": id, "p": p, "k": k })).await
    }

    /// How many purchases the client has.
    pub async fn purchases(&self) -> i64 {
        let answer = self.gql("{ purchases { totalCount } }", Value::Null).await;
        answer.data()["purchases"]["totalCount"].as_i64().unwrap()
    }
}
