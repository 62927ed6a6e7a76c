use std::fmt::Write;

use super::*;

fn refused(text: &str) -> Limit {
    match check_document(text, &GuardLimits::default()).expect_err("is refused") {
        GuardError::TooMuch { limit, .. } => limit,
        other => panic!("refused as {other:?}"),
    }
}

fn accepted(text: &str) {
    if let Err(error) = check_document(text, &GuardLimits::default()) {
        panic!("{error} {text}");
    }
}

pub(super) fn nested(open: &str, close: &str, levels: usize) -> String {
    open.repeat(levels) + &close.repeat(levels)
}

fn fields(levels: usize) -> String {
    (0..levels).rev().fold(String::new(), |inner, _| {
        if inner.is_empty() {
            "{ a }".into()
        } else {
            format!("{{ a {inner} }}")
        }
    })
}

/// G1
#[test]
fn ten_thousand_brackets_are_refused_wherever_they_stand() {
    let lists = nested("[", "]", 5_000);
    let objects = format!("{}1{}", "{a:".repeat(3_000), "}".repeat(3_000));
    for value in [lists.as_str(), objects.as_str()] {
        assert_eq!(refused(&format!("{{ a(x: {value}) }}")), Limit::Nesting);
        assert_eq!(
            refused(&format!("query($a: A = {value}) {{ a }}")),
            Limit::Nesting
        );
        assert_eq!(
            refused(&format!("{{ a @skip(if: {value}) }}")),
            Limit::Nesting
        );
    }
    assert_eq!(
        refused(&format!("query($a: {}) {{ a }}", nested("[", "]", 100))),
        Limit::Nesting
    );
    assert_eq!(refused(&nested("{a", "}", 5_000)), Limit::Nesting);
    assert_eq!(refused(&nested("[", "]", 10_000)), Limit::Bytes);
}

/// G1
#[test]
fn brackets_are_counted_behind_strings_that_look_like_the_end_and_not_within_them() {
    let deep = "[".repeat(60);
    accepted(&format!(
        r#"{{ a(x: "{deep}", y: """{deep} " \""" {deep}""") # {deep}
    }}"#
    ));
    assert_eq!(
        refused(&format!(r#"{{ a(x: ["\"", {deep}"#)),
        Limit::Nesting
    );
    assert_eq!(
        refused(&format!("{{ a(x: [\"\"\"\\\"\"\" \"\"\", {deep}")),
        Limit::Nesting
    );
    assert_eq!(refused(&format!("{{ a # \" \r (x: {deep}")), Limit::Nesting);
}

/// G1
#[test]
fn a_string_without_an_end_is_a_syntax_error_before_the_parser_reads_on() {
    for text in [
        "{ a(x: \"",
        "{ a(x: \"\n\")}",
        "{ a(x: \"\"\"x\" [[ ",
        "{ a(x: \"\\",
    ] {
        let error = check_document(text, &GuardLimits::default()).unwrap_err();
        assert_eq!(error.to_string(), "Syntax error: this string does not end.");
        let GuardError::Syntax { position, .. } = error else {
            panic!()
        };
        assert_eq!(position.map(|at| (at.line, at.column)), Some((1, 8)));
    }
}

#[test]
fn a_bracket_that_closes_another_is_a_syntax_error() {
    for text in ["}", "{ a ) }", "{ a(x: [1)] }"] {
        let error = check_document(text, &GuardLimits::default()).unwrap_err();
        assert_eq!(
            error.code(),
            crate::graphql::codes::Code::GraphqlParseFailed,
            "{text}"
        );
    }
}

/// G8
#[test]
fn the_parsers_own_error_comes_without_a_copy_of_the_document() {
    let error = check_document("{ a(secret: ) }", &GuardLimits::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("Syntax error: expected") && !text.contains("secret"),
        "{text}"
    );
}

/// G3
#[test]
fn ten_thousand_aliases_and_twenty_thousand_fields_are_refused() {
    let aliases = (0..10_000).fold(String::new(), |mut text, n| {
        write!(text, "a{n}: a ").unwrap();
        text
    });
    assert_eq!(refused(&format!("{{ {aliases} }}")), Limit::Bytes);
    assert_eq!(
        refused(&format!("{{ {} }}", "a ".repeat(20_000))),
        Limit::Bytes
    );
    assert_eq!(
        refused(&format!("{{ {} }}", "a ".repeat(7_000))),
        Limit::Tokens
    );
}

/// G3
#[test]
fn directives_are_counted_wherever_they_stand() {
    let many = "@a ".repeat(51);
    for text in [
        format!("{{ a {many} }}"),
        format!("query {many} {{ a }}"),
        format!("{{ ... {many} {{ a }} }}"),
        format!("{{ ...F {many} }} fragment F on Q {{ a }}"),
        format!("{{ ...F }} fragment F on Q {many} {{ a }}"),
        format!("query($a: Int {many}) {{ a(b: $a) }}"),
        format!("{{ {} }}", "a @b ".repeat(51)),
    ] {
        assert_eq!(refused(&text), Limit::Directives);
    }
    accepted(&format!("{{ {} }}", "a @b ".repeat(50)));
    assert_eq!(
        refused(&format!("{{ a {} }}", "@a ".repeat(50_000))),
        Limit::Bytes
    );
}

#[test]
fn each_limit_of_the_text_holds_to_the_last_byte_token_and_bracket() {
    let padded = |bytes: usize| format!("{{ a }}{}", " ".repeat(bytes - 5));
    accepted(&padded(16 * 1024));
    assert_eq!(refused(&padded(16 * 1024 + 1)), Limit::Bytes);
    let list = |items: usize| format!("{{ a(x: [{}]) }}", "1 ".repeat(items));
    accepted(&list(1_000 - 9));
    assert_eq!(refused(&list(1_000 - 8)), Limit::Tokens);
    let nest = |levels| format!("{{ a(x: {}) }}", nested("[", "]", levels));
    accepted(&nest(46));
    assert_eq!(refused(&nest(47)), Limit::Nesting);
}

#[test]
fn each_limit_of_the_structure_holds_to_the_last_one() {
    accepted(&fields(12));
    assert_eq!(refused(&fields(13)), Limit::Depth);
    let aliases = |n| format!("{{ x {{ {} }} }}", "b: a ".repeat(n));
    accepted(&aliases(100));
    assert_eq!(refused(&aliases(101)), Limit::Aliases);
    accepted(&format!("{{ {} }}", "a ".repeat(50)));
    assert_eq!(
        refused(&format!("{{ {} }}", "a ".repeat(51))),
        Limit::RootFields
    );
    let fragments = |n| {
        (0..n).fold("{ a }".to_owned(), |mut text, n| {
            write!(text, " fragment F{n} on Q {{ a }}").unwrap();
            text
        })
    };
    accepted(&fragments(50));
    assert_eq!(refused(&fragments(51)), Limit::Fragments);
}

/// G2
#[test]
fn fragments_that_double_thirty_times_are_refused_at_once() {
    let mut text = "{ a { ...F0 } }".to_owned();
    for n in 0..30 {
        write!(text, "fragment F{n} on A{{...F{0} ...F{0}}}", n + 1).unwrap();
    }
    text += "fragment F30 on A{a}";
    assert_eq!(refused(&text), Limit::Selections);
}

/// G2
#[test]
fn depth_is_counted_through_fragments() {
    let inner = fields(6);
    let deep = |levels| {
        format!(
            "{} fragment F on A {inner}",
            fields(levels).replace("{ a }", "{ ...F }")
        )
    };
    accepted(&deep(7));
    assert_eq!(refused(&deep(8)), Limit::Depth);
}

/// G2
#[test]
fn a_fragment_that_contains_itself_is_refused() {
    for text in [
        "{ ...A } fragment A on Q { ...A }",
        "{ ...A } fragment A on Q { a { ...B } } fragment B on Q { ... { ...A } }",
        "{ a } fragment A on Q { ...B } fragment B on Q { ...A }",
    ] {
        let error = check_document(text, &GuardLimits::default()).unwrap_err();
        assert!(matches!(error, GuardError::FragmentCycle(_)), "{error}");
    }
}

/// G4
#[test]
fn more_than_five_mutations_are_refused_however_they_are_written() {
    let logins = |n: usize| {
        (0..n).fold(String::new(), |mut text, n| {
            write!(text, "l{n}: login ").unwrap();
            text
        })
    };
    accepted(&format!("mutation {{ {} __typename }}", logins(5)));
    for text in [
        format!("mutation {{ {} }}", logins(6)),
        format!("mutationM {{ {} }}", logins(6)),
        format!(
            "mutation {{ ...F a b }} fragment F on M {{ {} }}",
            logins(4)
        ),
        format!("mutation {{ ... on M {{ {} }} ... {{ a b }} }}", logins(4)),
        "mutation { ...F ...F } fragment F on M { a b c }".to_owned(),
        "mutation { login login login login login login }".to_owned(),
        "mutation A { a b c } mutation B { a b c }".to_owned(),
    ] {
        assert_eq!(refused(&text), Limit::Mutations, "{text}");
    }
    assert_eq!(
        refused(&format!("mutation {{ {} }}", logins(100))),
        Limit::RootFields
    );
}

/// G7
#[test]
fn the_standard_introspection_query_passes_and_a_deeper_one_does_not() {
    let types = (0..9).fold("kind name".to_owned(), |inner, _| {
        format!("kind name ofType {{ {inner} }}")
    });
    let standard = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} types {{ ...FullType }}
           directives {{ name args {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind fields(includeDeprecated: true) {{ name
           args {{ ...InputValue }} type {{ ...TypeRef }} }} inputFields {{ ...InputValue }}
           interfaces {{ ...TypeRef }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name type {{ ...TypeRef }} defaultValue }}
         fragment TypeRef on __Type {{ {types} }}"
    );
    accepted(&standard);
    let document = check_document(&standard, &GuardLimits::default()).unwrap();
    assert!(asks_for_introspection(&document));
    let deep = format!("{{ __type(name: \"A\") {} }}", fields(20));
    assert_eq!(refused(&deep), Limit::IntrospectionDepth);
    let lists =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(refused(lists), Limit::IntrospectionLists);
}

#[test]
fn a_document_without_introspection_does_not_ask_for_it() {
    let document = check_document("{ __typename a { b } }", &GuardLimits::default()).unwrap();
    assert!(!asks_for_introspection(&document));
}

/// G1
#[test]
fn variables_are_bounded_in_depth_and_number_before_they_are_parsed() {
    let limits = GuardLimits::default();
    let check = |json: &str| check_variables(json.as_bytes(), &limits).is_ok();
    assert!(check(&nested("[", "]", 32)));
    assert!(!check(&nested("[", "]", 33)));
    assert!(!check(&"{\"a\":".repeat(100_000)));
    assert!(check(&format!(r#"{{"a": "\\\" {}"}}"#, "[".repeat(50))));
    assert!(!check(&format!(r#"{{"a": "\\", "b": {}"#, "[".repeat(50))));
    assert!(check(&format!("[{}1]", "1,".repeat(19_997))));
    assert!(!check(&format!("[{}1]", "1,".repeat(20_000))));
}
