//! Bodies of requests: JSON and the parts of a multipart form, whatever stands in them. Files are placed all or not at all.

use super::transport;

/// Words of the forms.
pub const PIECES: &[&str] = &[
    "--edge\r\n",
    "--edge--",
    "\r\n\r\n",
    "Content-Disposition: form-data; name=\"",
    "operations",
    "map",
    "variables.files.0",
    "variables.",
    ".0",
    "null",
    "{}",
    "[]",
    "{\"query\":\"",
    "\"variables\":{",
    "\"extensions\":{\"persistedQuery\":",
    "\"0\":[\"",
    "#__graphql_file__:0",
    "\"",
    "\\u0000",
    ",",
    "1e999",
    "\u{feff}",
];

/// The first byte says how the rest is sent: as JSON, as a bare document, as a form, or, cut at its zero bytes, as the
/// parts of a well-formed form.
pub fn run(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => transport::post("application/json", rest.to_vec()),
        1 => transport::post("application/graphql", rest.to_vec()),
        2 => transport::post("multipart/form-data; boundary=edge", rest.to_vec()),
        _ => transport::post("multipart/form-data; boundary=edge", form(rest)),
    }
}

/// `operations`, `map`, then files by the names 0, 1, 2 …
fn form(parts: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for (place, part) in parts.split(|byte| *byte == 0).enumerate() {
        let name = match place {
            0 => "operations".to_owned(),
            1 => "map".to_owned(),
            file => (file - 2).to_string(),
        };
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        text.extend_from_slice(head.as_bytes());
        text.extend_from_slice(part);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"--edge--\r\n");
    text
}

/// Sound requests of every kind, and some that are nearly so.
pub fn seeds() -> Vec<Vec<u8>> {
    let upload = r#"{"query":"mutation($files:[Upload!]!){upload(files:$files)}","variables":{"files":[null,null]}}"#;
    let search =
        r#"{"query":"query($f:Upload){images(input:{image:$f}){id}}","variables":{"f":null}}"#;
    let both = r#"{"0":["variables.files.0"],"1":["variables.files.1"]}"#;
    let raw = form(format!("{upload}\0{both}\0one\0two").as_bytes());
    let mut all = vec![[b"\x02", &raw[..]].concat()];
    for text in [
        r#"{"query":"{me{id images(first:2){id}}}","variables":{"a":[1,{"b":null}]},"operationName":null}"#.to_owned(),
        r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"0000000000000000000000000000000000000000000000000000000000000000"}}}"#.to_owned(),
        r#"[{"query":"{id}"}]"#.to_owned(),
    ] {
        all.push(format!("\0{text}").into_bytes());
        all.push(format!("\x01{text}").into_bytes());
    }
    for parts in [
        format!("{upload}\0{both}\0one\0two"),
        format!("{upload}\0{both}\0one"),
        format!("{search}\0{{\"0\":[\"variables.f\"]}}\0picture"),
        format!(
            "{upload}\0{{\"0\":[\"variables.files.0\"],\"1\":[\"variables.files.0\"]}}\0one\0two"
        ),
        format!("{upload}\0{{\"0\":[\"query\"]}}\0one"),
    ] {
        all.push(format!("\x03{parts}").into_bytes());
    }
    all
}
