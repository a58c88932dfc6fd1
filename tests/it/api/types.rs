//! From types to JSON schemas, as serde writes and reads them.

use super::sources::{Field, Module, Named, Serde, Shape, Sources, Variant, arguments_of, name_of};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use syn::{Expr, ExprLit, Lit, Type};

/// The schemas of types, each made once under its name.
pub(super) struct Schemas<'a> {
    sources: &'a Sources,
    /// By name: `components.schemas`.
    pub(super) named: BTreeMap<String, Value>,
    /// Whether what is made now is what callers send. They may leave out what may be null; answers say null.
    pub(super) is_sent: bool,
}

/// Where a type is named, and what its parameters stand for: their schema, and their name.
#[derive(Clone)]
struct Scope {
    module: Module,
    parameters: BTreeMap<String, (Value, String)>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, named: BTreeMap::new(), is_sent: true }
    }

    /// The schema of a type as it is named in this module.
    pub(super) fn of(&mut self, ty: &Type, module: &Module) -> Value {
        self.schema(ty, &Scope { module: module.clone(), parameters: BTreeMap::new() })
    }

    /// The schema of these fields as one object.
    pub(super) fn object_of(&mut self, fields: &[Field], module: &Module) -> Value {
        let scope = Scope { module: module.clone(), parameters: BTreeMap::new() };
        self.object(fields, &Serde::new(), &scope)
    }

    /// The schema of what a variant carries, if anything.
    pub(super) fn content(&mut self, shape: &Shape, module: &Module) -> Option<Value> {
        self.carried(shape, &Scope { module: module.clone(), parameters: BTreeMap::new() })
    }

    fn schema(&mut self, ty: &Type, scope: &Scope) -> Value {
        match ty {
            Type::Reference(reference) => return self.schema(&reference.elem, scope),
            Type::Tuple(tuple) if tuple.elems.is_empty() => return json!({"type": "null"}),
            Type::Tuple(tuple) => {
                let items: Vec<_> = tuple.elems.iter().map(|ty| self.schema(ty, scope)).collect();
                return tuple_of(items);
            }
            Type::Array(array) => {
                let length = match &array.len {
                    Expr::Lit(ExprLit { lit: Lit::Int(length), .. }) => length.base10_parse::<u64>().ok(),
                    _ => None,
                };
                let items = self.schema(&array.elem, scope);
                return json!({"type": "array", "items": items, "minItems": length, "maxItems": length});
            }
            _ => {}
        }
        let (name, arguments) = (name_of(ty), arguments_of(ty));
        let mut argument = |at: usize| self.schema(&arguments[at], scope);
        match name.as_str() {
            "Vec" => json!({"type": "array", "items": argument(0)}),
            "Option" => nullable(argument(0)),
            "Box" | "Arc" => argument(0),
            "HashMap" | "BTreeMap" => json!({"type": "object", "additionalProperties": argument(1)}),
            "String" | "str" => json!({"type": "string"}),
            "bool" => json!({"type": "boolean"}),
            "i16" => json!({"type": "integer", "minimum": i16::MIN, "maximum": i16::MAX}),
            "i32" => json!({"type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX}),
            "i64" => json!({"type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX}),
            "u8" => json!({"type": "integer", "minimum": 0, "maximum": u8::MAX}),
            "u16" => json!({"type": "integer", "minimum": 0, "maximum": u16::MAX}),
            "u32" => json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
            "u64" | "usize" => json!({"type": "integer", "format": "int64", "minimum": 0}),
            "f32" | "f64" => json!({"type": "number", "format": "double"}),
            "Uuid" => json!({"type": "string", "format": "uuid"}),
            "DateTime" => json!({"type": "string", "format": "date-time"}),
            "NaiveDate" => json!({"type": "string", "format": "date"}),
            "Value" => json!({}),
            parameter if scope.parameters.contains_key(parameter) => scope.parameters[parameter].0.clone(),
            _ => self.named(&name, &arguments, scope),
        }
    }

    /// A reference to the schema of a type of ours, which is made if it isn't there.
    fn named(&mut self, name: &str, arguments: &[Type], scope: &Scope) -> Value {
        let sources = self.sources;
        let named = sources.find(name, &scope.module);
        if let Shape::Alias(ty) = &named.shape {
            return self.schema(ty, &Scope { module: named.module.clone(), parameters: BTreeMap::new() });
        }
        let given: Vec<_> = arguments.iter().map(|ty| (self.schema(ty, scope), name_of(ty))).collect();
        let title = self.title(named, &given);
        let inner =
            Scope { module: named.module.clone(), parameters: named.generics.iter().cloned().zip(given).collect() };
        if !self.named.contains_key(&title) {
            // A type that contains itself finds it there.
            self.named.insert(title.clone(), Value::Null);
            let mut schema = self.declared(named, &inner);
            describe(&mut schema, &named.doc);
            self.named.insert(title.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{title}")})
    }

    /// `Booking`, `PageOfBooking`; with its slice before it where other types have the same name.
    fn title(&self, named: &Named, given: &[(Value, String)]) -> String {
        let slice = match self.sources.is_ambiguous(&named.name) {
            true => pascal(named.module.first().map(String::as_str).unwrap_or_default()),
            false => String::new(),
        };
        let given: String = given.iter().map(|(_, name)| format!("Of{name}")).collect();
        format!("{slice}{}{given}", named.name)
    }

    fn declared(&mut self, named: &Named, scope: &Scope) -> Value {
        if named.name == "Currency" {
            return json!({"type": "string", "pattern": "^[A-Z]{3}$"});
        }
        if named.serde.contains_key("try_from") || named.serde.contains_key("from") {
            return json!({"type": "string"});
        }
        match &named.shape {
            Shape::Unit => json!({"type": "null"}),
            Shape::Alias(ty) => self.schema(ty, scope),
            Shape::Tuple(types) if types.len() == 1 => self.schema(&types[0], scope),
            Shape::Tuple(types) => tuple_of(types.iter().map(|ty| self.schema(ty, scope)).collect()),
            Shape::Fields(fields) => self.object(fields, &named.serde, scope),
            Shape::Variants(variants) => self.one_of(variants, &named.serde, scope),
        }
    }

    fn object(&mut self, fields: &[Field], serde: &Serde, scope: &Scope) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in fields.iter().filter(|field| !field.serde.contains_key("skip")) {
            if field.serde.contains_key("flatten") {
                let inner = self.flat(&field.ty, scope);
                properties.extend(inner["properties"].as_object().expect("an object to flatten").clone());
                required.extend(inner["required"].as_array().cloned().unwrap_or_default());
                continue;
            }
            let mut schema = self.schema(&field.ty, scope);
            describe(&mut schema, &field.doc);
            let name = field.serde.get("rename").unwrap_or(&field.name);
            properties.insert(name.clone(), schema);
            let may_miss = match self.is_sent {
                true => {
                    field.serde.contains_key("default")
                        || serde.contains_key("default")
                        || name_of(&field.ty) == "Option"
                }
                false => field.serde.contains_key("skip_serializing_if"),
            };
            if !may_miss {
                required.push(json!(name));
            }
        }
        let mut object = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        if serde.contains_key("deny_unknown_fields") {
            object["additionalProperties"] = json!(false);
        }
        object
    }

    /// The object that a field is made part of another by.
    fn flat(&mut self, ty: &Type, scope: &Scope) -> Value {
        let sources = self.sources;
        let named = sources.find(&name_of(ty), &scope.module);
        let inner = Scope { module: named.module.clone(), parameters: BTreeMap::new() };
        match &named.shape {
            Shape::Fields(fields) => self.object(fields, &named.serde, &inner),
            _ => panic!("{} is no struct, and is flattened", named.name),
        }
    }

    fn one_of(&mut self, variants: &[Variant], serde: &Serde, scope: &Scope) -> Value {
        let all_plain = variants.iter().all(|variant| matches!(variant.shape, Shape::Unit));
        if all_plain && !serde.contains_key("tag") {
            let names: Vec<_> = variants.iter().map(|variant| renamed(variant, serde)).collect();
            let told: Vec<_> = variants
                .iter()
                .zip(&names)
                .filter(|(variant, _)| !variant.doc.is_empty())
                .map(|(variant, name)| format!("- `{name}`: {}", words(&variant.doc)))
                .collect();
            let mut schema = json!({"type": "string", "enum": names});
            if !told.is_empty() {
                schema["description"] = json!(told.join("\n"));
            }
            return schema;
        }
        let each: Vec<_> = variants.iter().map(|variant| self.variant(variant, serde, scope)).collect();
        json!({"oneOf": each})
    }

    fn variant(&mut self, variant: &Variant, serde: &Serde, scope: &Scope) -> Value {
        let name = renamed(variant, serde);
        let carried = self.carried(&variant.shape, scope);
        let mut schema = match (serde.get("tag"), serde.get("content"), carried) {
            _ if variant.serde.contains_key("untagged") || serde.contains_key("untagged") => {
                return self.carried(&variant.shape, scope).unwrap_or(json!({"type": "null"}));
            }
            (None, _, None) => json!({"const": name}),
            (None, _, Some(carried)) => object_with(&[(&name, carried)]),
            (Some(tag), Some(content), Some(carried)) => {
                object_with(&[(tag, json!({"const": name})), (content, carried)])
            }
            (Some(tag), _, None) => object_with(&[(tag, json!({"const": name}))]),
            (Some(tag), None, Some(mut carried)) => {
                let properties = carried["properties"].as_object_mut().expect("a variant with named fields");
                properties.insert(tag.clone(), json!({"const": name}));
                let mut required = carried["required"].as_array().cloned().unwrap_or_default();
                required.insert(0, json!(tag));
                carried["required"] = json!(required);
                carried
            }
        };
        describe(&mut schema, &variant.doc);
        schema
    }

    fn carried(&mut self, shape: &Shape, scope: &Scope) -> Option<Value> {
        match shape {
            Shape::Unit => None,
            Shape::Fields(fields) => Some(self.object(fields, &Serde::new(), scope)),
            Shape::Tuple(types) if types.len() == 1 => Some(self.schema(&types[0], scope)),
            Shape::Tuple(types) => Some(tuple_of(types.iter().map(|ty| self.schema(ty, scope)).collect())),
            Shape::Variants(_) | Shape::Alias(_) => None,
        }
    }
}

fn object_with(fields: &[(&String, Value)]) -> Value {
    let names: Vec<_> = fields.iter().map(|(name, _)| json!(name)).collect();
    let properties: Map<_, _> = fields.iter().map(|(name, value)| ((*name).clone(), value.clone())).collect();
    json!({"type": "object", "properties": properties, "required": names})
}

fn tuple_of(items: Vec<Value>) -> Value {
    let count = items.len();
    json!({"type": "array", "prefixItems": items, "minItems": count, "maxItems": count})
}

/// The same, or null.
fn nullable(schema: Value) -> Value {
    match schema["type"].clone() {
        Value::String(kind) => {
            let mut schema = schema;
            schema["type"] = json!([kind, "null"]);
            schema
        }
        Value::Array(_) => schema,
        _ if schema.as_object().is_some_and(Map::is_empty) => schema,
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// Adds what the docstring says; what is said already stands below it.
fn describe(schema: &mut Value, doc: &str) {
    if doc.is_empty() {
        return;
    }
    let said = schema["description"].as_str().map(|said| format!("\n\n{said}")).unwrap_or_default();
    schema["description"] = json!(format!("{}{said}", words(doc)));
}

/// A docstring as Markdown: paragraphs without their line breaks, and names without their links.
pub(super) fn words(doc: &str) -> String {
    let paragraphs = doc.split("\n\n").map(|paragraph| {
        let lines: Vec<_> = paragraph.lines().map(str::trim_end).collect();
        let is_list = lines.iter().any(|line| line.starts_with("- ") || line.starts_with("| "));
        lines.join(if is_list { "\n" } else { " " })
    });
    without_links(&paragraphs.collect::<Vec<_>>().join("\n\n"))
}

/// ``[`Name`](path)`` and ``[`Name`]`` are names here.
fn without_links(text: &str) -> String {
    let mut parts = text.replace("[`", "`").split("`]").map(str::to_owned).collect::<Vec<_>>();
    for part in parts.iter_mut().skip(1).filter(|part| part.starts_with('(')) {
        *part = part.split_once(')').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    }
    parts.join("`")
}

/// The name of a variant on the wire.
pub(super) fn renamed(variant: &Variant, serde: &Serde) -> String {
    match (variant.serde.get("rename"), serde.get("rename_all").map(String::as_str)) {
        (Some(name), _) => name.clone(),
        (None, Some("snake_case")) => snake(&variant.name),
        (None, Some("lowercase")) => variant.name.to_lowercase(),
        (None, None) => variant.name.clone(),
        (None, Some(other)) => panic!("{other}: a way of naming that isn't known here"),
    }
}

/// `SoldOut` is `sold_out`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// `seat_plan` is `SeatPlan`.
pub(super) fn pascal(name: &str) -> String {
    let mut letters = name.split('_').map(|part| {
        let mut rest = part.chars();
        rest.next().map(|first| first.to_ascii_uppercase().to_string() + rest.as_str()).unwrap_or_default()
    });
    letters.by_ref().collect()
}
