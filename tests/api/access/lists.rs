//! Reading: by id, in lists, nested, in counts.

use serde_json::{Value, json};

use super::{Actor, Item, Market, ids, text};

const DATA: &str = "fragment data on Image { id url thumbnailUrl previewUrl originalUrl purchased owned private archived forSale labels }";

const PATHS: &str = "query($id: ID!, $label: String!) {
    image(id: $id) { ...data }
    images(input: { id: $id }) { ...data }
    searchImages(filter: { id: $id }) { totalCount nodes { ...data } edges { node { ...data } } }
    byLabel: searchImages(filter: { labels: [$label] }) { totalCount nodes { ...data } }
    byTag: images(input: { text: $label }) { ...data }
    labels(prefix: $label) { name count }
}";

fn check(image: &Value, actor: Actor, item: &Item) {
    let (state, at) = (item.state, format!("{actor:?} {:?}: {image}", item.state));
    let original = actor.may('O', state);
    assert_eq!(image["id"], item.id, "{at}");
    assert_eq!(image["originalUrl"].is_string(), original, "{at}");
    let best = if original {
        "originalUrl"
    } else {
        "previewUrl"
    };
    assert_eq!(image["url"], image[best], "{at}");
    assert_eq!(image["purchased"], actor == Actor::Buyer, "{at}");
    assert_eq!(image["owned"], actor == Actor::Owner, "{at}");
    assert_eq!(image["labels"].as_array().unwrap().len(), 2, "{at}");
    for link in ["thumbnailUrl", "previewUrl"] {
        let signed = text(&image[link]).contains("signature=");
        assert_eq!(signed, !state.hidden(), "{at}");
    }
    assert!(!image["originalUrl"].to_string().contains("signature"));
}

/// Every path to one image says the same.
fn check_paths(data: &Value, actor: Actor, item: &Item) {
    let at = format!("{actor:?} {:?}: {data}", item.state);
    let lists = [
        &data["images"],
        &data["searchImages"]["nodes"],
        &data["byLabel"]["nodes"],
        &data["byTag"],
    ];
    let seen = usize::from(actor.may('M', item.state));
    assert_eq!(data["image"].is_object(), seen == 1, "{at}");
    assert_eq!(data["searchImages"]["totalCount"], seen, "{at}");
    assert_eq!(data["byLabel"]["totalCount"], seen, "{at}");
    let edges = data["searchImages"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), seen, "{at}");
    assert_eq!(data["labels"].as_array().unwrap().len(), seen, "{at}");
    for list in lists {
        assert_eq!(list.as_array().unwrap().len(), seen, "{at}");
    }
    if seen == 1 {
        let images = lists.map(|list| &list[0]);
        let others = [&data["image"], &edges[0]["node"]];
        for image in images.into_iter().chain(others) {
            check(image, actor, item);
        }
        let label = json!({ "name": item.state.label(), "count": 1 });
        assert_eq!(data["labels"][0], label, "{at}");
    }
}

/// Z1, Z2
#[tokio::test]
async fn each_member_finds_what_the_table_says_and_no_more() {
    let market = Market::open().await;
    let query = format!("{PATHS} {DATA}");
    for actor in Actor::MEMBERS {
        for item in &market.items {
            let variables = json!({ "id": item.id, "label": item.state.label() });
            let answer = market.client(actor).gql(&query, variables).await;
            check_paths(answer.data(), actor, item);
        }
        everything_is_counted_alike(&market, actor).await;
    }
    sales_lead_to_their_images(&market).await;
}

async fn everything_is_counted_alike(market: &Market, actor: Actor) {
    let query = "query($owner: ID!, $open: ID!) {
        images { id }
        searchImages { totalCount nodes { id } }
        users(input: { id: $owner }) { images { id } }
        image(id: $open) { user { images(first: 100) { id user { images { id } } } } }
        labels(prefix: \"everything\") { count }
    }";
    let open = &market.item(false, false, false).id;
    let variables = json!({ "owner": market.owner.id().await, "open": open });
    let answer = market.client(actor).gql(query, variables).await;
    let (data, wanted) = (answer.data(), market.visible_to(actor));
    let nested = &data["image"]["user"]["images"];
    for list in [
        &data["images"],
        &data["searchImages"]["nodes"],
        &data["users"][0]["images"],
        nested,
        &nested[0]["user"]["images"],
    ] {
        assert_eq!(ids(list), wanted, "{actor:?}");
    }
    assert_eq!(data["searchImages"]["totalCount"], wanted.len());
    assert_eq!(data["labels"][0]["count"], wanted.len());
}

/// A buyer keeps the data whatever became of the image; a stranger has no sales.
async fn sales_lead_to_their_images(market: &Market) {
    let query = format!(
        "{{ purchases {{ totalCount nodes {{ id image {{ ...data }} seller {{ email images {{ id }} }} }} }}
           sales {{ id image {{ ...data }} buyer {{ email images {{ id }} }} }} }} {DATA}"
    );
    for actor in Actor::MEMBERS {
        let answer = market.client(actor).gql(&query, Value::Null).await;
        let (sales, bought) = (&answer.data()["sales"], &answer.data()["purchases"]);
        let (sold, purchases) = match actor {
            Actor::Owner => (8, 0),
            Actor::Buyer => (8, 8),
            _ => (0, 0),
        };
        assert_eq!(bought["totalCount"], purchases);
        let rows = [(sales, sold), (&bought["nodes"], purchases)];
        for (list, count) in rows {
            let list = list.as_array().unwrap();
            assert_eq!(list.len(), count, "{actor:?}");
            for sale in list {
                let of = |item: &&Item| sale["image"]["id"] == item.id;
                let item = market.items.iter().find(of).unwrap();
                assert_eq!(sale["id"], item.sale);
                check(&sale["image"], actor, item);
            }
        }
    }
}

/// Z1: without a session nothing of the marketplace is answered, whatever the path.
#[tokio::test]
async fn a_guest_is_asked_to_sign_in_everywhere() {
    let market = Market::open().await;
    let id = &market.item(false, false, true).id;
    let documents = [
        format!("{{ image(id: {id}) {{ id }} }}"),
        format!("{{ images(input: {{ id: {id} }}) {{ id }} }}"),
        "{ images { id } }".into(),
        "{ searchImages { totalCount nodes { id } } }".into(),
        "{ searchImages { totalCount } }".into(),
        "{ labels { name count } }".into(),
        "{ users { id images { id } } }".into(),
        "{ sales { image { id } } }".into(),
        "{ purchases { nodes { image { id } } } }".into(),
        format!("mutation {{ updateImage(input: {{ id: {id}, title: \"x\" }}) {{ id }} }}"),
        format!("mutation {{ deleteImages(input: [{id}]) }}"),
        format!("mutation {{ buyImage(id: {id}) {{ id }} }}"),
    ];
    for document in documents {
        let answer = market.guest.gql(&document, Value::Null).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{document}");
        // `image` may be null by its type and is; every other field takes the data along.
        let data = &answer.body["data"];
        let nothing = data.is_null() || *data == json!({ "image": null });
        assert!(nothing, "{document}: {}", answer.body);
    }
    let upload = market
        .guest
        .upload(json!({ "title": "x" }), crate::corpus::png(8, 8));
    assert_eq!(upload.await.code(), "UNAUTHENTICATED");
    assert_eq!(market.server.objects().len(), 32);
}
