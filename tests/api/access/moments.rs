//! A change holds from the next request on.

use reqwest::{Method, Response};
use serde_json::json;

use super::{Market, text};
use crate::support::Client;

/// Asks as a browser that has the bytes already.
async fn again(client: &Client, path: &str, tag: &str) -> [u16; 3] {
    let ask = async |name: &str, value: &str| {
        let request = client.request(Method::GET, path).header(name, value);
        client.send(request).await.status().as_u16()
    };
    let plain = client.get(path).await.status().as_u16();
    [
        plain,
        ask("if-none-match", tag).await,
        ask("range", "bytes=0-0").await,
    ]
}

fn tag(answer: &Response) -> String {
    answer.headers()["etag"].to_str().unwrap().to_owned()
}

async fn sees(client: &Client, id: &str) -> bool {
    let query = "query($id: ID!) { image(id: $id) { id } images(input: { id: $id }) { id } }";
    let answer = client.gql(query, json!({ "id": id })).await;
    let data = answer.data();
    assert_eq!(data["image"].is_null(), data["images"][0].is_null());
    !data["image"].is_null()
}

/// Z6, K4
#[tokio::test]
async fn a_hidden_image_is_gone_at_once_and_comes_back_at_once() {
    let market = Market::open().await;
    let item = market.item(false, false, false);
    let original = format!("/media/{}/original", item.id);
    for flag in ["private", "archived"] {
        for (rendition, proof) in ["thumbnail", "preview"].into_iter().zip(&item.proofs) {
            let bare = format!("/media/{}/{rendition}", item.id);
            let link = format!("{bare}?{proof}");
            let known = tag(&market.guest.get(&link).await);
            let original_tag = tag(&market.member.get(&original).await);

            market
                .owner
                .change(&item.id, json!({ flag: true }))
                .await
                .data();
            assert!(!sees(&market.member, &item.id).await);
            assert_eq!(again(&market.guest, &link, &known).await, [401; 3]);
            assert_eq!(again(&market.member, &link, &known).await, [404; 3]);
            assert_eq!(again(&market.member, &bare, &known).await, [404; 3]);
            assert_eq!(
                again(&market.member, &original, &original_tag).await,
                [404; 3]
            );
            for keeper in [&market.owner, &market.buyer] {
                assert!(sees(keeper, &item.id).await);
                for path in [&link, &bare, &original] {
                    assert_eq!(keeper.get(path).await.status(), 200);
                }
            }

            market
                .owner
                .change(&item.id, json!({ flag: false }))
                .await
                .data();
            assert!(sees(&market.member, &item.id).await);
            assert_eq!(again(&market.guest, &link, &known).await, [200, 304, 206]);
            assert_eq!(
                again(&market.member, &original, &original_tag).await,
                [200, 304, 206]
            );
        }
    }
}

/// Z6
#[tokio::test]
async fn an_original_put_on_sale_is_closed_at_once_and_opened_by_buying() {
    let market = Market::open().await;
    let id = &market.item(false, false, false).id;
    let original = format!("/media/{id}/original");
    let known = tag(&market.member.get(&original).await);
    market
        .owner
        .change(id, json!({ "forSale": true }))
        .await
        .data();
    assert_eq!(again(&market.member, &original, &known).await, [404; 3]);
    market.member.buy(id).await.data();
    assert_eq!(
        again(&market.member, &original, &known).await,
        [200, 304, 206]
    );
    market
        .owner
        .change(id, json!({ "private": true }))
        .await
        .data();
    assert_eq!(
        again(&market.member, &original, &known).await,
        [200, 304, 206]
    );
}

/// Z6: the link stays, the picture behind it changes, and with it the tag.
#[tokio::test]
async fn the_watermark_comes_and_goes_under_the_same_link() {
    let market = Market::open().await;
    let item = market.item(false, false, false);
    let link = format!("/media/{}/preview?{}", item.id, item.proofs[1]);
    let plain = market.guest.get(&link).await;
    let (plain_tag, plain) = (tag(&plain), plain.bytes().await.unwrap());
    market
        .owner
        .change(&item.id, json!({ "forSale": true }))
        .await
        .data();
    let marked = market
        .guest
        .send(
            market
                .guest
                .request(Method::GET, &link)
                .header("if-none-match", &plain_tag),
        )
        .await;
    assert_eq!(marked.status(), 200);
    assert_ne!(tag(&marked), plain_tag);
    assert_ne!(marked.bytes().await.unwrap(), plain);
    for client in [&market.owner, &market.buyer, &market.member] {
        assert_ne!(client.get(&link).await.bytes().await.unwrap(), plain);
    }
    market
        .owner
        .change(&item.id, json!({ "forSale": false }))
        .await
        .data();
    assert_eq!(
        again(&market.guest, &link, &plain_tag).await,
        [200, 304, 206]
    );
}

/// Z6: whoever signed out has no rights left, their old cookie neither.
#[tokio::test]
async fn an_old_cookie_opens_nothing() {
    let market = Market::open().await;
    let original = format!("/media/{}/original", market.item(true, false, false).id);
    let old = market.owner.another_tab();
    let known = tag(&old.get(&original).await);
    let answer = market.owner.gql("mutation { logout }", json!(null)).await;
    assert_eq!(text(&json!(answer.data()["logout"].to_string())), "true");
    assert_eq!(again(&old, &original, &known).await, [401; 3]);
}
