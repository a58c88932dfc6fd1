//! The OpenAPI document, made of the source.

use super::{
    examples::example,
    sources::{Function, Input, Shape, Sources, Variant, variants},
    types::{Schemas, snake, words},
};
use evently::{
    api::access::{Need, access_of},
    error::Error,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What each noun of the paths is about, in the order of the reference.
const NOUNS: &[(&str, &str)] = &[
    ("auth", "Registering, signing in and out, links by mail."),
    ("users", "The account of who is signed in."),
    ("apps", "Apps that act for who is signed in."),
    ("api_keys", "Keys by which machines act for who is signed in."),
    ("events", "Events: finding them, and for staff making and changing them."),
    ("seats", "Seat maps, seats and their prices."),
    ("bookings", "Holding places, booking them, giving them back."),
    ("waitlist", "Waiting for places of a sold-out event."),
    ("tickets", "Tickets, and passing them on."),
    ("notifications", "What people are told, and what they want to be told."),
    ("discounts", "For staff: codes that take something off bookings."),
    ("checkins", "For staff and doors: letting people in."),
    ("seat_plans", "For staff: plans that seat maps begin from."),
    ("analytics", "For staff: figures."),
    ("webhooks", "For staff: servers that are told of changes."),
    ("changes", "For staff: what has changed, to catch up by."),
    ("admin", "For staff: bookings, the waitlist, colleagues, the log, the system's health."),
];

/// What any function can answer, by its way of taking arguments.
const OF_ANY: &[&str] = &["Malformed", "TooMany", "Internal", "Unavailable"];
const OF_CHANGES: &[&str] = &["Forbidden", "TooLarge", "UnsupportedMediaType"];
const OF_KEYED: &[&str] = &["StillRunning", "IdempotencyKeyReused", "Invalid"];

const ABOUT: &str = "\
Everything that Evently's own pages do, over the same functions.

- **Reads are GET, changes are POST**, to `/api/v1/<noun>/<verb>`. A POST takes JSON, or a form. Unknown fields are ignored.
- **Answers are JSON.** Ids are strings; instants are UTC; amounts of money are integers in the currency's minor unit and \
their names end in `_minor`. New fields and new values can appear in answers at any time, and are no new version.
- **Refusals are** `{code, message, details, request_id}`, with the status that says the same. Act on the `code`; show the \
`message`; quote the `request_id`.
- **Lists are** `{items, next_cursor}`. Pass `next_cursor` as `cursor` for the next page; null means that there is none.
- **`Idempotency-Key`**: send a new one with every change. The same request under the same key is done once and answered \
twice, for a day.
- **`Retry-After`** says after how many seconds to repeat a request that was answered 429 or 503.";

/// The document that the source says.
pub(super) fn document(sources: &Sources) -> Value {
    Writer::new(sources).write()
}

struct Writer<'a> {
    sources: &'a Sources,
    schemas: Schemas<'a>,
    refusals: BTreeMap<String, Refusal<'a>>,
    responses: BTreeMap<String, Value>,
}

/// Something a caller can be told, by the name of its variant.
struct Refusal<'a> {
    variant: &'a Variant,
    status: u16,
    example: Value,
}

impl<'a> Writer<'a> {
    fn new(sources: &'a Sources) -> Self {
        Self { sources, schemas: Schemas::new(sources), refusals: BTreeMap::new(), responses: BTreeMap::new() }
    }

    fn write(mut self) -> Value {
        self.note_refusals();
        let functions = &self.sources.functions;
        // What callers send comes first: a schema for both ways has to let them leave out what they may.
        let requests: Vec<_> = functions.iter().map(|function| self.request(function)).collect();
        self.schemas.is_sent = false;
        let mut paths = Map::new();
        for (function, mut operation) in functions.iter().zip(requests) {
            operation["responses"] = self.answers(function);
            let method = if function.input == Input::Query { "get" } else { "post" };
            paths.insert(format!("/api/v1/{}", function.endpoint), json!({method: operation}));
        }
        let nouns: BTreeSet<_> = functions.iter().map(|function| noun(&function.endpoint)).collect();
        let tags: Vec<_> = NOUNS
            .iter()
            .filter(|(name, _)| nouns.contains(name))
            .map(|(name, about)| json!({"name": name, "description": about}))
            .collect();
        assert_eq!(tags.len(), nouns.len(), "of {nouns:?} some are not among NOUNS");
        let mut document = json!({
            "openapi": "3.1.1",
            "info": {
                "title": "Evently",
                "version": "1.0.0",
                "summary": "Finding events, booking places, running the sale.",
                "description": ABOUT,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/", "description": "The site that hands out this document."}],
            "tags": tags,
            "paths": paths,
            "components": {
                "schemas": self.schemas.named,
                "responses": self.responses,
                "headers": headers(),
                "parameters": {"IdempotencyKey": idempotency_key()},
                "securitySchemes": security_schemes(),
            },
        });
        add_examples(&mut document);
        document
    }

    /// Makes the schema and an example of everything that callers can be told.
    fn note_refusals(&mut self) {
        self.schemas.is_sent = false;
        let module = vec!["error".to_owned()];
        for variant in variants(self.sources, "Error").iter().chain(variants(self.sources, "Conflict")) {
            if variant.name == "Conflict" && matches!(variant.shape, Shape::Tuple(_)) {
                continue;
            }
            let code = snake(&variant.name);
            let details = match &*variant.name {
                // The layer that gives refusals their shape adds it.
                "Malformed" => {
                    let named: syn::Type = syn::parse_str("MalformedDetails").expect("a type");
                    json!({"anyOf": [self.schemas.of(&named, &vec!["api".to_owned(), "requests".to_owned()]), {"type": "null"}]})
                }
                _ => self.schemas.content(&variant.shape, &module).unwrap_or(json!({"type": "null"})),
            };
            let schema = json!({
                "type": "object",
                "description": about(variant),

                "properties": {
                    "code": {"const": code},
                    "message": {"type": "string", "description": "The same as a sentence for people."},
                    "details": details,
                    "request_id": {"type": "string", "description": "The request's id, as in `X-Request-Id`."},
                },
                "required": ["code", "message", "details", "request_id"],
            });
            let known = json!({"components": {"schemas": self.schemas.named}});
            let mut example = example(&schema, &known, false);
            let mut plain = example.clone();
            if code == "malformed" {
                plain["details"] = Value::Null;
            }
            let error: Error = serde_json::from_value(plain).expect("a refusal");
            example["message"] = json!(error.to_string());
            let schema = with_status(schema, error.status());
            self.schemas.named.insert(format!("{}Error", variant.name), schema);
            self.refusals.insert(variant.name.clone(), Refusal { variant, status: error.status(), example });
        }
        self.schemas.is_sent = true;
    }

    /// The operation without its answers.
    fn request(&mut self, function: &Function) -> Value {
        let (told, errors) = split_errors(&function.doc);
        let told = self.with_codes(&told);
        let summary = first_clause(&told);
        let description = format!("{told}\n\n{}", self.with_codes(&errors));
        let mut operation = json!({
            "operationId": function.endpoint.replace('/', "_"),
            "tags": [noun(&function.endpoint)],
            "summary": summary,
            "description": description.trim(),
        });
        let names = self.named_errors(function);
        operation["security"] = security(&function.endpoint, names.contains("SignInRequired"));
        let object = self.schemas.object_of(&function.arguments, &function.module);
        let object = self.with_codes_inside(object);
        let mut parameters = Vec::new();
        match function.input {
            Input::Query => parameters = query(&object),
            Input::Form | Input::Json if function.arguments.is_empty() => {}
            Input::Form => {
                let json = lenient(object.clone());
                let body = self.keep(format!("{}Request", function.name), json);
                let mut content = json!({"application/json": {"schema": body}});
                if let Some(form) = form(&object) {
                    let form = self.keep(format!("{}RequestForm", function.name), form);
                    content["application/x-www-form-urlencoded"] = json!({"schema": form});
                }
                operation["requestBody"] = json!({"required": object.get("required").is_some(), "content": content});
            }
            Input::Json => {
                let body = self.keep(format!("{}Request", function.name), object);
                operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
            }
        }
        if is_keyed(function) {
            parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
        }
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
        }
        operation
    }

    fn keep(&mut self, name: String, schema: Value) -> Value {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let before = self.schemas.named.insert(name, schema);
        assert!(before.is_none(), "two schemas have one name: {reference}");
        reference
    }

    fn answers(&mut self, function: &Function) -> Value {
        let mut headers = reply_headers();
        let mut success = json!({"description": "Done."});
        if function.is_file {
            success["content"] = json!({"application/json": {"schema": {"type": "object"}}});
        } else {
            let schema = self.schemas.of(&function.answer, &function.module);
            success["content"] = json!({"application/json": {"schema": schema}});
        }
        if is_keyed(function) {
            headers["Idempotent-Replayed"] = json!({"$ref": "#/components/headers/Idempotent-Replayed"});
        }
        success["headers"] = headers;
        let mut answers = json!({"200": success});
        let mut by_status = BTreeMap::<u16, Vec<String>>::new();
        for name in self.named_errors(function) {
            by_status.entry(self.refusals[&name].status).or_default().push(name);
        }
        for (status, names) in by_status {
            answers[status.to_string()] = self.refusal(&names);
        }
        answers
    }

    /// The answer that is one of these refusals, all of one status.
    fn refusal(&mut self, names: &[String]) -> Value {
        let title = names.join("Or");
        let schemas: Vec<_> =
            names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}Error")})).collect();
        let told: Vec<_> =
            names.iter().map(|name| format!("`{}`: {}", snake(name), about(self.refusals[name].variant))).collect();
        let examples: Map<_, _> =
            names.iter().map(|name| (snake(name), json!({"value": self.refusals[name].example}))).collect();
        let mut headers = reply_headers();
        if names.iter().any(|name| self.refusals[name].example["details"].get("retry_after_s").is_some()) {
            headers["Retry-After"] = json!({"$ref": "#/components/headers/Retry-After"});
        }
        let schema = if let [one] = &*schemas { one.clone() } else { json!({"oneOf": schemas}) };
        self.responses.insert(
            title.clone(),
            json!({
                "description": told.join("\n\n"),
                "headers": headers,
                "content": {"application/json": {"schema": schema, "examples": examples}},
            }),
        );
        json!({"$ref": format!("#/components/responses/{title}")})
    }

    /// The names of all refusals that the function can answer with: those that its docstring names and those that all have.
    fn named_errors(&self, function: &Function) -> BTreeSet<String> {
        let (_, errors) = split_errors(&function.doc);
        let mut names: BTreeSet<String> =
            quoted(&errors).filter(|name| self.refusals.contains_key(*name)).map(str::to_owned).collect();
        let mut add = |more: &[&str]| names.extend(more.iter().map(|&name| name.to_owned()));
        add(OF_ANY);
        add(of_tokens(need(&function.endpoint)));
        if function.input != Input::Query {
            add(OF_CHANGES);
        }
        if is_keyed(function) {
            add(OF_KEYED);
        }
        names
    }

    /// The text with refusals named as they travel.
    fn with_codes(&self, text: &str) -> String {
        let mut text = words(text);
        for name in self.refusals.keys() {
            text = text.replace(&format!("`{name}`"), &format!("`{}`", snake(name)));
        }
        text
    }

    fn with_codes_inside(&self, mut schema: Value) -> Value {
        for property in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            if let Some(told) = property["description"].as_str() {
                property["description"] = json!(self.with_codes(told));
            }
        }
        schema
    }
}

/// The schema of a refusal with the status it comes with, which the reference shows.
fn with_status(mut schema: Value, status: u16) -> Value {
    schema["x-status"] = json!(status);
    schema
}

/// What a docstring says of the function, and from `Errors:` on of its errors.
fn split_errors(doc: &str) -> (String, String) {
    match doc.find("Errors:") {
        Some(at) => (doc[..at].trim_end().to_owned(), doc[at..].to_owned()),
        None => (doc.to_owned(), String::new()),
    }
}

/// What is said before anything is explained.
fn first_clause(told: &str) -> &str {
    let ends = [". ", ": ", "; ", ".\n", "\n\n"].into_iter().filter_map(|end| told.find(end));
    told[..ends.min().unwrap_or(told.len())].trim_end_matches('.')
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What the docstring of a refusal says, without the status before it.
fn about(variant: &Variant) -> String {
    let told = words(&variant.doc);
    let rest = told.split_once(": ").filter(|(status, _)| status.parse::<u16>().is_ok()).map(|(_, rest)| rest);
    let mut letters = rest.unwrap_or(&told).chars();
    letters.next().map(|first| first.to_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn noun(endpoint: &str) -> &str {
    endpoint.split('/').next().unwrap_or_default()
}

/// Whether the function takes notice of an `Idempotency-Key`.
fn is_keyed(function: &Function) -> bool {
    function.input != Input::Query && !["auth", "api_keys"].contains(&noun(&function.endpoint))
}

/// What a token needs for the function.
fn need(endpoint: &str) -> Need {
    access_of(&format!("/api/v1/{endpoint}")).unwrap_or_else(|| panic!("{endpoint} is not in api/access.rs")).need
}

/// How one can show who one is; an empty way is to be nobody.
fn security(endpoint: &str, is_for_people: bool) -> Value {
    let mut ways = if is_for_people { Vec::new() } else { vec![json!({})] };
    match need(endpoint) {
        Need::Body => {}
        Need::Session => ways.push(json!({"session": []})),
        Need::Nothing => ways.extend([json!({"session": []}), json!({"bearer": []})]),
        Need::Scope(scope) => ways.extend([json!({"session": []}), json!({"bearer": [scope.key()]})]),
    }
    ways.into()
}

/// What a function answers to tokens besides: one that is not good, and one that doesn't open it.
fn of_tokens(need: Need) -> &'static [&'static str] {
    match need {
        Need::Body => &[],
        Need::Nothing => &["TokenInvalid"],
        Need::Session | Need::Scope(_) => &["TokenInvalid", "Forbidden"],
    }
}

/// The fields as parameters of a query.
fn query(object: &Value) -> Vec<Value> {
    let required = required(object);
    let parameters = properties(object).map(|(name, schema)| {
        let may_be_empty = !required.contains(name) && says_nothing_by_nothing(schema);
        let mut schema = without_null(schema);
        let told = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let is_list = schema["type"] == "array";
        let mut parameter = json!({
            "name": if is_list { format!("{name}[]") } else { name.clone() },
            "in": "query",
            "required": required.contains(name),
            "schema": schema,
        });
        // `?event_id=` says nothing, as an empty field of a form does.
        if may_be_empty {
            parameter["allowEmptyValue"] = json!(true);
        }
        if let Some(told) = told {
            parameter["description"] = told;
        }
        if is_list {
            parameter["style"] = json!("form");
            parameter["explode"] = json!(true);
        }
        parameter
    });
    parameters.collect()
}

/// Whether an empty value is the same as none: of texts, and of what can be null.
fn says_nothing_by_nothing(schema: &Value) -> bool {
    let is_null = |schema: &Value| schema["type"] == "null";
    let can_be_null = schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
        || schema["anyOf"].as_array().is_some_and(|either| either.iter().any(is_null));
    can_be_null || schema["type"] == "string"
}

/// The fields as JSON, where null says the same as nothing.
fn lenient(mut object: Value) -> Value {
    let required = required(&object);
    let properties = object["properties"].as_object_mut().into_iter().flatten();
    for (_, schema) in properties.filter(|(name, _)| !required.contains(*name)) {
        if let Some(kind) = schema["type"].as_str() {
            schema["type"] = json!([kind, "null"]);
        } else if schema.get("$ref").is_some() {
            let told = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            *schema = json!({"anyOf": [schema.clone(), {"type": "null"}]});
            if let Some(told) = told {
                schema["description"] = told;
            }
        }
    }
    object
}

/// The fields as a form, unless they are too deep for one.
fn form(object: &Value) -> Option<Value> {
    let mut form = Map::new();
    for (name, schema) in properties(object) {
        let schema = without_null(schema);
        match schema["type"].as_str() {
            Some("object") => return None,
            Some("array") => _ = form.insert(format!("{name}[]"), schema),
            _ => _ = form.insert(name.clone(), schema),
        }
    }
    let names =
        required(object).into_iter().map(|name| if form.contains_key(&name) { name } else { format!("{name}[]") });
    let names: Vec<_> = names.collect();
    let mut schema = json!({"type": "object", "properties": form});
    if !names.is_empty() {
        schema["required"] = json!(names);
    }
    Some(schema)
}

/// The schema of what is there, for what can't say null.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(kind) = schema["type"].as_array().and_then(|kinds| kinds.first().cloned()) {
        schema["type"] = kind;
    }
    if let Some(first) = schema["anyOf"].as_array().and_then(|either| either.first().cloned()) {
        let told = schema.get("description").cloned();
        schema = first;
        if let Some(told) = told {
            schema["description"] = told;
        }
    }
    schema
}

fn properties(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object["properties"].as_object().into_iter().flatten()
}

fn required(object: &Value) -> BTreeSet<String> {
    let names = object["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The headers that every reply has.
fn reply_headers() -> Value {
    let names = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"];
    let header = |name| (name, json!({"$ref": format!("#/components/headers/{name}")}));
    names.into_iter().map(header).map(|(name, header)| (name.to_owned(), header)).collect::<Map<_, _>>().into()
}

fn headers() -> Value {
    json!({
        "X-Request-Id": {
            "description": "The request's id, under which the server's log has it.",
            "required": true,
            "schema": {"type": "string"},
            "example": "0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21",
        },
        "X-RateLimit-Limit": {
            "description": "Requests of this kind that the caller may make at once, when none was made for a while.",
            "required": true,
            "schema": {"type": "integer", "minimum": 0},
            "example": 120,
        },
        "X-RateLimit-Remaining": {
            "description": "How many of them are left now.",
            "required": true,
            "schema": {"type": "integer", "minimum": 0},
            "example": 117,
        },
        "X-RateLimit-Reset": {
            "description": "Seconds until all of them are there again.",
            "required": true,
            "schema": {"type": "integer", "minimum": 0},
            "example": 3,
        },
        "Retry-After": {
            "description": "Seconds after which the request can be repeated with some hope.",
            "schema": {"type": "integer", "minimum": 0},
            "example": 2,
        },
        "Idempotent-Replayed": {
            "description": "`true` where this is the kept answer to the same request, sent before under this key.",
            "schema": {"const": "true"},
            "example": "true",
        },
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "A new one for each change, such as a random UUID: sent again with it, the same request is done once.",
        "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
        "example": "5f3c2b1e-8d4a-4f6b-9c7d-0e1f2a3b4c5d",
    })
}

fn security_schemes() -> Value {
    json!({
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "evently",
            "description": "The cookie that `auth/login` sets. On a site with https its name is `__Host-evently`.",
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer …` with the access token of an app (`auth/token`, `auth/refresh`) or an API key \
                            (`/account/keys`). It acts for its person within its scopes; each function names the scope it needs.",
        },
    })
}

/// An example of each request and of each answer, beside its schema.
fn add_examples(document: &mut Value) {
    let known = document.clone();
    for operation in document["paths"]
        .as_object_mut()
        .into_iter()
        .flatten()
        .flat_map(|(_, path)| path.as_object_mut().into_iter().flatten().map(|(_, operation)| operation))
    {
        let sent = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, media) in sent {
            media["example"] = example(&media["schema"], &known, true);
        }
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(name) = parameter["name"].as_str().map(|name| name.trim_end_matches("[]").to_owned()) {
                let of_name =
                    json!({"type": "object", "properties": {name.clone(): parameter["schema"]}, "required": [name]});
                parameter["example"] = example(&of_name, &known, true)[&name].clone();
            }
        }
        let media = &mut operation["responses"]["200"]["content"]["application/json"];
        media["example"] = example(&media["schema"], &known, false);
    }
}
