//! Looks variables up, notes what is used and what is wrong with it.

use std::fmt::{self, Write as _};
use std::ops::RangeInclusive;
use std::time::Duration;

use super::secret::Secret;

/// What is wrong with one variable; never says its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub variable: &'static str,
    /// What is expected, as the rest of a sentence.
    pub message: String,
}

impl Problem {
    pub(super) fn new(variable: &'static str, message: impl Into<String>) -> Self {
        Self {
            variable,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// All problems, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// In the order in which the variables are read.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// One variable as it would be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The variable.
    pub variable: &'static str,
    /// What is used; secrets as `***`.
    pub value: String,
    /// Whether the environment says so, or it is the default.
    pub set: bool,
}

pub(super) struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
    rows: Vec<Row>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(get: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            get,
            problems: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<Row>, ConfigError> {
        if self.problems.is_empty() {
            Ok(self.rows)
        } else {
            Err(ConfigError {
                problems: self.problems,
            })
        }
    }

    pub(super) fn refuse(&mut self, variable: &'static str, message: impl Into<String>) {
        self.problems.push(Problem::new(variable, message));
    }

    fn raw(&self, variable: &str) -> Option<String> {
        let text = (self.get)(variable)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn note(&mut self, variable: &'static str, value: impl Into<String>, set: bool) {
        self.rows.push(Row {
            variable,
            value: value.into(),
            set,
        });
    }

    /// A text; `unset` says in the table what happens without it.
    pub(super) fn text(&mut self, variable: &'static str, unset: &str) -> Option<String> {
        let text = self.raw(variable);
        self.note(variable, text.as_deref().unwrap_or(unset), text.is_some());
        text
    }

    pub(super) fn text_or(&mut self, variable: &'static str, default: &str) -> String {
        let text = self.text(variable, default);
        text.unwrap_or_else(|| default.to_owned())
    }

    /// A text that the table shows as `***`.
    pub(super) fn secret(&mut self, variable: &'static str, unset: &str) -> Option<Secret> {
        let text = self.raw(variable);
        let shown = text.as_ref().map_or(unset, |_| "***");
        self.note(variable, shown, text.is_some());
        text.map(Secret::new)
    }

    /// Values separated by commas, never shown.
    pub(super) fn secrets(&mut self, variable: &'static str, unset: &str) -> Vec<Secret> {
        let text = self.secret(variable, unset);
        let text = text.as_ref().map_or("", Secret::reveal);
        let items = text.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        items.map(Secret::new).collect()
    }

    /// A value of another type; what `parse` refuses is a problem, and the default stands in for it.
    pub(super) fn parsed<T>(
        &mut self,
        variable: &'static str,
        default: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let text = self.text_or(variable, default);
        if let Some(value) = parse(&text) {
            return value;
        }
        self.refuse(variable, expected);
        parse(default).expect("defaults are written so that they parse")
    }

    /// Several values, separated by commas.
    pub(super) fn list<T>(
        &mut self,
        variable: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let text = self.text(variable, "(none)").unwrap_or_default();
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        let all: Option<Vec<T>> = items.map(parse).collect();
        all.unwrap_or_else(|| {
            self.refuse(variable, expected);
            Vec::new()
        })
    }

    pub(super) fn switch(&mut self, variable: &'static str, default: bool) -> bool {
        let word = if default { "on" } else { "off" };
        self.parsed(variable, word, "must be on or off", |text| {
            match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" => Some(true),
                "off" | "false" | "no" | "0" => Some(false),
                _ => None,
            }
        })
    }

    pub(super) fn number<N>(
        &mut self,
        variable: &'static str,
        default: N,
        range: RangeInclusive<N>,
    ) -> N
    where
        N: std::str::FromStr + fmt::Display + PartialOrd + Copy,
    {
        let expected = format!("must be {} to {}", range.start(), range.end());
        self.parsed(variable, &default.to_string(), &expected, |text| {
            text.parse().ok().filter(|n| range.contains(n))
        })
    }

    /// A span such as `90s`, `15m`, `24h` or `7d`, of at least a second and at most ten years.
    pub(super) fn span(&mut self, variable: &'static str, default: &str) -> Duration {
        let expected = "must be a span such as 90s, 15m, 24h or 7d";
        self.parsed(variable, default, expected, parse_span)
    }
}

fn parse_span(text: &str) -> Option<Duration> {
    const TEN_YEARS: u64 = 3650 * 86_400;
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let count: u64 = count.parse().ok()?;
    let span = count.checked_mul(seconds)?;
    (1..=TEN_YEARS)
        .contains(&span)
        .then(|| Duration::from_secs(span))
}

pub(super) fn table(rows: &[Row]) -> String {
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).len()).max().unwrap_or(0);
    let (names, values) = (widest(|row| row.variable), widest(|row| &row.value));
    rows.iter().fold(String::new(), |mut table, row| {
        let from = if row.set { "set" } else { "default" };
        let (name, value) = (row.variable, &row.value);
        let _ = writeln!(table, "{name:names$}  {value:values$}  {from}");
        table
    })
}
