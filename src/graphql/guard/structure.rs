//! What a parsed document expands to. Each fragment is measured once, however often it is spread.
//!
//! The recursion here is bounded by what [`super::lexer`] lets through.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

use super::{GuardError, GuardLimits, Limit, introspection, lexer::at_most};

pub(super) fn check(document: &ExecutableDocument, limits: &GuardLimits) -> Result<(), GuardError> {
    at_most(Limit::Fragments, document.fragments.len(), limits.fragments)?;
    let mut meter = Meter {
        document,
        known: HashMap::new(),
        aliases: 0,
    };
    let mut selections = 0_usize;
    let mut mutations = 0_usize;
    for name in document.fragments.keys() {
        let size = meter.fragment(name)?;
        selections = selections.saturating_add(size.selections);
    }
    for (_, operation) in document.operations.iter() {
        let size = meter.set(&operation.node.selection_set)?;
        size.check(limits)?;
        at_most(Limit::RootFields, size.roots, limits.root_fields)?;
        selections = selections.saturating_add(size.selections);
        if operation.node.ty == OperationType::Mutation {
            mutations = mutations.saturating_add(size.roots);
        }
    }
    at_most(Limit::Selections, selections, limits.selections)?;
    at_most(Limit::Mutations, mutations, limits.mutations)?;
    at_most(Limit::Aliases, meter.aliases, limits.aliases)
}

/// What a selection set comes to, fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    selections: usize,
    /// Fields at this level, `__typename` left out.
    roots: usize,
    /// Levels of fields, those of introspection left out.
    depth: usize,
    /// Levels and lists, if this set stands within introspection.
    inside: (usize, usize),
    /// Levels and lists of the introspection that begins in this set.
    introspection: (usize, usize),
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.roots = self.roots.saturating_add(other.roots);
        self.depth = self.depth.max(other.depth);
        self.inside = larger(self.inside, other.inside);
        self.introspection = larger(self.introspection, other.introspection);
    }

    fn check(&self, limits: &GuardLimits) -> Result<(), GuardError> {
        let (levels, lists) = self.introspection;
        at_most(Limit::Depth, self.depth, limits.depth)?;
        at_most(
            Limit::IntrospectionDepth,
            levels,
            limits.introspection_depth,
        )?;
        at_most(Limit::IntrospectionLists, lists, limits.introspection_lists)
    }
}

fn larger(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0.max(other.0), one.1.max(other.1))
}

struct Meter<'a> {
    document: &'a ExecutableDocument,
    /// None while the fragment is being measured: to meet it then is a cycle.
    known: HashMap<&'a str, Option<Size>>,
    aliases: usize,
}

impl<'a> Meter<'a> {
    fn fragment(&mut self, name: &'a Name) -> Result<Size, GuardError> {
        match self.known.get(name.as_str()) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(GuardError::FragmentCycle(name.to_string())),
            None => {}
        }
        // One that is not defined is reported by validation.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert(name, None);
        let size = self.set(&fragment.node.selection_set)?;
        self.known.insert(name, Some(size));
        Ok(size)
    }

    fn set(&mut self, set: &'a Positioned<SelectionSet>) -> Result<Size, GuardError> {
        let mut size = Size::default();
        for selection in &set.node.items {
            size.add(match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
            });
            size.selections = size.selections.saturating_add(1);
        }
        Ok(size)
    }

    fn field(&mut self, field: &'a Field) -> Result<Size, GuardError> {
        self.aliases += usize::from(field.alias.is_some());
        let name = field.name.node.as_str();
        let below = self.set(&field.selection_set)?;
        let lists = below.inside.1 + usize::from(introspection::is_list(name));
        let mut size = Size {
            selections: below.selections,
            roots: usize::from(name != "__typename"),
            depth: below.depth + 1,
            inside: (below.inside.0 + 1, lists),
            introspection: below.introspection,
        };
        if introspection::is_root(name) {
            size.depth = 1;
            size.introspection = larger(size.introspection, size.inside);
        }
        Ok(size)
    }
}
