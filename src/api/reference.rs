//! The document as its reference shows it: functions, fields and refusals, read out of the JSON.

use super::document::DOCUMENT;
use serde_json::Value;
use std::collections::BTreeMap;

/// A function.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name, and its anchor: `bookings_hold`.
    pub id: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where it is called.
    pub path: String,
    /// The noun it belongs to.
    pub noun: String,
    /// What it does, in one clause.
    pub summary: String,
    /// Its docstring.
    pub description: String,
    /// Its arguments.
    pub fields: Vec<Field>,
    /// What can be sent, if it takes a body.
    pub example: Option<Value>,
    /// What is appended to the path otherwise: `?event_id=…`, or nothing.
    pub query: String,
    /// What it answers.
    pub answer: Kind,
    /// An answer.
    pub answer_example: Option<Value>,
    /// Whether it takes notice of an `Idempotency-Key`.
    pub is_keyed: bool,
    /// Whether it refuses who isn't signed in.
    pub needs_sign_in: bool,
}

/// An argument, or a field of a type.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is always there, or has to be sent.
    pub is_required: bool,
    /// What it means.
    pub description: String,
}

/// What something is, in words: `array of Seat or null`; with the type that is told elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// The words.
    pub words: String,
    /// The type's name.
    pub link: Option<String>,
}

/// A type that travels.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Its fields, if it has any.
    pub fields: Vec<Field>,
    /// What it is where it has no fields.
    pub kind: Kind,
}

/// Something a caller can be told.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status that says the same.
    pub status: u64,
    /// Its code.
    pub code: String,
    /// When one is told so.
    pub description: String,
}

/// The nouns and what each is about, in order.
pub fn nouns() -> Vec<(String, String)> {
    list(&DOCUMENT["tags"]).iter().map(|tag| (text(&tag["name"]), text(&tag["description"]))).collect()
}

/// The functions, by their path.
pub fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    let each = paths.flat_map(|(path, operations)| {
        operations.as_object().into_iter().flatten().map(move |(method, operation)| read(path, method, operation))
    });
    each.collect()
}

/// The types of answers, by their name; refusals and what is sent stand elsewhere.
pub fn types() -> Vec<Type> {
    let sent: Vec<_> = DOCUMENT["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, operations)| operations.as_object().into_iter().flatten())
        .flat_map(|(_, operation)| operation["requestBody"]["content"].as_object().into_iter().flatten())
        .map(|(_, media)| text(&media["schema"]["$ref"]))
        .collect();
    let schemas = DOCUMENT["components"]["schemas"].as_object().into_iter().flatten();
    schemas
        .filter(|(name, schema)| {
            schema.get("x-status").is_none() && !sent.contains(&format!("#/components/schemas/{name}"))
        })
        .map(|(name, schema)| Type {
            name: name.clone(),
            description: text(&schema["description"]),
            fields: fields(schema),
            kind: if schema["properties"].is_object() { Kind::default() } else { kind(schema) },
        })
        .collect()
}

/// Everything a caller can be told, by status.
pub fn refusals() -> Vec<Refusal> {
    let schemas = DOCUMENT["components"]["schemas"].as_object().into_iter().flatten();
    let mut refusals: Vec<_> = schemas
        .filter_map(|(_, schema)| {
            Some(Refusal {
                status: schema["x-status"].as_u64()?,
                code: text(&schema["properties"]["code"]["const"]),
                description: text(&schema["description"]),
            })
        })
        .collect();
    refusals.sort_by(|a, b| (a.status, &a.code).cmp(&(b.status, &b.code)));
    refusals
}

/// The codes that a function can answer with, by status.
pub fn codes_of(id: &str) -> BTreeMap<u64, Vec<String>> {
    let mut codes = BTreeMap::<u64, Vec<String>>::new();
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    let operation = paths
        .flat_map(|(_, operations)| operations.as_object().into_iter().flatten())
        .find(|(_, operation)| operation["operationId"] == id);
    let answers = operation.and_then(|(_, operation)| operation["responses"].as_object()).into_iter().flatten();
    for (status, answer) in answers.filter(|(status, _)| !status.starts_with('2')) {
        let examples = meant(answer)["content"]["application/json"]["examples"].as_object().into_iter().flatten();
        codes.entry(status.parse().unwrap_or_default()).or_default().extend(examples.map(|(code, _)| code.clone()));
    }
    codes
}

/// How one shows who one is, by name.
pub fn ways_in() -> Vec<(String, String)> {
    let schemes = DOCUMENT["components"]["securitySchemes"].as_object().into_iter().flatten();
    schemes.map(|(name, scheme)| (name.clone(), text(&scheme["description"]))).collect()
}

/// The headers of answers.
pub fn headers() -> Vec<(String, String)> {
    let headers = DOCUMENT["components"]["headers"].as_object().into_iter().flatten();
    headers.map(|(name, header)| (name.clone(), text(&header["description"]))).collect()
}

fn read(path: &str, method: &str, operation: &Value) -> Operation {
    let media = &operation["requestBody"]["content"]["application/json"];
    let parameters = list(&operation["parameters"]).iter().filter(|parameter| parameter["in"] == "query");
    let asked = parameters.clone().map(|parameter| Field {
        name: text(&parameter["name"]),
        kind: kind(&parameter["schema"]),
        is_required: parameter["required"] == true,
        description: text(&parameter["description"]),
    });
    let query: Vec<_> = parameters
        .filter(|parameter| parameter["required"] == true)
        .map(|parameter| {
            let value = &parameter["example"];
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{}={}", text(&parameter["name"]), escaped(&value))
        })
        .collect();
    let success = &operation["responses"]["200"]["content"]["application/json"];
    Operation {
        id: text(&operation["operationId"]),
        method: if method == "get" { "GET" } else { "POST" },
        path: path.to_owned(),
        noun: list(&operation["tags"]).first().map(text).unwrap_or_default(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        fields: asked.chain(fields(meant(&media["schema"]))).collect(),
        example: media.get("example").cloned(),
        query: if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) },
        answer: kind(&success["schema"]),
        answer_example: success.get("example").cloned(),
        is_keyed: list(&operation["parameters"]).iter().any(|parameter| parameter.get("$ref").is_some()),
        needs_sign_in: !list(&operation["security"])
            .iter()
            .any(|way| way.as_object().is_some_and(|way| way.is_empty())),
    }
}

fn escaped(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%2D", "-")
}

fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<_> = list(&schema["required"]).iter().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, schema)| Field {
            name: name.clone(),
            kind: kind(schema),
            is_required: required.contains(&name.as_str()),
            description: text(&schema["description"]),
        })
        .collect()
}

/// What a schema describes, in words.
fn kind(schema: &Value) -> Kind {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        return Kind { words: name.clone(), link: Some(name) };
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().map(Value::to_string).collect();
        return Kind { words: values.join(" or "), link: None };
    }
    if let Some(value) = schema.get("const") {
        return Kind { words: value.to_string(), link: None };
    }
    let either: Vec<_> = list(&schema["anyOf"]).iter().chain(list(&schema["oneOf"])).map(kind).collect();
    if !either.is_empty() {
        let words: Vec<_> = either.iter().map(|kind| kind.words.clone()).collect();
        return Kind { words: words.join(" or "), link: either.into_iter().find_map(|kind| kind.link) };
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => vec![text(kind)],
    };
    let mut found = Kind::default();
    let words: Vec<_> = kinds
        .into_iter()
        .map(|each| match (each.as_str(), schema["format"].as_str()) {
            ("array", _) if schema["items"].is_object() => {
                let items = kind(&schema["items"]);
                found.link = items.link;
                format!("list of {}", items.words)
            }
            ("array", _) => "list".to_owned(),
            ("string", Some("date-time")) => "instant".to_owned(),
            ("string", Some(format @ ("uuid" | "date"))) => format.to_owned(),
            ("object", _) if schema["properties"].is_object() => {
                let fields = fields(schema);
                let fields: Vec<_> =
                    fields.into_iter().map(|field| format!("{}: {}", field.name, field.kind.words)).collect();
                format!("{{{}}}", fields.join(", "))
            }
            ("", _) => "anything".to_owned(),
            (each, _) => each.to_owned(),
        })
        .collect();
    found.words = words.join(" or ");
    found
}

fn meant(value: &Value) -> &Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => value,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_shown_under_a_noun_that_is_told() {
        let nouns = nouns();
        let operations = operations();
        assert!(operations.len() > 100);
        for operation in &operations {
            assert!(nouns.iter().any(|(noun, _)| *noun == operation.noun), "{operation:?}");
            assert!(codes_of(&operation.id).contains_key(&500), "{operation:?}");
        }
    }

    #[test]
    fn every_type_that_is_named_is_told() {
        let types = types();
        let operations = operations();
        let fields = types.iter().flat_map(|one| &one.fields).chain(operations.iter().flat_map(|one| &one.fields));
        for link in fields.filter_map(|field| field.kind.link.as_ref()) {
            assert!(types.iter().any(|one| one.name == *link), "{link} is nowhere");
        }
    }

    #[test]
    fn a_hold_is_shown_with_what_it_needs() {
        let operations = operations();
        let hold = operations.iter().find(|operation| operation.id == "bookings_hold").expect("a hold");
        assert!(hold.is_keyed && hold.needs_sign_in && hold.method == "POST");
        assert!(hold.fields.iter().any(|field| field.name == "event_id" && field.is_required));
        assert_eq!(hold.answer.link.as_deref(), Some("Booking"));
        assert!(codes_of("bookings_hold")[&409].contains(&"seats_taken".to_owned()));
    }
}
