//! A schema taken apart: each type, field, argument, input and enum value by its path.

use std::collections::BTreeMap;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

/// What stands at a path such as `Image`, `Image.price`, `Query.image(id` or `Role.ADMIN`.
pub struct Part {
    /// Its kind, or its type with the default.
    pub signature: String,
    /// Whether it has a description.
    pub described: bool,
    /// Whether requests must give it.
    pub required: bool,
}

type Parts = BTreeMap<String, Part>;

/// Takes a schema apart.
pub fn parts(sdl: &str) -> Parts {
    let mut parts = Parts::new();
    for definition in parse_schema(sdl).expect("it is a schema").definitions {
        if let TypeSystemDefinition::Type(definition) = definition {
            add_type(&mut parts, &definition.node);
        }
    }
    parts
}

fn add(parts: &mut Parts, path: String, signature: &str, description: Option<&Positioned<String>>) {
    let part = Part {
        signature: signature.to_owned(),
        described: description.is_some_and(|text| !text.node.trim().is_empty()),
        required: false,
    };
    parts.insert(path, part);
}

fn add_type(parts: &mut Parts, definition: &TypeDefinition) {
    let name = definition.name.node.as_str();
    let kind = match &definition.kind {
        TypeKind::Object(object) => {
            object
                .fields
                .iter()
                .for_each(|field| add_field(parts, name, &field.node));
            "type"
        }
        TypeKind::InputObject(input) => {
            let path = |field: &str| format!("{name}.{field}");
            input
                .fields
                .iter()
                .for_each(|field| add_input(parts, path, &field.node));
            "input"
        }
        TypeKind::Enum(values) => {
            for value in &values.values {
                let path = format!("{name}.{}", value.node.value.node);
                add(parts, path, "value", value.node.description.as_ref());
            }
            "enum"
        }
        TypeKind::Scalar => "scalar",
        TypeKind::Interface(_) | TypeKind::Union(_) => panic!("{name}: take its kind apart here"),
    };
    add(
        parts,
        name.to_owned(),
        kind,
        definition.description.as_ref(),
    );
}

fn add_field(parts: &mut Parts, owner: &str, field: &FieldDefinition) {
    let path = format!("{owner}.{}", field.name.node);
    for argument in &field.arguments {
        add_input(parts, |name| format!("{path}({name}"), &argument.node);
    }
    let signature = field.ty.node.to_string();
    add(parts, path, &signature, field.description.as_ref());
}

fn add_input(parts: &mut Parts, path: impl Fn(&str) -> String, input: &InputValueDefinition) {
    let kind = input.ty.node.to_string();
    let default = input.default_value.as_ref();
    let signature = default.map_or(kind.clone(), |value| format!("{kind} = {}", value.node));
    let path = path(&input.name.node);
    add(parts, path.clone(), &signature, input.description.as_ref());
    if let Some(part) = parts.get_mut(&path) {
        part.required = kind.ends_with('!') && default.is_none();
    }
}
