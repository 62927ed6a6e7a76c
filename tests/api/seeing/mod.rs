//! Pictures are found by their look, recognised when they come again, and put into words.

mod access;
mod alike;
mod copies;
mod filters;
mod labelling;
mod pages;
mod refusals;
mod starting;
mod words;

use std::time::{Duration, Instant};

use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

use crate::support::{Answer, Client, File};

/// The plain list, the pages and the count of what a filter finds.
const BOTH: &str = "query($f: ImageFilterInput) {
    images(input: $f, first: 100) { title }
    searchImages(filter: $f, first: 100) { totalCount nodes { title } } }";

/// One of the demo's photographs.
fn photo(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/photos");
    std::fs::read(format!("{folder}/{name}.jpg")).unwrap()
}

/// Writes pixels as a JPEG of this quality.
fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture.to_rgb8().write_with_encoder(encoder).unwrap();
    bytes
}

/// The same picture in another file of this quality.
fn encoded_again(file: &[u8], quality: u8) -> Vec<u8> {
    jpeg(&image::load_from_memory(file).unwrap(), quality)
}

/// The same picture with a tenth cut off at each side.
fn cropped(file: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(file).unwrap();
    let (width, height) = (picture.width(), picture.height());
    let middle = picture.crop_imm(width / 10, height / 10, width * 8 / 10, height * 8 / 10);
    jpeg(&middle, 85)
}

/// A request with one picture.
async fn ask(
    client: &Client,
    query: &str,
    variables: Value,
    path: &'static str,
    picture: &[u8],
) -> Answer {
    let file = File {
        path,
        name: "look.jpg",
        bytes: picture.to_vec(),
    };
    client.multipart(query, variables, &[file]).await
}

/// Titles of a list of images, in its order.
fn titles(images: &Value) -> Vec<String> {
    let images = images.as_array().unwrap().iter();
    let titles = images.map(|image| image["title"].as_str().unwrap().to_owned());
    titles.collect()
}

/// Titles of what a picture finds together with other filters; the list, the pages and the count agree.
async fn found_with(client: &Client, mut filter: Value, picture: &[u8]) -> Vec<String> {
    filter["image"] = Value::Null;
    let answer = ask(
        client,
        BOTH,
        json!({ "f": filter }),
        "variables.f.image",
        picture,
    )
    .await;
    let data = answer.data();
    let listed = titles(&data["images"]);
    assert_eq!(titles(&data["searchImages"]["nodes"]), listed, "{filter}");
    assert_eq!(data["searchImages"]["totalCount"], listed.len(), "{filter}");
    listed
}

/// Titles of what a picture finds.
async fn found(client: &Client, picture: &[u8]) -> Vec<String> {
    found_with(client, json!({}), picture).await
}

/// Titles of what looks like an image.
async fn similar(client: &Client, id: &str) -> Vec<String> {
    let query = "query($id: ID!) { similarImages(id: $id) { similarity image { title } } }";
    let answer = client.gql(query, json!({ "id": id })).await;
    let found = answer.data()["similarImages"].as_array().unwrap().iter();
    let title = |found: &Value| found["image"]["title"].as_str().unwrap().to_owned();
    found.map(title).collect()
}

/// Asks again and again until the answer is good.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(good) = look().await {
            return good;
        }
        assert!(Instant::now() < end, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
