//! The checker is checked: what it must find, and what it must not take for a violation.

use crate::{LAYERS, habits, rule};

fn found(file: &str, text: &str) -> usize {
    rule::violations(LAYERS, file, text).len()
}

#[track_caller]
fn refused(file: &str, text: &str) {
    assert_eq!(
        found(file, text),
        1,
        "{file}: {text}: {:?}",
        rule::violations(LAYERS, file, text)
    );
}

#[track_caller]
fn accepted(file: &str, text: &str) {
    assert_eq!(
        rule::violations(LAYERS, file, text),
        [""; 0],
        "{file}: {text}"
    );
}

#[test]
fn a_layer_above_is_found_however_it_is_written() {
    refused("src/domain/user.rs", "use crate::services::Users;");
    refused("src/domain/user.rs", "use crate :: services;");
    refused("src/domain.rs", "fn f() -> crate::ports::Store { g() }");
    refused(
        "src/ports/users.rs",
        "use crate::{domain::user::User, services};",
    );
    refused(
        "src/ports/users.rs",
        "pub use crate::{domain::{a, b::{self, c}}, adapters::{sql as s}};",
    );
    refused(
        "src/adapters/sql/mod.rs",
        "let x = Vec::<crate::services::auth::Auth>::new();",
    );
    refused("src/graphql/query.rs", "use crate::adapters::clock::*;");
    refused(
        "src/http/media.rs",
        "macro_rules! m { () => { $crate::adapters::clock::now() } }",
    );
    refused("src/services/auth.rs", "use crate::r#adapters::x;");
    refused("src/config/mail.rs", "use crate::ports::mailer::Mailer;");
}

#[test]
fn the_line_of_a_violation_is_told() {
    let told = rule::violations(LAYERS, "src/domain/a.rs", "//! A.\n\nuse crate::http;\n");
    assert_eq!(
        told,
        ["src/domain/a.rs:3: `crate::http`: the layer `domain` must not name the layer `http`"]
    );
}

#[test]
fn several_violations_of_one_group_are_all_found() {
    assert_eq!(
        found(
            "src/domain/a.rs",
            "use crate::{ports, services::{x, y}, domain::z};"
        ),
        3
    );
}

#[test]
fn a_layer_below_and_the_layer_itself_may_be_named() {
    accepted(
        "src/services/auth.rs",
        "use crate::{domain::user::User, ports::{store::Store, users}, services::x};",
    );
    accepted(
        "src/app.rs",
        "use crate::{adapters, config, domain, graphql, http, ports, services, telemetry};",
    );
    accepted(
        "src/demo/photos.rs",
        "use crate::app::App; use crate::services::sales::Sales;",
    );
    accepted(
        "src/domain/user.rs",
        "pub(crate) fn f() {} pub(in crate::domain) fn g() {}",
    );
}

#[test]
fn comments_and_literals_name_nothing() {
    let text = r##"//! See [`crate::services`].
        /* use crate::services; /* sqlx::query */ use crate::http; */
        const A: &str = "crate::http::x and sqlx::query";
        const B: &str = r#"use crate::http; "quoted" sqlx::x"#; // use sqlx::query
        const C: char = '"'; const D: &[u8] = b"tokio::spawn"; fn f<'a>(x: &'a str) -> &'a str { x }"##;
    accepted("src/domain/user.rs", text);
    refused("src/domain/user.rs", &format!("{text}\nuse sqlx::query;"));
}

#[test]
fn a_forbidden_crate_is_found_however_it_is_written() {
    for text in [
        "use tokio;",
        "use tokio as t;",
        "use ::tokio::sync::Mutex;",
        "use {std::fmt, tokio::sync};",
        "#[tokio::test] async fn f() {}",
        "fn f() { ::tokio::spawn(g()) }",
        "extern crate tokio;",
        "use async_trait::async_trait; #[async_trait] trait T {}",
        "#[derive(sqlx::FromRow)] struct S;",
    ] {
        refused("src/domain/user.rs", text);
    }
    refused("src/services/sales.rs", "use sea_query::Query;");
    refused("src/adapters/mail/smtp.rs", "use axum::Router;");
    refused("src/http/media.rs", "let row = sqlx::query(text);");
}

#[test]
fn a_module_of_the_same_name_is_not_the_crate() {
    accepted(
        "src/graphql/types/mod.rs",
        "mod image; pub use image::Image; use self::image::Format;",
    );
    accepted(
        "src/services/products.rs",
        "use crate::ports::image; fn f() -> image::Size { g() }",
    );
    refused("src/services/products.rs", "use image::DynamicImage;");
}

#[test]
fn super_may_not_leave_the_layer() {
    accepted(
        "src/adapters/sql/users.rs",
        "use super::dialect; use super::super::clock;",
    );
    accepted(
        "src/domain/user.rs",
        "mod tests { use super::*; mod deeper { use super::super::x; } }",
    );
    accepted(
        "src/domain.rs",
        "use self::user::User; mod tests { use super::*; }",
    );
    refused(
        "src/adapters/sql/users.rs",
        "use super::super::super::services;",
    );
    refused("src/domain/user.rs", "fn f() { super::super::ports::g() }");
    refused(
        "src/domain/user.rs",
        "mod tests {} use super::{super::ports};",
    );
    refused("src/domain.rs", "use super::ports;");
    refused("src/app.rs", "use self::super::demo;");
}

#[test]
fn the_whole_crate_and_unknown_modules_are_refused() {
    refused("src/domain/user.rs", "use crate::*;");
    refused("src/domain/user.rs", "use crate as root;");
    refused("src/domain/user.rs", "use crate::{self as root};");
    refused("src/domain/user.rs", "use crate::helpers::x;");
    refused("src/helpers.rs", "");
}

#[test]
fn the_binary_names_the_library_only() {
    accepted(
        "src/main.rs",
        "use shotify::{app, config::Config}; fn main() { shotify::telemetry::start(); }",
    );
    refused("src/main.rs", "use shotify::adapters::sql;");
    refused("src/main.rs", "mod other; use crate::other::x;");
}

#[test]
fn unfinished_code_is_found_and_words_about_it_are_not() {
    for text in [
        "fn f() { todo!() }",
        "unimplemented!(\"later\")",
        "dbg!(x)",
        "#[ignore]",
        "#[ignore = \"slow\"]",
    ] {
        assert_eq!(habits::unfinished("src/a.rs", text).len(), 1, "{text}");
    }
    let words = "// todo!() and #[ignore]\nfn ignore(todo: bool) -> bool { !todo } const S: &str = \"dbg!(x)\";";
    assert_eq!(habits::unfinished("src/a.rs", words), [""; 0]);
}

#[test]
fn length_and_documentation_are_judged_at_their_edges() {
    assert_eq!(habits::too_long("src/a.rs", &"x\n".repeat(400)), [""; 0]);
    assert_eq!(habits::too_long("src/a.rs", &"x\n".repeat(401)).len(), 1);
    assert_eq!(
        habits::undocumented("src/domain/a.rs", "//! Says it.\n"),
        [""; 0]
    );
    for text in [
        "",
        "//!\n",
        "use std::fmt;\n//! Late.\n",
        "/// Of an item.\n",
        "// plain\n",
    ] {
        assert_eq!(
            habits::undocumented("src/domain/a.rs", text).len(),
            1,
            "{text}"
        );
    }
}
