//! What breaks those who call: held against the document as it was released.
//!
//! Callers may go on sending what they could send, and find in answers what they could find. More of either is no break:
//! new functions, new arguments that can be left out, new fields, new values, new refusals.

use serde_json::Value;
use std::collections::BTreeSet;

/// What callers of the old document would stumble over in the new one, each with its place.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Comparison { old, new, found: Vec::new() };
    found.compare();
    found.found
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: Vec<String>,
}

/// Which way a schema travels.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Sent,
    Answered,
}

const DEEPEST: usize = 12;

impl Comparison<'_> {
    fn compare(&mut self) {
        for (path, old) in entries(&self.old["paths"]) {
            for (method, old) in entries(old) {
                let place = format!("{method} {path}");
                match self.new["paths"][path].get(method) {
                    Some(new) => self.operation(&place, old, new),
                    None => self.found.push(format!("{place} is gone")),
                }
            }
        }
    }

    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        if old["operationId"] != new["operationId"] {
            self.found.push(format!("{place} has another operationId"));
        }
        self.parameters(place, old, new);
        self.body(place, old, new);
        for (status, old) in entries(&old["responses"]) {
            let Some(new) = new["responses"].get(status) else {
                self.found.push(format!("{place} doesn't answer {status} any more"));
                continue;
            };
            let (old, new) = (resolved(self.old, old), resolved(self.new, new));
            for (header, _) in entries(&old["headers"]).filter(|(header, _)| new["headers"].get(header).is_none()) {
                self.found.push(format!("{place} {status} has no header {header} any more"));
            }
            // Which refusals there are may change: what one says is held in `components`.
            if status.starts_with('2') {
                self.media(&format!("{place} {status}"), &old["content"], &new["content"], Way::Answered);
            }
        }
    }

    fn parameters(&mut self, place: &str, old: &Value, new: &Value) {
        let listed = |document, operation: &Value| -> Vec<Value> {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            parameters.map(|parameter| resolved(document, parameter).clone()).collect()
        };
        let (old, new) = (listed(self.old, old), listed(self.new, new));
        let is_same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
        for before in &old {
            let at = format!("{place} {}", before["name"].as_str().unwrap_or_default());
            match new.iter().find(|after| is_same(before, after)) {
                Some(after) if after["required"] == true && before["required"] != true => {
                    self.found.push(format!("{at} can't be left out any more"));
                }
                Some(after) => self.schema(&at, &before["schema"], &after["schema"], Way::Sent, 0),
                None => self.found.push(format!("{at} is gone")),
            }
        }
        for added in new.iter().filter(|after| after["required"] == true) {
            if !old.iter().any(|before| is_same(before, added)) {
                let name = added["name"].as_str().unwrap_or_default();
                self.found.push(format!("{place} {name} is new and can't be left out"));
            }
        }
    }

    fn body(&mut self, place: &str, old: &Value, new: &Value) {
        let (old, new) = (&old["requestBody"], &new["requestBody"]);
        if new["required"] == true && old["required"] != true {
            self.found.push(format!("{place} needs a body now"));
        }
        self.media(place, &old["content"], &new["content"], Way::Sent);
    }

    fn media(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        for (kind, old) in entries(old) {
            match new.get(kind) {
                Some(new) => self.schema(place, &old["schema"], &new["schema"], way, 0),
                None => self.found.push(format!("{place} has no {kind} any more")),
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, way: Way, depth: usize) {
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        // A type that contains itself has been compared by then.
        if depth > DEEPEST || old == new && self.old["components"] == self.new["components"] {
            return;
        }
        self.kinds(place, old, new, way);
        self.values(place, old, new, way);
        self.limits(place, old, new, way);
        self.alternatives(place, old, new, way, depth);
        self.fields(place, old, new, way, depth);
        for key in ["items", "additionalProperties"] {
            if old[key].is_object() && new[key].is_object() {
                self.schema(&format!("{place}[]"), &old[key], &new[key], way, depth + 1);
            }
        }
        let (before, after) = (list(&old["prefixItems"]), list(&new["prefixItems"]));
        for (at, (before, after)) in before.iter().zip(after).enumerate() {
            self.schema(&format!("{place}[{at}]"), before, after, way, depth + 1);
        }
        if before.len() > after.len() {
            self.found.push(format!("{place} has fewer items"));
        }
    }

    fn kinds(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        let (before, after) = (kinds(old), kinds(new));
        let (narrow, wide) = if way == Way::Sent { (&before, &after) } else { (&after, &before) };
        // Nothing said is anything at all.
        let fits = wide.is_empty() || !narrow.is_empty() && narrow.iter().all(|kind| has_kind(wide, kind));
        if !fits {
            self.found.push(format!("{place} was {before:?} and is {after:?}"));
        }
        let restricts = |key: &str| match way {
            Way::Sent => new.get(key).is_some() && new[key] != old[key],
            Way::Answered => old.get(key).is_some() && new[key] != old[key],
        };
        for key in ["format", "pattern"].into_iter().filter(|key| restricts(key)) {
            self.found.push(format!("{place} has another {key}"));
        }
    }

    fn values(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        if way == Way::Answered {
            return;
        }
        let after = values(new);
        for gone in values(old).iter().filter(|value| !after.is_empty() && !after.contains(value)) {
            self.found.push(format!("{place} can't be {gone} any more"));
        }
        if values(old).is_empty() && !after.is_empty() {
            self.found.push(format!("{place} can't be just anything any more"));
        }
    }

    fn limits(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        if way == Way::Answered {
            return;
        }
        for (key, is_least) in [("minimum", true), ("minLength", true), ("minItems", true)].into_iter().chain([
            ("maximum", false),
            ("maxLength", false),
            ("maxItems", false),
        ]) {
            let Some(after) = new[key].as_f64() else { continue };
            let is_wider =
                old[key].as_f64().is_some_and(|before| if is_least { after <= before } else { after >= before });
            if !is_wider {
                self.found.push(format!("{place} has a narrower {key}"));
            }
        }
        if new["additionalProperties"] == false && old["additionalProperties"] != false {
            self.found.push(format!("{place} takes no unknown fields any more"));
        }
    }

    /// Each thing it could be has to be among the things it can be.
    fn alternatives(&mut self, place: &str, old: &Value, new: &Value, way: Way, depth: usize) {
        let after = either(new);
        for (at, before) in either(old).into_iter().enumerate() {
            let fits = after.iter().any(|after| {
                let mut inner = Comparison { old: self.old, new: self.new, found: Vec::new() };
                inner.schema(place, before, after, way, depth + 1);
                // Answers have the same tag, not just the same form.
                inner.found.is_empty() && tags(resolved(self.old, before)) == tags(resolved(self.new, after))
            });
            if !fits {
                self.found.push(format!("{place}: its alternative {} is gone or another", at + 1));
            }
        }
        let took_anything = |schema: &Value| either(schema).iter().any(|one| one["type"] == "null");
        if way == Way::Answered && !after.is_empty() && took_anything(new) && !took_anything(old) {
            self.found.push(format!("{place} can be null now"));
        }
    }

    fn fields(&mut self, place: &str, old: &Value, new: &Value, way: Way, depth: usize) {
        for (name, before) in entries(&old["properties"]) {
            let at = format!("{place}.{name}");
            match new["properties"].get(name) {
                Some(after) => self.schema(&at, before, after, way, depth + 1),
                None => self.found.push(format!("{at} is gone")),
            }
        }
        let (before, after) = (names(&old["required"]), names(&new["required"]));
        match way {
            Way::Sent => after.difference(&before).for_each(|name| {
                self.found.push(format!("{place}.{name} can't be left out any more"));
            }),
            Way::Answered => before.difference(&after).for_each(|name| {
                self.found.push(format!("{place}.{name} can be missing now"));
            }),
        }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn names(value: &Value) -> BTreeSet<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// What a reference leads to.
pub(super) fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let meant = document.pointer(reference.trim_start_matches('#'));
            resolved(document, meant.unwrap_or_else(|| panic!("{reference} leads nowhere")))
        }
        None => value,
    }
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn has_kind(kinds: &[&str], kind: &str) -> bool {
    kinds.contains(&kind) || kind == "integer" && kinds.contains(&"number")
}

fn values(schema: &Value) -> Vec<&Value> {
    match schema.get("const") {
        Some(value) => vec![value],
        None => list(&schema["enum"]).iter().collect(),
    }
}

fn either(schema: &Value) -> Vec<&Value> {
    list(&schema["oneOf"]).iter().chain(list(&schema["anyOf"])).collect()
}

/// What tells an alternative from the others: its fields of one value each.
fn tags(schema: &Value) -> Vec<(&String, &Value)> {
    entries(&schema["properties"]).filter_map(|(name, schema)| Some((name, schema.get("const")?))).collect()
}

mod tests {
    use super::breaks;
    use serde_json::{Value, json};

    fn released() -> Value {
        json!({"paths": {"/x": {"post": {
            "operationId": "x",
            "parameters": [{"name": "a", "in": "query", "required": false, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": ["one", "two"]},
                    "count": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
                },
                "required": ["kind"],
            }}}},
            "responses": {
                "200": {
                    "headers": {"X-Request-Id": {}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "404": {"content": {}},
            },
        }}}, "components": {"schemas": {"Thing": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "inner": {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]},
                "state": {"oneOf": [
                    {"type": "object", "properties": {"state": {"const": "on"}}, "required": ["state"]},
                    {"type": "object", "properties": {"state": {"const": "off"}}, "required": ["state"]},
                ]},
            },
            "required": ["id", "inner"],
        }}}})
    }

    const OPERATION: &str = "/paths/~1x/post";
    const BODY: &str = "/paths/~1x/post/requestBody/content/application~1json/schema";
    const THING: &str = "/components/schemas/Thing";

    /// The released document with something else in this place; null takes it away.
    fn with(place: &str, name: &str, value: Value) -> Value {
        let mut document = released();
        let within = document.pointer_mut(place).and_then(Value::as_object_mut).expect("a place");
        match value {
            Value::Null => _ = within.remove(name),
            value => _ = within.insert(name.to_owned(), value),
        }
        document
    }

    #[test]
    fn what_is_added_breaks_nothing() {
        let added = json!({"name": "b", "in": "query", "required": false, "schema": {"type": "string"}});
        let parameters = json!([released()["paths"]["/x"]["post"]["parameters"][0], added]);
        let wider = json!({"type": ["integer", "null"], "minimum": 0, "maximum": 10});
        for new in [
            released(),
            with("/paths", "/y", json!({"get": {"operationId": "y"}})),
            with(OPERATION, "parameters", parameters),
            with(&format!("{OPERATION}/responses"), "409", json!({})),
            with(&format!("{BODY}/properties"), "more", json!({"type": "string"})),
            with(&format!("{BODY}/properties"), "count", wider),
            with(&format!("{BODY}/properties"), "kind", json!({"type": "string", "enum": ["one", "two", "three"]})),
            with(&format!("{THING}/properties"), "more", json!({"type": "string"})),
            with(THING, "description", json!("A thing.")),
        ] {
            assert_eq!(breaks(&released(), &new), Vec::<String>::new());
        }
    }

    #[test]
    fn what_callers_would_stumble_over_is_named() {
        let required = json!([{"name": "a", "in": "query", "required": true, "schema": {"type": "string"}}]);
        let one_state = json!({"oneOf": [
            {"type": "object", "properties": {"state": {"const": "on"}}, "required": ["state"]},
        ]});
        for (new, said) in [
            (with("/paths", "/x", Value::Null), "post /x is gone"),
            (with(OPERATION, "operationId", json!("z")), "another operationId"),
            (with(OPERATION, "parameters", json!([])), "post /x a is gone"),
            (with(OPERATION, "parameters", required), "can't be left out"),
            (with(&format!("{OPERATION}/responses"), "404", Value::Null), "doesn't answer 404"),
            (with(&format!("{OPERATION}/responses/200/headers"), "X-Request-Id", Value::Null), "no header"),
            (with(&format!("{BODY}/properties"), "kind", json!({"type": "string", "enum": ["one"]})), "\"two\""),
            (
                with(&format!("{BODY}/properties"), "count", json!({"type": "integer", "minimum": 1, "maximum": 9})),
                "null",
            ),
            (
                with(
                    &format!("{BODY}/properties"),
                    "count",
                    json!({"type": ["integer", "null"], "minimum": 2, "maximum": 9}),
                ),
                "minimum",
            ),
            (with(&format!("{BODY}/properties"), "kind", Value::Null), "kind is gone"),
            (with(BODY, "required", json!(["kind", "count"])), "count can't be left out"),
            (with(BODY, "additionalProperties", json!(false)), "unknown fields"),
            (with(&format!("{THING}/properties"), "id", json!({"type": "integer"})), "id was"),
            (with(&format!("{THING}/properties"), "id", json!({"type": "string"})), "another format"),
            (with(&format!("{THING}/properties"), "id", Value::Null), "id is gone"),
            (with(&format!("{THING}/properties"), "state", one_state), "alternative 2"),
            (with(THING, "required", json!(["id"])), "inner can be missing"),
        ] {
            let found = breaks(&released(), &new);
            assert!(found.iter().any(|line| line.contains(said)), "{said}: {found:?}");
        }
    }
}
