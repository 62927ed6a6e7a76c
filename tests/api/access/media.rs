//! The bytes: every rendition, with and without its signed link, by every method and condition.

use reqwest::{Method, RequestBuilder, Response, StatusCode};

use super::{Actor, Item, Market};
use crate::support::Client;

const RENDITIONS: [&str; 3] = ["thumbnail", "preview", "original"];

/// How the bytes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Get,
    Head,
    Range,
    AnyTag,
    RangeAndTag,
}

impl Way {
    const ALL: [Self; 5] = [
        Self::Get,
        Self::Head,
        Self::Range,
        Self::AnyTag,
        Self::RangeAndTag,
    ];

    fn request(self, client: &Client, path: &str) -> RequestBuilder {
        let method = if self == Self::Head {
            Method::HEAD
        } else {
            Method::GET
        };
        let request = client.request(method, path);
        match self {
            Self::Get | Self::Head => request,
            Self::Range => request.header("range", "bytes=0-9"),
            Self::AnyTag => request.header("if-none-match", "*"),
            Self::RangeAndTag => request
                .header("range", "bytes=0-9")
                .header("if-none-match", "*"),
        }
    }

    const fn allowed(self) -> StatusCode {
        match self {
            Self::Get | Self::Head => StatusCode::OK,
            Self::Range => StatusCode::PARTIAL_CONTENT,
            Self::AnyTag | Self::RangeAndTag => StatusCode::NOT_MODIFIED,
        }
    }
}

/// One cell.
struct Cell<'a> {
    item: &'a Item,
    actor: Actor,
    rendition: usize,
    signed: bool,
}

impl Cell<'_> {
    fn path_of(&self, id: &str) -> String {
        let path = format!("/media/{id}/{}", RENDITIONS[self.rendition]);
        if self.signed {
            // There is no signed link to an original: the thumbnail's signature is tried on it.
            format!("{path}?{}", self.item.proofs[self.rendition % 2])
        } else {
            path
        }
    }

    /// None: it is served.
    fn refusal(&self) -> Option<StatusCode> {
        let state = self.item.state;
        let original = RENDITIONS[self.rendition] == "original";
        let by_link = self.signed && !original && !state.hidden();
        let entitled = self.actor.may(if original { 'O' } else { 'M' }, state);
        if by_link || entitled {
            None
        } else if self.actor == Actor::Guest {
            Some(StatusCode::UNAUTHORIZED)
        } else {
            Some(StatusCode::NOT_FOUND)
        }
    }

    async fn check(&self, market: &Market, way: Way) {
        let client = market.client(self.actor);
        let at = format!(
            "{way:?} {} by {:?}, {:?}",
            self.path_of(&self.item.id),
            self.actor,
            self.item.state
        );
        let request = way.request(client, &self.path_of(&self.item.id));
        let answer = client.send(request).await;
        let Some(refusal) = self.refusal() else {
            assert_eq!(answer.status(), way.allowed(), "{at}");
            return served(way, answer).await;
        };
        assert_eq!(answer.status(), refusal, "{at}");
        for header in [
            "etag",
            "content-range",
            "accept-ranges",
            "content-disposition",
        ] {
            assert!(!answer.headers().contains_key(header), "{header}: {at}");
        }
        let missing = way.request(client, &self.path_of("999999"));
        let missing = client.send(missing).await;
        assert_eq!(missing.status(), refusal, "{at}");
        assert_eq!(
            missing.bytes().await.unwrap(),
            answer.bytes().await.unwrap(),
            "{at}"
        );
    }
}

async fn served(way: Way, answer: Response) {
    let length = answer.headers().get("content-length").cloned();
    assert!(answer.headers().contains_key("etag"));
    let bytes = answer.bytes().await.unwrap();
    match way {
        Way::Get => assert!(image::load_from_memory(&bytes).is_ok()),
        Way::Range => assert_eq!(bytes.len(), 10),
        Way::Head => {
            let length: u64 = length.unwrap().to_str().unwrap().parse().unwrap();
            assert!(length > 10 && bytes.is_empty());
        }
        Way::AnyTag | Way::RangeAndTag => assert!(bytes.is_empty()),
    }
}

/// Z1, Z6, Z7
#[tokio::test]
async fn every_rendition_is_served_as_the_table_says() {
    let market = Market::open().await;
    for item in &market.items {
        for actor in Actor::ALL {
            for (rendition, signed) in (0..3).flat_map(|r| [(r, false), (r, true)]) {
                let cell = Cell {
                    item,
                    actor,
                    rendition,
                    signed,
                };
                for way in Way::ALL {
                    cell.check(&market, way).await;
                }
            }
        }
    }
}

/// A link in an image's data works for whoever was given it, and a guest's browser may show the signed ones.
#[tokio::test]
async fn the_links_in_the_data_work() {
    let market = Market::open().await;
    let query = "query($id: ID!) { image(id: $id) { url thumbnailUrl previewUrl originalUrl } }";
    for (actor, item) in Actor::MEMBERS
        .into_iter()
        .flat_map(|actor| market.items.iter().map(move |item| (actor, item)))
    {
        let client = market.client(actor);
        let answer = client
            .gql(query, serde_json::json!({ "id": item.id }))
            .await;
        let Some(image) = answer.data()["image"].as_object() else {
            continue;
        };
        for link in image.values().filter_map(|link| link.as_str()) {
            assert_eq!(client.get(link).await.status(), 200, "{actor:?} {link}");
            let guest = market.guest.get(link).await.status();
            let wanted = if link.contains("signature") { 200 } else { 401 };
            assert_eq!(guest, wanted, "{link}");
        }
    }
}
