//! The documentation names what there is.

use std::fmt::Write as _;

use shotify::config::Config;
use shotify::observe::metric::{Described, Kind};
use shotify::observe::table::ALL;

#[test]
fn every_setting_stands_in_the_readme_and_in_the_example() {
    let (readme, example) = (
        include_str!("../README.md"),
        include_str!("../.env.example"),
    );
    let config = Config::from_env(&|_| None).expect("the defaults can be used");
    for row in config.rows() {
        let variable = row.variable;
        assert!(
            readme.contains(&format!("`{variable}`")),
            "{variable} is not in README.md"
        );
        let line = format!("#{variable}=");
        let found = example.lines().any(|text| text.starts_with(&line));
        assert!(found, "{variable} is not in .env.example");
    }
}

fn row(metric: &Described) -> String {
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let label = |label: &shotify::observe::metric::Dimension| match label.values {
        [] => format!("`{}`", label.name),
        values => format!("`{}`: {}", label.name, values.join(", ")),
    };
    let mut labels: Vec<String> = metric.labels.iter().map(label).collect();
    if labels.is_empty() {
        labels.push("–".to_owned());
    }
    let labels = labels.join("; ");
    format!(
        "| `{}` | {kind} | {labels} | {} |",
        metric.name, metric.help
    )
}

#[test]
fn every_metric_stands_in_the_documentation_as_the_code_describes_it() {
    let table = ALL.iter().fold(String::new(), |mut table, metric| {
        let _ = writeln!(table, "{}", row(metric));
        table
    });
    let page = include_str!("../docs/metrics.md");
    let written: String = page
        .split_inclusive('\n')
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(written, table);
}

#[test]
fn pictures_of_the_readme_are_there() {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = include_str!("../README.md");
    let named = readme
        .split(['(', '"'])
        .filter(|text| text.starts_with("docs/images/"));
    let mut files = 0;
    for text in named {
        let file = text.split([')', '"']).next().unwrap_or_default();
        let bytes = std::fs::metadata(package.join(file)).map_or(0, |found| found.len());
        assert!((1..300_000).contains(&bytes), "{file} has {bytes} bytes");
        files += 1;
    }
    assert_eq!(files, 2);
}
