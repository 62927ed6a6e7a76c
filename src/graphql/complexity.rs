//! How many objects a document may make: nested page sizes multiply (rules, Limits: 25,000).

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerResult, Value, Variables};

use super::codes::{Code, server_error};
use crate::domain::page::MAX_SIZE;

/// No list is longer.
const MAX_ROWS: u64 = MAX_SIZE.unsigned_abs();

/// Rows of each list when the document does not say.
const DEFAULTS: [(&str, u64); 8] = [
    ("users", 50),
    ("images", 50),
    ("searchImages", 50),
    ("sales", 50),
    ("purchases", 50),
    ("labels", 20),
    ("similarImages", 20),
    ("uploadImages", 20),
];

/// Refuses documents that could answer with more objects than the limit.
pub(super) struct ObjectLimit(pub u64);

impl ExtensionFactory for ObjectLimit {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(self.0))
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ObjectLimit {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        if objects(&document, variables, self.0) > self.0 {
            let message = format!("The document asks for more than {} objects.", self.0);
            return Err(server_error(Code::QueryTooComplex, message));
        }
        Ok(document)
    }
}

/// The objects that a document can make, counted no further than just above `limit`.
fn objects(document: &ExecutableDocument, variables: &Variables, limit: u64) -> u64 {
    let of = |operation: &Positioned<OperationDefinition>| {
        let operation = &operation.node;
        let counter = Counter {
            document,
            operation,
            variables,
            limit,
        };
        counter.selections(&operation.selection_set.node)
    };
    document
        .operations
        .iter()
        .map(|(_, operation)| of(operation))
        .max()
        .unwrap_or(0)
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limit: u64,
}

impl Counter<'_> {
    fn selections(&self, set: &SelectionSet) -> u64 {
        let mut sum = 0u64;
        for item in &set.items {
            // Stopping early keeps the walk bounded by the limit whatever the fragments spread.
            if sum > self.limit {
                break;
            }
            sum = sum.saturating_add(self.selection(&item.node));
        }
        sum
    }

    fn selection(&self, selection: &Selection) -> u64 {
        match selection {
            Selection::Field(field) => self.field(&field.node),
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self
                .fragment(&spread.node.fragment_name.node)
                .map_or(0, |f| self.selections(&f.selection_set.node)),
        }
    }

    fn fragment(&self, name: &Name) -> Option<&FragmentDefinition> {
        self.document
            .fragments
            .get(name)
            .map(|fragment| &fragment.node)
    }

    /// A leaf makes none; an object itself and, as many times as its list is long, what it holds.
    fn field(&self, field: &Field) -> u64 {
        let inner = &field.selection_set.node;
        if inner.items.is_empty() {
            return 0;
        }
        self.rows(field)
            .saturating_mul(self.selections(inner).saturating_add(1))
    }

    fn rows(&self, field: &Field) -> u64 {
        // Of two that are given the larger counts: a null `first` beside a `last` is as if not there.
        let given = ["first", "last"]
            .into_iter()
            .filter_map(|name| field.get_argument(name))
            .filter_map(|value| self.number(&value.node))
            .max();
        let default = || {
            DEFAULTS
                .iter()
                .find(|(name, _)| *name == field.name.node.as_str())
                .map_or(1, |(_, rows)| *rows)
        };
        // A list that is longer is refused where it is resolved, as an input.
        given.unwrap_or_else(default).min(MAX_ROWS)
    }

    /// What was sent for a variable, else its default.
    fn variable(&self, name: &Name) -> Option<Value> {
        let sent = self.variables.get(name).cloned();
        sent.or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            Some(definition.node.default_value.as_ref()?.node.clone())
        })
    }

    fn number(&self, value: &async_graphql_value::Value) -> Option<u64> {
        match value
            .clone()
            .into_const_with(|name| self.variable(&name).ok_or(()))
            .ok()?
        {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn count(text: &str, variables: serde_json::Value) -> u64 {
        objects(
            &parse_query(text).unwrap(),
            &Variables::from_json(variables),
            25_000,
        )
    }

    #[test]
    fn nested_page_sizes_multiply_and_leaves_are_free() {
        let none = serde_json::json!({});
        assert_eq!(
            count("{ images(first: 20) { id title url } }", none.clone()),
            20
        );
        assert_eq!(
            count(
                "{ images(first: 20) { id user { username } } }",
                none.clone()
            ),
            40
        );
        assert_eq!(
            count(
                "{ users(first: 100) { images(first: 100) { id } } }",
                none.clone()
            ),
            10_100
        );
        assert_eq!(count("{ me { id } }", none.clone()), 1);
        assert_eq!(
            count("{ images { user { images { id } } } }", none),
            50 * 52
        );
    }

    /// G9
    #[test]
    fn a_size_beyond_any_list_is_left_to_the_list_to_refuse() {
        let none = serde_json::json!({});
        assert_eq!(count("{ images(first: 2147483647) { id } }", none), 100);
    }

    #[test]
    fn a_null_first_does_not_hide_a_last() {
        let query = |first: &str| {
            format!(
                "query($n: Int) {{ purchases(first: {first}, last: 100) {{ nodes {{ id }} }} }}"
            )
        };
        for first in ["null", "$n"] {
            assert_eq!(count(&query(first), serde_json::json!({})), 200, "{first}");
        }
    }

    #[test]
    fn sizes_in_variables_and_fragments_count() {
        let text = "query($n: Int) { users(first: $n) { ...u } } fragment u on User { images(first: $n) { id } }";
        assert_eq!(count(text, serde_json::json!({"n": 10})), 110);
        let by_default = "query($n: Int = 10) { users(first: $n) { images(first: $n) { id } } }";
        assert_eq!(count(by_default, serde_json::json!({})), 110);
        assert_eq!(count(by_default, serde_json::json!({"n": 5})), 30);
        assert!(
            count(
                "{ users(first: 100) { images(first: 100) { user { images(first: 100) { id } } } } }",
                serde_json::json!({})
            ) > 25_000
        );
    }
}
