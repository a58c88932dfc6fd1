//! What functions take, as the document says: by it JSON is read strictly, what no function knows is left aside, and a caller
//! whose request can't be read is told which field it is.

use chrono::{DateTime, NaiveDate};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};
use uuid::Uuid;

/// What is told beside `malformed`, where it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MalformedDetails {
    /// The field that is missing, or has the wrong form, by the name it has in the request.
    pub field: String,
}

/// The fields that a function takes.
#[derive(Debug, Default)]
pub struct Fields {
    by_name: BTreeMap<String, Field>,
    /// Whether they come in a body.
    are_sent: bool,
}

#[derive(Debug)]
struct Field {
    kind: Kind,
    is_required: bool,
}

/// What a field can be.
#[derive(Debug, PartialEq)]
enum Kind {
    Text(Form),
    /// Between these, both included.
    Integer(i64, i64),
    Flag,
    List(Box<Kind>),
    /// What the document doesn't say, or says in ways that aren't known here.
    Anything,
}

/// What a text has to look like.
#[derive(Debug, PartialEq)]
enum Form {
    Any,
    Uuid,
    Instant,
    Day,
    /// One of these.
    Word(Vec<String>),
}

/// What each function takes, by its path.
static FUNCTIONS: LazyLock<HashMap<String, Fields>> = LazyLock::new(|| {
    // Read anew: what is kept of it is little, and the document as a tree is not.
    let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.map(|(path, operations)| (path.clone(), Fields::of(operations, &document))).collect()
});

/// What the function of this path takes; nothing for what is no function.
pub fn fields_of(path: &str) -> Option<&'static Fields> {
    FUNCTIONS.get(path)
}

/// The same of a function that takes a body; one that is asked by a query is called with another method.
pub fn body_of(path: &str) -> Option<&'static Fields> {
    fields_of(path).filter(|fields| fields.are_sent)
}

impl Fields {
    fn of(operations: &Value, document: &Value) -> Self {
        let parameters = operations["get"]["parameters"].as_array().into_iter().flatten();
        let asked = parameters.filter(|parameter| parameter["in"] == "query").map(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default().trim_end_matches("[]");
            (name.to_owned(), Field::of(&parameter["schema"], parameter["required"] == true, document))
        });
        let body = resolved(&operations["post"]["requestBody"]["content"]["application/json"]["schema"], document);
        let required: Vec<_> = body["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let sent = body["properties"].as_object().into_iter().flatten();
        let sent =
            sent.map(|(name, schema)| (name.clone(), Field::of(schema, required.contains(&name.as_str()), document)));
        Self { by_name: asked.chain(sent).collect(), are_sent: operations["post"].is_object() }
    }

    /// What of a body of JSON the function takes. Errors: the name of the first field that isn't there, or isn't what it has
    /// to be.
    pub fn read(&self, mut body: Map<String, Value>) -> Result<Map<String, Value>, String> {
        let mut read = Map::new();
        for (name, field) in &self.by_name {
            match body.remove(name).unwrap_or_default() {
                Value::Null if field.is_required => return Err(name.clone()),
                Value::Null => {}
                value => _ = read.insert(name.clone(), field.kind.read(name, value)?),
            }
        }
        Ok(read)
    }

    /// The same of a form: its pairs, as they came.
    pub fn keep(&self, form: &str) -> String {
        let is_known = |pair: &&str| self.by_name.contains_key(base(&said(pair).0));
        form.split('&').filter(is_known).collect::<Vec<_>>().join("&")
    }

    /// The field by which a form or a query can't be read, if it is plain which it is.
    pub fn misfit(&self, form: &str) -> Option<String> {
        let pairs: Vec<_> = form.split('&').map(said).collect();
        let missing = self
            .by_name
            .iter()
            .find(|(name, field)| field.is_required && !pairs.iter().any(|(given, _)| base(given) == name.as_str()));
        if let Some((name, _)) = missing {
            return Some(name.clone());
        }
        let odd = pairs.iter().find(|(name, text)| {
            let Some(field) = self.by_name.get(base(name)) else { return false };
            let is_left_out = text.is_empty() && !field.is_required;
            !is_left_out && !field.kind.is_said_by(text)
        });
        odd.map(|(name, _)| name.trim_end_matches("[]").to_owned())
    }
}

impl Field {
    fn of(schema: &Value, is_required: bool, document: &Value) -> Self {
        Self { kind: Kind::of(schema, document), is_required }
    }
}

impl Kind {
    fn of(schema: &Value, document: &Value) -> Self {
        let schema = resolved(schema, document);
        if let Some(either) = schema["anyOf"].as_array() {
            let said: Vec<_> = either.iter().filter(|schema| schema["type"] != "null").collect();
            return if let [one] = &*said { Self::of(one, document) } else { Self::Anything };
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
        match kind {
            "string" => Self::Text(Form::of(schema)),
            "integer" => {
                let bound = |key: &str, or: i64| schema[key].as_i64().unwrap_or(or);
                Self::Integer(bound("minimum", i64::MIN), bound("maximum", i64::MAX))
            }
            "boolean" => Self::Flag,
            "array" => Self::List(Self::of(&schema["items"], document).into()),
            _ => Self::Anything,
        }
    }

    /// The value, if it is of this kind. Errors: the name of what isn't.
    fn read(&self, name: &str, value: Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Anything, value) => Ok(value),
            (Self::Text(_), Value::String(text)) => Ok(text.into()),
            (Self::Flag, Value::Bool(flag)) => Ok(flag.into()),
            (Self::Integer(..), Value::Number(number)) => {
                integer(&number).map(Value::from).ok_or_else(|| name.to_owned())
            }
            (Self::List(kind), Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                items.map(|(at, item)| kind.read(&format!("{name}[{at}]"), item)).collect()
            }
            _ => Err(name.to_owned()),
        }
    }

    /// Whether a form can mean something of this kind by this text.
    fn is_said_by(&self, text: &str) -> bool {
        match self {
            Self::Text(form) => form.fits(text),
            Self::Integer(least, most) => text.parse::<i64>().is_ok_and(|number| (*least..=*most).contains(&number)),
            Self::Flag => text.parse::<bool>().is_ok(),
            Self::List(kind) => kind.is_said_by(text),
            Self::Anything => true,
        }
    }
}

impl Form {
    fn of(schema: &Value) -> Self {
        if let Some(words) = schema["enum"].as_array() {
            return Self::Word(words.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        match schema["format"].as_str() {
            Some("uuid") => Self::Uuid,
            Some("date-time") => Self::Instant,
            Some("date") => Self::Day,
            _ => Self::Any,
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            // PostgreSQL can't hold it.
            Self::Any => !text.contains('\0'),
            Self::Uuid => text.parse::<Uuid>().is_ok(),
            Self::Instant => DateTime::parse_from_rfc3339(text).is_ok(),
            Self::Day => text.parse::<NaiveDate>().is_ok(),
            Self::Word(words) => words.iter().any(|word| word == text),
        }
    }
}

/// A number without a fraction is an integer, however it is written: `2`, `2.0`, `2e0`.
fn integer(number: &serde_json::Number) -> Option<i64> {
    /// Beyond it, not every integer is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole =
        || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT).map(|float| float as i64);
    number.as_i64().or_else(whole)
}

/// What a pair of a form says: a name and a value.
fn said(pair: &str) -> (String, String) {
    let plain = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (plain(name), plain(value))
}

/// `seats` of `seats[]` and of `seats[3]`.
fn base(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let meant = schema["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    meant.map_or(schema, |meant| resolved(meant, document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOLD: &str = "/api/v1/bookings/hold";
    const EVENT: &str = "0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21";

    fn read(path: &str, body: Value) -> Result<Value, String> {
        let Value::Object(body) = body else { panic!("no object") };
        fields_of(path).expect("a function").read(body).map(Value::Object)
    }

    #[test]
    fn every_field_of_every_form_is_of_a_kind_that_is_known() {
        let takes_json_alone = ["seat_plans/save", "seats/draw"];
        for (path, fields) in FUNCTIONS.iter() {
            for (name, field) in &fields.by_name {
                let is_known = field.kind != Kind::Anything && field.kind != Kind::List(Kind::Anything.into());
                assert!(is_known || takes_json_alone.iter().any(|function| path.ends_with(function)), "{path} {name}");
            }
        }
        assert!(FUNCTIONS.len() > 100);
    }

    #[test]
    fn what_no_function_knows_is_left_aside_whatever_its_name() {
        let body = json!({"event_id": EVENT, "quantity": 2, "seat_ids": null, "": {"[": []}, "a[b]": 1});
        assert_eq!(read(HOLD, body), Ok(json!({"event_id": EVENT, "quantity": 2})));
        let fields = fields_of(HOLD).expect("a function");
        assert_eq!(
            fields.keep("=1&]=2&quantity=2&a&seat_ids%5B%5D=x&seat_ids[0]=y"),
            "quantity=2&seat_ids%5B%5D=x&seat_ids[0]=y"
        );
        assert_eq!(fields.keep(""), "");
    }

    #[test]
    fn json_says_what_the_document_says_and_not_something_like_it() {
        for (field, odd) in [
            ("quantity", json!("2")),
            ("quantity", json!(2.5)),
            ("quantity", json!(1e300)),
            ("quantity", json!(true)),
            ("quantity", json!({})),
            ("event_id", json!(5)),
            ("event_id", json!(null)),
            ("seat_ids", json!("x")),
            ("seat_ids[1]", json!([EVENT, null])),
            ("seat_ids[0]", json!([[EVENT]])),
        ] {
            let mut body = json!({"event_id": EVENT});
            body[base(field)] = odd;
            assert_eq!(read(HOLD, body.clone()), Err(field.to_owned()), "{body}");
        }
        assert_eq!(read(HOLD, json!({"quantity": 1})), Err("event_id".to_owned()));
    }

    #[test]
    fn an_integer_can_be_written_in_every_way_json_has() {
        for two in ["2", "2.0", "2e0", "20e-1"] {
            let body: Value =
                serde_json::from_str(&format!(r#"{{"event_id": "{EVENT}", "quantity": {two}}}"#)).expect("JSON");
            assert_eq!(read(HOLD, body).expect("read")["quantity"], json!(2), "{two}");
        }
        let large = serde_json::Number::from(i64::MAX);
        assert_eq!(integer(&large), Some(i64::MAX));
    }

    #[test]
    fn the_field_of_a_form_that_cannot_be_read_is_named() {
        for (form, field) in [
            ("", Some("event_id")),
            ("quantity=2", Some("event_id")),
            ("event_id=", Some("event_id")),
            ("event_id=x", Some("event_id")),
            ("event_id=0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21&quantity=two", Some("quantity")),
            ("event_id=0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21&quantity=99999999999", Some("quantity")),
            ("event_id=0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21&seat_ids[2]=x", Some("seat_ids[2]")),
            ("event_id=0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21&quantity=&seat_ids[]=", None),
            ("event_id=0193f1c2-7a4e-7c3b-9d52-1f6a8b0c4e21&quantity=2&other=%00", None),
        ] {
            assert_eq!(fields_of(HOLD).expect("a function").misfit(form).as_deref(), field, "{form}");
        }
        assert!(fields_of("/api/v1/bookings").is_none());
        assert!(body_of(HOLD).is_some() && body_of("/api/v1/events/get").is_none());
    }
}
