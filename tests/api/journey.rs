//! From registration to purchase, with a real photograph.

use serde_json::{Value, json};

use crate::support::Server;

fn photograph() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let photo = files
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "jpg"))
        .unwrap();
    std::fs::read(photo).unwrap()
}

#[tokio::test]
async fn a_photograph_is_put_up_found_bought_and_downloaded() {
    journey(&Server::start().await).await;
}

/// From two registrations to the seller's notice.
pub async fn journey(server: &Server) {
    let seller = server.member("seller").await;
    let buyer = server.member("buyer").await;
    let input = json!({ "title": "Morning", "labels": ["Dawn"], "forSale": true, "price": 20, "discountPercent": 15 });
    let id = seller.put_up(input, photograph()).await;

    let query = "query($f: ImageFilterInput) { searchImages(filter: $f) { totalCount nodes { id finalPrice url previewUrl originalUrl purchased labels user { username } } } }";
    let found = buyer
        .gql(query, json!({ "f": { "text": "dawn", "title": "morn" } }))
        .await;
    let page = &found.data()["searchImages"];
    assert_eq!(page["totalCount"], 1);
    let image = &page["nodes"][0];
    assert_eq!(
        (&image["id"], &image["finalPrice"]),
        (&json!(id), &json!(17.0))
    );
    assert_eq!(
        (&image["originalUrl"], &image["url"]),
        (&Value::Null, &image["previewUrl"])
    );
    assert_eq!(image["user"]["username"], "seller");

    let preview = server
        .guest()
        .get(image["previewUrl"].as_str().unwrap())
        .await;
    assert_eq!(preview.status(), 200);
    assert_eq!(preview.headers()["content-type"], "image/jpeg");

    let sale = buyer.buy(&id).await;
    assert_eq!(sale.data()["buyImage"]["price"], 17.0);
    let bought = buyer
        .gql(
            "query($id: ID!) { image(id: $id) { purchased originalUrl } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(bought.data()["image"]["purchased"], true);
    let original = buyer
        .get(bought.data()["image"]["originalUrl"].as_str().unwrap())
        .await;
    assert_eq!(original.status(), 200);
    assert!(image::load_from_memory(&original.bytes().await.unwrap()).is_ok());

    let receipt = buyer.wait_for_mails("buyer@example.com", 2).await;
    assert!(receipt[0]["text"].as_str().unwrap().contains("17.00 USD"));
    seller.wait_for_mails("seller@example.com", 2).await;
}
