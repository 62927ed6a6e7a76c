//! What the GraphQL specification wants of an answer and async-graphql 7.2 leaves undone: a failed field is
//! null, or takes its parent with it where it must not be ([`nulls`]); fields stand in the order asked for ([`order`]).

mod nulls;
mod order;

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery,
};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Response, ServerResult, Variables};

use nulls::FieldTypes;

/// Completes each answer.
pub(super) struct Completion(Arc<FieldTypes>);

impl Completion {
    /// For the schema in its definition language.
    pub(super) fn of(sdl: &str) -> Self {
        Self(Arc::new(FieldTypes::of(sdl)))
    }
}

/// The document of one request.
struct Asked {
    types: Arc<FieldTypes>,
    document: Mutex<Option<ExecutableDocument>>,
}

impl ExtensionFactory for Completion {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Asked {
            types: Arc::clone(&self.0),
            document: Mutex::default(),
        })
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Asked {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        *self.document.lock().unwrap_or_else(PoisonError::into_inner) = Some(document.clone());
        Ok(document)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let document = self
            .document
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let document = document.as_ref();
        let asked =
            document.and_then(|document| Some((document, selected(document, operation_name)?)));
        if let Some((document, operation)) = asked {
            nulls::propagate(&self.types, document, operation, &mut response);
            order::put_in_order(document, operation, &mut response.data);
        }
        response
    }
}

/// The operation that is executed.
fn selected<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match &document.operations {
        DocumentOperations::Single(operation) => Some(&operation.node),
        DocumentOperations::Multiple(operations) => Some(&operations.get(name?)?.node),
    }
}

/// A field of an answer: its key, its name in the schema, and all selections below it.
struct Field<'a> {
    key: &'a Name,
    name: &'a Name,
    sets: Vec<&'a SelectionSet>,
}

/// The fields of an object in their order, each once, with the selections that are merged in it.
fn fields<'a>(document: &'a ExecutableDocument, sets: &[&'a SelectionSet]) -> Vec<Field<'a>> {
    let mut found = Vec::new();
    for set in sets {
        collect(document, set, &mut found);
    }
    found
}

/// Every type of the schema is an object, so that all fragments that stand somewhere apply.
fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    found: &mut Vec<Field<'a>>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let (key, inner) = (
                    &field.node.response_key().node,
                    &field.node.selection_set.node,
                );
                match found.iter_mut().find(|known| known.key == key) {
                    Some(known) => known.sets.push(inner),
                    None => found.push(Field {
                        key,
                        name: &field.node.name.node,
                        sets: vec![inner],
                    }),
                }
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, found);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, found);
                }
            }
        }
    }
}
