//! From a filter as it arrives to one that has been checked.

use crate::domain::id::{ProductId, UserId};
use crate::domain::invalid::Invalid;
use crate::domain::label::{Label, MAX_LABELS};
use crate::domain::money::Cents;
use crate::domain::search::ProductFilter;
use crate::domain::words::WordQuery;
use crate::services::similarity::Look;

/// Most characters of a search text: as many as the longest text that it could find.
const MAX_TEXT: usize = 400;
/// Most words of a search text: each costs a look into the index.
const MAX_WORDS: usize = 32;

/// The filters of a search as they arrive.
#[derive(Debug, Clone, Default)]
pub struct ImageSearch {
    /// A product's id.
    pub id: Option<String>,
    /// An owner's id.
    pub user_id: Option<String>,
    /// Words of the title, each may be cut short at its end.
    pub title: Option<String>,
    /// Words of title, description or labels.
    pub text: Option<String>,
    /// Labels.
    pub labels: Option<Vec<String>>,
    /// All of the labels instead of any.
    pub match_all: bool,
    /// The flag compared.
    pub private: Option<bool>,
    /// The flag compared.
    pub archived: Option<bool>,
    /// The flag compared.
    pub for_sale: Option<bool>,
    /// At most this final price.
    pub price_limit: Option<f64>,
    /// At most this discount.
    pub discount_percent_limit: Option<i64>,
    /// The viewer bought it, or did not.
    pub purchased: Option<bool>,
    /// Looks like this picture.
    pub image: Option<Look>,
}

impl ImageSearch {
    /// Checks every filter that is given.
    pub(super) fn parse(&self) -> Result<ProductFilter, Invalid> {
        Ok(ProductFilter {
            id: self.id.as_deref().map(ProductId::parse),
            owner: self.user_id.as_deref().map(UserId::parse),
            title: words("title", self.title.as_deref())?,
            text: words("text", self.text.as_deref())?,
            labels: labels(self.labels.as_deref().unwrap_or_default())?,
            match_all: self.match_all,
            private: self.private,
            archived: self.archived,
            for_sale: self.for_sale,
            price_limit: self
                .price_limit
                .map(|limit| Cents::parse_limit("priceLimit", limit))
                .transpose()?,
            discount_limit: self.discount_percent_limit.map(discount).transpose()?,
            purchased: self.purchased,
        })
    }
}

fn words(field: &str, text: Option<&str>) -> Result<WordQuery, Invalid> {
    if text.is_some_and(|t| t.chars().count() > MAX_TEXT) {
        return Err(Invalid::new(
            field,
            format!("must have at most {MAX_TEXT} characters"),
        ));
    }
    match WordQuery::parse(text) {
        WordQuery::All(words) if words.len() > MAX_WORDS => Err(Invalid::new(
            field,
            format!("must have at most {MAX_WORDS} words"),
        )),
        query => Ok(query),
    }
}

fn labels(raw: &[String]) -> Result<Vec<Label>, Invalid> {
    if raw.len() > MAX_LABELS {
        return Err(Invalid::new(
            "labels",
            format!("must be at most {MAX_LABELS}"),
        ));
    }
    Label::parse_all(raw)
}

fn discount(limit: i64) -> Result<i64, Invalid> {
    if limit >= 0 {
        Ok(limit.min(100))
    } else {
        Err(Invalid::new("discountPercentLimit", "must be zero or more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_filters_name_their_field() {
        let of = |search: ImageSearch| search.parse().unwrap_err().field;
        assert_eq!(
            of(ImageSearch {
                price_limit: Some(-0.01),
                ..Default::default()
            }),
            "priceLimit"
        );
        assert_eq!(
            of(ImageSearch {
                discount_percent_limit: Some(-1),
                ..Default::default()
            }),
            "discountPercentLimit"
        );
        assert_eq!(
            of(ImageSearch {
                title: Some("x".repeat(401)),
                ..Default::default()
            }),
            "title"
        );
        let many: Vec<String> = (0..33).map(|n| format!("w{n}")).collect();
        assert_eq!(
            of(ImageSearch {
                text: Some(many.join(" ")),
                ..Default::default()
            }),
            "text"
        );
        assert_eq!(
            of(ImageSearch {
                labels: Some(vec!["a".into(), String::new()]),
                ..Default::default()
            }),
            "labels.1"
        );
    }

    #[test]
    fn an_id_that_names_nothing_finds_nothing() {
        assert!(
            ImageSearch {
                id: Some("x".into()),
                ..Default::default()
            }
            .parse()
            .unwrap()
            .finds_nothing()
        );
        assert!(
            ImageSearch {
                user_id: Some("-1".into()),
                ..Default::default()
            }
            .parse()
            .unwrap()
            .finds_nothing()
        );
        assert!(!ImageSearch::default().parse().unwrap().finds_nothing());
    }
}
