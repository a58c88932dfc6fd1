//! An example of whatever a schema describes: made of the schema, so that there is one for everything and each is valid.

use serde_json::{Map, Value, json};

/// What stands for a text or a number of this name.
const WORDS: &[(&str, &str)] = &[
    ("address", "1 High Street"),
    ("category", "music"),
    ("city", "Berlin"),
    ("code", "EARLY10"),
    ("country", "DE"),
    ("currency", "EUR"),
    ("current_password", "correct horse battery"),
    ("cursor", ""),
    ("date", "2030-03-01T19:30"),
    ("day", "1"),
    ("email", "ada@example.org"),
    ("event_date", "2030-03-01T19:30"),
    ("field", "quantity"),
    ("figure", "confirmed_quantity"),
    ("first_name", "Ada"),
    ("from", "2030-01-01"),
    ("holder", "Ada Lovelace"),
    ("last_name", "Lovelace"),
    ("iso", "2030-03-01T19:30:00+01:00"),
    ("limit", "20"),
    ("month", "Mar"),
    ("name", "An evening of songs"),
    ("new_password", "staple battery correct"),
    ("number", "12"),
    ("password", "correct horse battery"),
    ("prices", "25.00"),
    ("publish_at", "2030-02-01T10:00"),
    ("q", "songs"),
    ("reason", "The person asked for it."),
    ("reference", "7K3M9QXA"),
    ("request_id", "0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21"),
    ("role", "finance"),
    ("row", "F"),
    ("section", "Stalls"),
    ("sections", "Stalls"),
    ("status", "published"),
    ("time", "19:30"),
    ("timezone", "Europe/Berlin"),
    ("to", "2030-01-31"),
    ("token", "kq2v7h4mZ0yW"),
    ("venue", "The Hall"),
    ("zone", "CET"),
];
const NUMBERS: &[(&str, i64)] =
    &[("limit", 20), ("price_minor", 2_500), ("quantity", 2), ("requested_quantity", 2), ("total_amount_minor", 5_000)];
/// Fields that callers may leave out, and that an example shows all the same.
const SHOWN: &[&str] = &["limit", "quantity"];
const DEEPEST: usize = 8;

/// One thing that fits the schema. Of what callers send only what is needed, and what is usual.
pub(super) fn example(schema: &Value, document: &Value, is_sent: bool) -> Value {
    Maker { document, is_sent }.make(schema, "", 0)
}

struct Maker<'a> {
    document: &'a Value,
    is_sent: bool,
}

impl Maker<'_> {
    fn make(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let path = reference.trim_start_matches('#');
            let meant = self.document.pointer(path).unwrap_or_else(|| panic!("{reference} leads nowhere"));
            return self.make(meant, name, depth + 1);
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return values[0].clone();
        }
        if let Some(either) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let at = if depth > DEEPEST { either.len() - 1 } else { 0 };
            return self.make(&either[at], name, depth + 1);
        }
        let may_be_null = schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        if may_be_null && !self.is_sent && !WORDS.iter().any(|(known, _)| *known == name) {
            return Value::Null;
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
        match kind {
            "string" => json!(text(schema, name)),
            "integer" | "number" => json!(number(schema, name)),
            "boolean" => json!(name.starts_with("can_") || name.starts_with("is_yours")),
            "array" => self.array(schema, name, depth),
            "object" => self.object(schema, depth),
            _ => Value::Null,
        }
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if let Some(items) = schema["prefixItems"].as_array() {
            return items.iter().map(|item| self.make(item, name, depth + 1)).collect();
        }
        let count = schema["minItems"].as_u64().unwrap_or(if depth > DEEPEST { 0 } else { 1 });
        (0..count).map(|_| self.make(&schema["items"], name, depth + 1)).collect()
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is_shown = |name: &str| !self.is_sent || required.contains(&name) || SHOWN.contains(&name);
        let none = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&none);
        let shown = properties.iter().filter(|(name, _)| is_shown(name));
        shown.map(|(name, schema)| (name.clone(), self.make(schema, name, depth + 1))).collect::<Map<_, _>>().into()
    }
}

fn text(schema: &Value, name: &str) -> String {
    let fixed = match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("uuid"), _) => "0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21",
        (Some("date-time"), _) => "2030-03-01T18:30:00Z",
        (Some("date"), _) => "2030-03-01",
        (_, Some(_)) => "EUR",
        _ => WORDS.iter().find(|(known, _)| *known == name).map_or("text", |(_, words)| words),
    };
    fixed.to_owned()
}

fn number(schema: &Value, name: &str) -> i64 {
    let usual = NUMBERS.iter().find(|(known, _)| *known == name).map_or(1, |(_, number)| *number);
    usual.max(schema["minimum"].as_i64().unwrap_or(usual))
}
