//! Reads the source and checks what the compiler can't: where SQL, the clock and the ids may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the crate. Asked for when the test runs: the binary may have been built in another clone that shares the
/// cache of builds.
fn root() -> PathBuf {
    std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is").into()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}

/// Each source file with its text before its tests.
fn sources() -> Vec<(String, String)> {
    let source = root().join("src");
    files(&source, "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            (path.strip_prefix(&source).expect("inside").display().to_string(), code)
        })
        .collect()
}

#[test]
fn sql_lives_in_stores_and_in_the_server_half() {
    let strays: Vec<String> = sources()
        .into_iter()
        .filter(|(path, code)| code.contains("sqlx::query") && !path.contains("store") && !path.starts_with("server/"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(strays, Vec::<String>::new());
}

#[test]
fn the_boundary_between_server_and_browser_is_on_lines_of_modules() {
    for (path, code) in sources() {
        let lines: Vec<&str> = code.lines().collect();
        for pair in lines.windows(2) {
            let at_boundary = pair[0].trim() == "#[cfg(feature = \"ssr\")]";
            let on_mod = ["mod ", "pub mod ", "pub use "].iter().any(|start| pair[1].trim_start().starts_with(start));
            assert!(!at_boundary || on_mod, "{path}: {}", pair[1]);
        }
    }
}

#[test]
fn a_tables_sql_is_in_the_slice_that_owns_it() {
    let owners = [
        ("users", vec!["users", "account_tokens", "guest_links", "token_keys", "connected_apps", "api_keys"]),
        ("events", vec!["events", "posters"]),
        ("discounts", vec!["discount_codes", "discount_tries"]),
        ("bookings", vec!["bookings", "seat_bookings", "booking_history", "history_seals"]),
        ("seats", vec!["seats", "sections", "seat_maps", "seat_changes", "seat_frames", "price_tiers", "seat_plans"]),
        ("waitlist", vec!["waitlist"]),
        ("tickets", vec!["tickets", "ticket_keys", "ticket_transfers", "ticket_history"]),
        ("checkins", vec!["check_ins", "check_in_links"]),
        ("staff", vec!["staff", "staff_invitations", "staff_actions"]),
        ("audit", vec!["audits"]),
        ("health", vec!["vitals", "alerts", "alert_streaks"]),
        ("analytics", vec!["sales_days", "sales_told"]),
        (
            "notifications",
            vec!["mails", "notifications", "unwanted_mails", "told_history", "reminded_events", "mail_keys"],
        ),
        ("webhooks", vec!["webhooks", "webhook_deliveries", "webhook_tries", "webhooks_told"]),
        ("server", vec!["sessions", "idempotency_keys", "form_drafts", "jobs", "schedules"]),
    ];
    for (path, code) in sources() {
        for (owner, tables) in &owners {
            let writes = |table: &&&str| {
                ["insert into ", "update ", "delete from "]
                    .iter()
                    .any(|verb| code.contains(&format!("{verb}{table} ")) || code.contains(&format!("{verb}{table}\n")))
            };
            let strange: Vec<&&str> = tables.iter().filter(writes).collect();
            assert!(strange.is_empty() || path.starts_with(owner), "{path} writes {strange:?}, which {owner} owns");
        }
    }
}

#[test]
fn rules_and_stores_depend_one_way() {
    let order = [
        "users",
        "staff",
        "events",
        "seats",
        "waitlist",
        "discounts",
        "bookings",
        "tickets",
        "checkins",
        "notifications",
        "webhooks",
        "analytics",
        "health",
    ];
    for (path, code) in sources() {
        let Some(slice) = order.iter().position(|slice| path.starts_with(&format!("{slice}/"))) else { continue };
        let binds =
            ["/model.rs", "/store.rs", "/when.rs"].iter().any(|file| path.ends_with(file)) || path.contains("/store/");
        for later in order.iter().skip(slice + 1).filter(|_| binds) {
            let names_it = code.contains(&format!("crate::{later}")) || code.contains(&format!("\n    {later}::"));
            assert!(!names_it, "{path} knows of {later}, which stands on it");
        }
    }
}

#[test]
fn how_it_is_built_and_how_it_runs_agree() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("text");
    let (build, run) = (read("Cargo.toml"), read("Leptos.toml"));
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port", "hash-files"] {
        let value = |text: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('=').map(|v| v.trim().to_owned()))
        };
        assert!(
            value(&build).is_some() && value(&build) == value(&run),
            "{key}: {:?} {:?}",
            value(&build),
            value(&run)
        );
    }
}

#[test]
fn every_table_says_what_it_is_for() {
    let migrations = root().join("migrations");
    let sql: String = files(&migrations, "sql").iter().map(|path| fs::read_to_string(path).expect("text")).collect();
    let named_after = |phrase: &str| -> Vec<String> {
        sql.match_indices(phrase)
            .filter_map(|(at, _)| sql[at + phrase.len()..].split([' ', '(', '\n', ';']).next().map(str::to_owned))
            .collect()
    };
    for (made, commented) in [
        ("\ncreate table ", "comment on table "),
        ("\n    constraint ", "comment on constraint "),
        ("create index ", "comment on index "),
        ("create unique index ", "comment on index "),
        ("create type ", "comment on type "),
    ] {
        let said = named_after(commented);
        for name in named_after(made) {
            assert!(said.contains(&name), "{made}{name} has no comment with its reason");
        }
    }
}
