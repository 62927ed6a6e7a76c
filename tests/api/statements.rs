//! A list costs a handful of statements, however long it is.

use serde_json::json;

use crate::support::{Client, Server};

const IMAGE: &str = "id title description user { id username email role bio avatar joined } labels url thumbnailUrl previewUrl
    originalUrl private forSale archived created updated price currency discountPercent finalPrice purchased owned
    width height format size placeholder";
const COPY: &str = "duplicateOf { id title }";
/// The promise of the architecture's section on speed.
const MOST: u64 = 6;

/// Five sellers with images in turn, all bought by Ann; on a server whose worker does not ask for jobs meanwhile.
async fn market(rounds: usize) -> (Server, Client) {
    let server = Server::start().await;
    let mut ann = server.member("ann").await;
    let mut sellers = Vec::new();
    for n in 0..5 {
        sellers.push(server.member(&format!("seller{n}")).await);
    }
    for round in 0..rounds {
        for seller in &sellers {
            let labels = [format!("round {round}"), "all".into()];
            let input =
                json!({ "title": "One of many", "labels": labels, "forSale": true, "price": 1 });
            let id = seller.put_up_one(input).await;
            ann.buy(&id).await.data();
        }
    }
    let quiet = Server::on(server.kill(), &[("WORKER", "off")]).await;
    ann.base.clone_from(&quiet.base);
    (quiet, ann)
}

/// What one request costs; `list` leads to the list in the answer, which must be `rows` long.
async fn cost(server: &Server, ann: &Client, query: &str, list: &str, rows: usize) -> u64 {
    let before = server.statements().await;
    let answer = ann.gql(query, json!({ "n": rows })).await;
    let spent = server.statements().await - before;
    let found = answer.data().pointer(list).unwrap().as_array().unwrap();
    assert_eq!(found.len(), rows, "{query}");
    assert!(spent > 0, "statements are counted");
    spent
}

async fn assert_cost_is_bounded(
    server: &Server,
    ann: &Client,
    query: &str,
    list: &str,
    sizes: &[usize],
) {
    // Statements that a connection prepares once, and the note that the session is in use, are paid here.
    ann.gql(query, json!({ "n": 1 })).await.data();
    let mut costs = Vec::new();
    for size in sizes {
        costs.push(cost(server, ann, query, list, *size).await);
    }
    assert!(
        costs.iter().all(|cost| *cost == costs[0] && *cost <= MOST),
        "{costs:?}: {query}"
    );
}

#[tokio::test]
async fn a_list_of_images_costs_at_most_six_statements_whatever_its_size() {
    let (server, ann) = market(8).await;
    for (query, list) in [
        (
            format!("query($n: Int) {{ images(first: $n) {{ {IMAGE} {COPY} }} }}"),
            "/images",
        ),
        (
            format!(
                "query($n: Int) {{ searchImages(first: $n, orderBy: PRICE_ASC) {{ totalCount nodes {{ {IMAGE} {COPY} }} pageInfo {{ endCursor }} }} }}"
            ),
            "/searchImages/nodes",
        ),
        (
            format!(
                "query($n: Int) {{ searchImages(first: $n, filter: {{ text: \"many\", labels: [\"all\"], purchased: true }}) {{ totalCount edges {{ cursor node {{ {IMAGE} {COPY} }} }} }} }}"
            ),
            "/searchImages/edges",
        ),
    ] {
        assert_cost_is_bounded(&server, &ann, &query, list, &[5, 20, 40]).await;
    }
}

#[tokio::test]
async fn sales_and_members_with_their_images_cost_at_most_six_statements() {
    let (server, ann) = market(4).await;
    let sale = format!(
        "id title price time image {{ {IMAGE} }} buyer {{ username avatar }} seller {{ username avatar }}"
    );
    for (query, list, sizes) in [
        (
            format!("query($n: Int) {{ sales(first: $n) {{ {sale} }} }}"),
            "/sales",
            &[5, 20],
        ),
        (
            format!("query($n: Int) {{ purchases(first: $n) {{ nodes {{ {sale} }} }} }}"),
            "/purchases/nodes",
            &[5, 20],
        ),
        (
            format!(
                "query($n: Int) {{ users(first: $n) {{ username images(first: 4) {{ {IMAGE} }} }} }}"
            ),
            "/users",
            &[2, 6],
        ),
    ] {
        assert_cost_is_bounded(&server, &ann, &query, list, sizes).await;
    }
}
