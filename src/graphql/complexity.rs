//! How much a document may ask for: objects, of which nested page sizes multiply (rules, Limits: 25,000), and their
//! fields, for a fragment that is spread again and again has each of its fields resolved again.

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

/// What a document may ask for.
#[derive(Debug, Clone, Copy)]
pub struct AnswerLimits {
    /// Objects.
    pub objects: u64,
    /// Fields of objects, each selection counted as often as it is written or spread: all of them are resolved.
    pub fields: u64,
}

/// Refuses documents that could answer with more than the limits.
pub(super) struct AnswerLimit(pub AnswerLimits);

impl ExtensionFactory for AnswerLimit {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(self.0))
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for AnswerLimit {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let (cost, limits) = (cost(&document, variables, self.0), self.0);
        for (count, limit, what) in [
            (cost.objects, limits.objects, "objects"),
            (cost.fields, limits.fields, "fields"),
        ] {
            if count > limit {
                let message = format!("The document asks for more than {limit} {what}.");
                return Err(server_error(Code::QueryTooComplex, message));
            }
        }
        Ok(document)
    }
}

/// What a document can make, counted no further than just above the limits.
fn cost(document: &ExecutableDocument, variables: &Variables, limits: AnswerLimits) -> Cost {
    let of = |operation: &Positioned<OperationDefinition>| {
        let operation = &operation.node;
        let counter = Counter {
            document,
            operation,
            variables,
            limits,
        };
        counter.selections(&operation.selection_set.node)
    };
    let costs = document
        .operations
        .iter()
        .map(|(_, operation)| of(operation));
    costs.fold(Cost::default(), |a, b| Cost {
        objects: a.objects.max(b.objects),
        fields: a.fields.max(b.fields),
    })
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    objects: u64,
    fields: u64,
}

impl Cost {
    const fn plus(self, other: Self) -> Self {
        Self {
            objects: self.objects.saturating_add(other.objects),
            fields: self.fields.saturating_add(other.fields),
        }
    }

    const fn times(self, rows: u64) -> Self {
        Self {
            objects: self.objects.saturating_mul(rows),
            fields: self.fields.saturating_mul(rows),
        }
    }
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limits: AnswerLimits,
}

impl Counter<'_> {
    fn selections(&self, set: &SelectionSet) -> Cost {
        let mut sum = Cost::default();
        for item in &set.items {
            // Every field costs something, so that stopping early bounds the walk whatever the fragments spread.
            if sum.objects > self.limits.objects || sum.fields > self.limits.fields {
                break;
            }
            sum = sum.plus(self.selection(&item.node));
        }
        sum
    }

    fn selection(&self, selection: &Selection) -> Cost {
        match selection {
            Selection::Field(field) => self.field(&field.node),
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self
                .fragment(&spread.node.fragment_name.node)
                .map_or(Cost::default(), |f| self.selections(&f.selection_set.node)),
        }
    }

    fn fragment(&self, name: &Name) -> Option<&FragmentDefinition> {
        self.document
            .fragments
            .get(name)
            .map(|fragment| &fragment.node)
    }

    /// The field itself; behind it an object and, as many times as its list is long, what it holds.
    fn field(&self, field: &Field) -> Cost {
        let itself = Cost {
            objects: 0,
            fields: 1,
        };
        let inner = &field.selection_set.node;
        if inner.items.is_empty() {
            return itself;
        }
        let object = Cost {
            objects: 1,
            fields: 0,
        };
        let row = self.selections(inner).plus(object);
        row.times(self.rows(field)).plus(itself)
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

    const LIMITS: AnswerLimits = AnswerLimits {
        objects: 25_000,
        fields: 100_000,
    };

    fn cost_of(text: &str, variables: serde_json::Value) -> Cost {
        let document = parse_query(text).unwrap();
        cost(&document, &Variables::from_json(variables), LIMITS)
    }

    fn count(text: &str, variables: serde_json::Value) -> u64 {
        cost_of(text, variables).objects
    }

    /// G2, G10, L3
    #[test]
    fn fields_count_as_often_as_they_are_spread() {
        let of = |text: &str| cost_of(text, serde_json::json!({})).fields;
        assert_eq!(of("{ me { id } }"), 2);
        assert_eq!(of("{ images(first: 20) { id title } }"), 41);
        assert_eq!(of("{ images(first: 20) { a: id b: id id } }"), 61);
        let spread = "fragment a on Image { ...b ...b } fragment b on Image { id title }";
        assert_eq!(
            of(&format!("{{ images(first: 20) {{ ...a ...a }} }} {spread}")),
            161
        );
        let nested =
            "{ images(first: 100) { user { images(first: 100) { ...a ...a ...a ...a } } } }";
        assert!(of(&format!("{nested} {spread}")) > LIMITS.fields);
    }

    #[test]
    fn nested_page_sizes_multiply_and_leaves_are_no_objects() {
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
