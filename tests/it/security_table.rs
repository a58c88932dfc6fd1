//! Holds `docs/security.md` against the tests that it names.

use std::{fs, path::PathBuf};

/// The folder of the crate, asked for when the test runs (see `tidy.rs`).
fn root() -> PathBuf {
    std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is").into()
}

/// What stands between backticks as `file::name`.
fn named(text: &str) -> Vec<(String, String)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let pairs = quoted.filter_map(|words| words.split_once("::"));
    pairs.map(|(file, name)| (file.to_owned(), name.to_owned())).collect()
}

/// Whether the file has a test of this name: a function of Rust, or a journey in the browser by its title.
fn has_test(file: &str, name: &str) -> bool {
    let Ok(text) = fs::read_to_string(root().join(file)) else { return false };
    let sought = if file.ends_with(".ts") { format!("test(\"{name}\"") } else { format!("fn {name}(") };
    text.contains(&sought)
}

#[test]
fn every_test_that_the_table_of_security_names_is_there() {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("the table");
    let named = named(&text);
    assert!(named.len() > 100, "{} tests are named", named.len());
    let missing: Vec<String> = named
        .into_iter()
        .filter(|(file, name)| !has_test(file, name))
        .map(|(file, name)| format!("{file}::{name}"))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
