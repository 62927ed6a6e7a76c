//! What is said of a picture, and how the file is handed in.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{assert_empty, studio, titled};
use crate::corpus;
use crate::support::{Answer, Client};

fn with(change: &Value) -> Value {
    let mut input = titled("good");
    for (name, value) in change.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// K5, C6
#[tokio::test]
async fn a_bad_input_is_named_by_its_path_and_spoils_the_batch() {
    let (server, member) = studio(&[]).await;
    let labels: Vec<String> = (0..31).map(|n| format!("l{n}")).collect();
    for (change, field) in [
        (json!({ "title": "" }), "title"),
        (json!({ "title": " \u{a0} " }), "title"),
        (json!({ "title": "ä".repeat(101) }), "title"),
        (json!({ "title": "a\u{7}b" }), "title"),
        (json!({ "title": "a\nb" }), "title"),
        (json!({ "title": "\u{202e}gpj.exe" }), "title"),
        (json!({ "description": "ä".repeat(401) }), "description"),
        (json!({ "description": "a\u{0}b" }), "description"),
        (json!({ "labels": ["ok", "ä".repeat(51)] }), "labels.1"),
        (json!({ "labels": [" "] }), "labels.0"),
        (json!({ "labels": labels }), "labels"),
        (json!({ "price": -1 }), "price"),
        (json!({ "price": -0.01 }), "price"),
        (json!({ "price": 0.001 }), "price"),
        (json!({ "price": 1_000_000.01 }), "price"),
        (json!({ "price": 1e300 }), "price"),
        (json!({ "discountPercent": 101 }), "discountPercent"),
        (json!({ "discountPercent": -1 }), "discountPercent"),
    ] {
        let mut batch: Vec<_> = (0..5)
            .map(|_| (titled("good"), corpus::png(8, 8)))
            .collect();
        batch[3].0 = with(&change);
        let answer = member.upload_all(batch).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{change}");
        assert_eq!(answer.field(), format!("input.3.{field}"), "{change}");
    }
    for change in [
        json!({ "title": null }),
        json!({ "price": "1" }),
        json!({ "discountPercent": 1.5 }),
    ] {
        let answer = member.upload(with(&change), corpus::png(8, 8)).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{change}");
    }
    assert_empty(&server, &member).await;
}

/// Sent, and what is read of it.
fn edges() -> Vec<(Value, Value)> {
    let upper: Vec<String> = (10..40).map(|n| format!("L{n:0>49}")).collect();
    let lower: Vec<String> = upper.iter().map(|label| label.to_lowercase()).collect();
    let (title, description) = ("ä".repeat(100), "ä".repeat(400));
    let same = |input: Value| (input.clone(), input);
    let list = [
        same(json!({ "title": title, "description": description })),
        same(json!({ "price": 1_000_000.00, "discountPercent": 0 })),
        same(json!({ "price": 4.35, "private": true, "forSale": true })),
        same(json!({ "description": "two\nlines" })),
    ];
    let pairs = [
        json!([{ "title": "  a\u{308} " }, { "title": "ä" }]),
        json!([{ "labels": upper }, { "labels": lower }]),
        json!([{ "labels": ["b", "A", "B"] }, { "labels": ["a", "b"] }]),
        json!([{ "price": 0.01 }, { "finalPrice": 0.01 }]),
        json!([{ "price": 0.01, "discountPercent": 50 }, { "finalPrice": 0.01 }]),
        json!([{ "price": 4.35, "discountPercent": 100 }, { "finalPrice": 0.0 }]),
        json!([{}, { "archived": false, "private": false, "forSale": false, "currency": "USD" }]),
    ];
    let pairs = pairs.map(|pair| (pair[0].clone(), pair[1].clone()));
    list.into_iter().chain(pairs).collect()
}

/// C6
#[tokio::test]
async fn the_edges_of_what_is_allowed_are_allowed() {
    let (_server, member) = studio(&[]).await;
    let query = "query($id: ID!) { image(id: $id) { title description labels price finalPrice discountPercent currency private forSale archived } }";
    for (sent, wanted) in edges() {
        let id = member.put_up(with(&sent), corpus::png(8, 8)).await;
        let answer = member.gql(query, json!({ "id": id })).await;
        let mut image = answer.data()["image"].clone();
        let labels = image["labels"].as_array_mut().unwrap();
        labels.sort_by_key(|label| label.as_str().unwrap().to_owned());
        for (field, value) in wanted.as_object().unwrap() {
            assert_eq!(&image[field], value, "{sent}");
        }
    }
}

/// Sends a form as it stands.
async fn send(member: &Client, input: &Value, map: Value, files: &[&str]) -> Answer {
    let query = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id } }";
    let operations = json!({ "query": query, "variables": { "input": input } });
    let mut form = Form::new()
        .text("operations", operations.to_string())
        .text("map", map.to_string());
    for name in files {
        let part = Part::bytes(corpus::png(8, 8)).file_name("p.png");
        form = form.part((*name).to_owned(), part);
    }
    let request = member.request(Method::POST, "/query").multipart(form);
    Answer::of(member.send(request).await).await
}

/// U10: one part goes to one place, and every place gets its part.
#[tokio::test]
async fn files_and_map_must_fit_together() {
    let (server, member) = studio(&[]).await;
    let one = json!([{ "title": "x", "file": null }]);
    let two = json!([{ "title": "x", "file": null }, { "title": "y", "file": null }]);
    let forged = json!([{ "title": "x", "file": "#__graphql_file__:0" }]);
    let place = "variables.input.0.file";
    let refused: [(&Value, Value, &[&str]); 13] = [
        (&one, json!({ "0": [place] }), &[]),
        (&one, json!({}), &["0"]),
        (&one, json!({ "0": [place] }), &["1"]),
        (&one, json!({ "0": [place] }), &["0", "0"]),
        (&one, json!({ "0": ["variables.input.7.file"] }), &["0"]),
        (&one, json!({ "0": ["variables.__proto__"] }), &["0"]),
        (&one, json!({ "0": ["variables.input.0.title"] }), &["0"]),
        (
            &two,
            json!({ "0": [place, "variables.input.1.file"] }),
            &["0"],
        ),
        (&two, json!({ "0": [place], "1": [place] }), &["0", "1"]),
        (&one, json!({ "0": [] }), &["0"]),
        (&one, json!([]), &["0"]),
        (&forged, json!({ "0": ["variables.other"] }), &["0"]),
        (&forged, json!({}), &[]),
    ];
    for (input, map, files) in refused {
        let at = format!("{input} {map} {files:?}");
        let answer = send(&member, input, map, files).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{at}: {}", answer.body);
    }
    for without in [&one, &json!([{ "title": "x" }])] {
        let answer = send(&member, without, json!({}), &[]).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    }
    assert_empty(&server, &member).await;
    let good = send(&member, &one, json!({ "0": [place] }), &["0"]).await;
    assert_eq!(good.data()["uploadImages"].as_array().unwrap().len(), 1);
}

/// U10: a part goes to one place also where a variable carries it to several.
#[tokio::test]
async fn a_variable_puts_a_file_up_once() {
    let (server, member) = studio(&[]).await;
    let put =
        |title: &str| format!("uploadImages(input: [{{title: \"{title}\", file: $f}}]) {{ id }}");
    let twice = r#"uploadImages(input: [{title: "a", file: $f}, {title: "b", file: $f}]) { id }"#;
    let cases = [
        (twice.to_owned(), "input.1.file"),
        (format!("a: {} b: {}", put("a"), put("b")), "input.0.file"),
        (
            format!(
                "a: {} b: updateUser(input: {{avatar: $f}}) {{ id }}",
                put("a")
            ),
            "input.avatar",
        ),
    ];
    for (fields, place) in cases {
        let query = format!("mutation($f: Upload!) {{ {fields} }}");
        let operations = json!({ "query": query, "variables": { "f": null } });
        let form = Form::new()
            .text("operations", operations.to_string())
            .text("map", json!({ "0": ["variables.f"] }).to_string())
            .part("0", Part::bytes(corpus::png(8, 8)).file_name("p.png"));
        let request = member.request(Method::POST, "/query").multipart(form);
        let answer = Answer::of(member.send(request).await).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{fields}: {}", answer.body);
        assert_eq!(answer.field(), place, "{fields}");
    }
    // The first of two mutations was done before the second was refused.
    server.wait_for_objects(8).await;
}

/// Puts a file up under a name, as an SVG.
async fn send_named(member: &Client, name: &str) -> Answer {
    let query = "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id originalUrl format } }";
    let input = json!([{ "title": "x", "file": null }]);
    let operations = json!({ "query": query, "variables": { "input": input } });
    let map = json!({ "0": ["variables.input.0.file"] });
    let part = Part::bytes(corpus::png(8, 8)).file_name(name.to_owned());
    let form = Form::new()
        .text("operations", operations.to_string())
        .text("map", map.to_string())
        .part("0", part.mime_str("image/svg+xml").unwrap());
    let request = member.request(Method::POST, "/query").multipart(form);
    Answer::of(member.send(request).await).await
}

/// U9: names and types that the client declares are not looked at, and are in nothing that is answered.
#[tokio::test]
async fn file_names_are_ignored() {
    let (server, member) = studio(&[]).await;
    let long = format!("{}.png", "n".repeat(4096));
    let names = [
        "../../../etc/passwd",
        "EVIL\"; x=\"y",
        "İ💥.png",
        long.as_str(),
        "",
    ];
    for name in names {
        let answer = send_named(&member, name).await;
        let image = &answer.body["data"]["uploadImages"][0];
        assert_eq!(image["format"], "PNG", "{name:?}: {}", answer.body);
        let original = member.get(image["originalUrl"].as_str().unwrap()).await;
        let id = image["id"].as_str().unwrap();
        let attachment = format!("attachment; filename=\"shotify-{id}.png\"");
        assert_eq!(original.headers()["content-disposition"], attachment);
        assert_eq!(original.headers()["content-type"], "image/png");
    }
    for name in ["EVIL.svg\0.png", "EVIL\r\nSet-Cookie: a=b"] {
        let answer = send_named(&member, name).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "no header may hold these");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let objects = server.objects();
    assert_eq!(objects.len(), 4 * names.len());
    let ours = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'.';
    for path in objects {
        let name = path.file_name().unwrap().to_str().unwrap();
        let extension = path.extension().unwrap();
        assert!(name.len() < 60 && name.bytes().all(ours), "{name}");
        assert!(["png", "jpg"].contains(&extension.to_str().unwrap()));
        assert!(!name.contains("EVIL") && !name.contains("passwd"));
    }
}
