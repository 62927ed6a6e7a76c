//! The documentation names what there is.

use shotify::config::Config;

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
