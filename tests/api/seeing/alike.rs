//! A picture finds itself, in whatever file it comes and wherever it stands in the request.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ask, cropped, encoded_again, found, photo, similar, titles};
use crate::corpus;
use crate::support::{Client, Server};

/// Four photographs that have nothing in common.
async fn gallery() -> (Server, Client) {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let pictures = [
        ("Cat", corpus::CAT),
        ("Sea", corpus::SEA),
        ("Statue", corpus::STATUE),
        ("Bear", corpus::BEAR),
    ];
    let inputs = pictures.map(|(title, bytes)| (json!({ "title": title }), bytes.to_vec()));
    anna.upload_all(inputs.to_vec()).await.data();
    (server, anna)
}

/// Servers side by side follow each other's commits once a second; a search does not wait for that.
#[tokio::test]
async fn what_was_put_up_on_one_server_is_found_at_once_on_another() {
    let (server, anna) = gallery().await;
    let beside = Server::on(Arc::clone(&server.data), &[]).await;
    let there = anna.at(&beside);
    assert_eq!(found(&there, corpus::CAT).await, ["Cat"]);
    for number in 0..5 {
        let title = format!("Mountain {number}");
        let look = photo("machu-picchu");
        anna.put_up(json!({ "title": title }), look.clone()).await;
        assert!(found(&there, &look).await.contains(&title), "{title}");
    }
}

#[tokio::test]
async fn the_file_may_stand_wherever_clients_put_it() {
    let (_server, anna) = gallery().await;
    let (file, filter) = (
        json!({ "file": null }),
        json!({ "input": { "image": null } }),
    );
    let shapes = [
        (
            "query($file: Upload!) { images(input: {image: $file}) { id title } }",
            &file,
            "variables.file",
        ),
        (
            "query($file: Upload) { images(input: {image: $file}, first: 1) { id, title, } }",
            &file,
            "variables.file",
        ),
        (
            "query($input: ImageFilterInput) { images(input: $input) { title } }",
            &filter,
            "variables.input.image",
        ),
        (
            "query($file: Upload!) { ...Alike } fragment Alike on Query { images(input: {image: $file}) { title } }",
            &file,
            "variables.file",
        ),
        (
            "query($file: Upload!) { searchImages(filter: {image: $file}) { nodes { title } } }",
            &file,
            "variables.file",
        ),
        (
            "query($input: ImageFilterInput!) { searchImages(filter: $input) { nodes { title } } }",
            &filter,
            "variables.input.image",
        ),
        (
            "query($file: Upload!) { ... on Query { ...Page } } fragment Page on Query { searchImages(filter: {image: $file}) { nodes { title } } }",
            &file,
            "variables.file",
        ),
    ];
    for (query, variables, path) in shapes {
        let answer = ask(&anna, query, variables.clone(), path, corpus::SEA).await;
        let data = answer.data();
        let list = data.get("images").unwrap_or(&data["searchImages"]["nodes"]);
        assert_eq!(titles(list), ["Sea"], "{query}");
    }
}

/// The file is so large that the fields read it at the same time.
#[tokio::test]
async fn one_file_may_be_looked_at_several_times_in_one_request() {
    let (_server, anna) = gallery().await;
    let large = noise(1600);
    anna.put_up(json!({ "title": "Noise" }), large.clone())
        .await;
    let fields = (0..2).map(|n| format!("n{n}: images(input: {{image: $file}}) {{ title }} "));
    let query = ["query($file: Upload!) {".to_owned()].into_iter();
    let query: String = query.chain(fields).chain(["}".to_owned()]).collect();
    let answer = ask(
        &anna,
        &query,
        json!({ "file": null }),
        "variables.file",
        &large,
    )
    .await;
    for (name, images) in answer.data().as_object().unwrap() {
        assert_eq!(titles(images), ["Noise"], "{name}");
    }
}

#[tokio::test]
async fn a_picture_is_found_by_its_file_by_a_crop_and_by_a_bad_copy() {
    let (_server, anna) = gallery().await;
    for (title, picture) in [
        ("Cat", corpus::CAT),
        ("Statue", corpus::STATUE),
        ("Bear", corpus::BEAR),
    ] {
        assert_eq!(found(&anna, picture).await, [title]);
        assert_eq!(found(&anna, &encoded_again(picture, 40)).await[0], title);
        assert_eq!(found(&anna, &cropped(picture)).await[0], title);
    }
}

#[tokio::test]
async fn of_equally_alike_pictures_the_same_file_comes_first() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let first = photo("scarlet-macaw");
    let second = encoded_again(&first, 75);
    anna.put_up(json!({ "title": "First" }), first.clone())
        .await;
    anna.put_up(json!({ "title": "Second" }), second.clone())
        .await;
    assert_eq!(found(&anna, &first).await, ["First", "Second"]);
    assert_eq!(found(&anna, &second).await, ["Second", "First"]);

    // The same pixels in two files.
    let one = corpus::png(40, 30);
    let other = corpus::with_chunks(&one, &[(b"tEXt", b"Comment\0other")]);
    let another = corpus::webp(40, 30);
    anna.put_up(json!({ "title": "Portable" }), one.clone())
        .await;
    anna.put_up(json!({ "title": "Webby" }), another.clone())
        .await;
    assert_eq!(found(&anna, &one).await, ["Portable", "Webby"]);
    assert_eq!(found(&anna, &another).await, ["Webby", "Portable"]);
    assert_eq!(found(&anna, &other).await.len(), 2);
}

#[tokio::test]
async fn a_picture_like_no_other_finds_nothing() {
    let (_server, anna) = gallery().await;
    for picture in [corpus::png(8, 8), corpus::jpeg(300, 200), noise(120)] {
        assert_eq!(found(&anna, &picture).await, [""; 0]);
    }
}

#[tokio::test]
async fn similar_images_come_with_their_similarity_and_without_the_image_itself() {
    let (_server, anna) = gallery().await;
    let cat = corpus::CAT;
    let again = anna
        .put_up(json!({ "title": "Bad cat" }), encoded_again(cat, 40))
        .await;
    let cut = anna
        .put_up(json!({ "title": "Near cat" }), cropped(cat))
        .await;
    let from_bad = similar(&anna, &again).await;
    assert_eq!(from_bad, ["Cat", "Near cat"]);
    assert_eq!(similar(&anna, &cut).await.len(), 2);

    let query = "query($id: ID!, $n: Int) { similarImages(id: $id, first: $n) { similarity image { title } } }";
    let answer = anna.gql(query, json!({ "id": again, "n": 1 })).await;
    let only = answer.data()["similarImages"].as_array().unwrap().clone();
    assert_eq!((only.len(), &only[0]["image"]["title"]), (1, &json!("Cat")));
    let similarity = only[0]["similarity"].as_f64().unwrap();
    assert!((0.85..=1.0).contains(&similarity), "{similarity}");
    let default = anna
        .gql(query, json!({ "id": again, "n": Value::Null }))
        .await;
    assert_eq!(default.data()["similarImages"].as_array().unwrap().len(), 2);
}

/// Every pixel another, none of them by chance.
fn noise(side: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let mixed = (x * 7919 + y * 104_729 + x * y + 1).wrapping_mul(2_654_435_761);
        image::Rgb([
            mixed.to_le_bytes()[1],
            mixed.to_le_bytes()[2],
            mixed.to_le_bytes()[3],
        ])
    };
    let picture = image::RgbImage::from_fn(side, side, pixel);
    corpus::file(picture, image::ImageFormat::Png)
}
