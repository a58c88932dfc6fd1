//! What the source says about the API: the functions with their words and arguments, and the types that travel.
//!
//! Read from the text, so that a document made of it has the docstrings, and nothing is written twice.

use std::{collections::BTreeMap, fs, path::Path};
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, GenericParam, Ident, Item, ItemFn, Lit, Meta, Pat, PathArguments,
    ReturnType, Token, Type, UseTree,
    parse::{Parse, ParseStream},
};

/// Where something stands: `["bookings", "admin", "api"]`.
pub(super) type Module = Vec<String>;

/// Parts of the source whose types never travel under `/api`.
const ELSEWHERE: [&str; 7] =
    ["src/client/", "src/designer/", "src/scanner/", "src/seed/", "src/server/", "src/ui/", "src/job.rs"];

/// How a function takes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// GET, in the query.
    Query,
    /// POST, as a form or as JSON.
    Form,
    /// POST, as JSON alone.
    Json,
}

/// A server function.
pub(super) struct Function {
    /// Its path behind `/api/v1/`.
    pub(super) endpoint: String,
    /// The name of its type.
    pub(super) name: String,
    pub(super) input: Input,
    /// Whether it answers with a file, not with JSON of its type.
    pub(super) is_file: bool,
    /// Its docstring.
    pub(super) doc: String,
    pub(super) arguments: Vec<Field>,
    pub(super) answer: Type,
    pub(super) module: Module,
}

/// An argument, or a field of a type.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) ty: Type,
    pub(super) serde: Serde,
}

/// What serde is told about something, by the option's name; the value is empty where it has none.
pub(super) type Serde = BTreeMap<String, String>;

/// A type that travels.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) module: Module,
    pub(super) generics: Vec<String>,
    pub(super) serde: Serde,
    pub(super) shape: Shape,
}

/// What a type or a variant consists of.
pub(super) enum Shape {
    Unit,
    Fields(Vec<Field>),
    /// One or more things without names.
    Tuple(Vec<Type>),
    Variants(Vec<Variant>),
    /// Another name for this.
    Alias(Box<Type>),
}

/// One of the things an enum can be.
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) serde: Serde,
    pub(super) shape: Shape,
}

/// All of it.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) functions: Vec<Function>,
    types: BTreeMap<String, Vec<Named>>,
    imports: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Sources {
    /// Reads everything under this folder.
    pub(super) fn read(root: &Path) -> Self {
        let mut sources = Self::default();
        sources.read_folder(root, &root.join("src"));
        sources.functions.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
        sources
    }

    fn read_folder(&mut self, root: &Path, folder: &Path) {
        let mut entries: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                self.read_folder(root, &path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("inside").display().to_string();
                let text = fs::read_to_string(&path).expect("text");
                let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
                self.read_items(&name, file.items);
            }
        }
    }

    fn read_items(&mut self, file: &str, items: Vec<Item>) {
        let module = module_of(file);
        let travels = !ELSEWHERE.iter().any(|elsewhere| file.starts_with(elsewhere));
        for item in items {
            match item {
                Item::Fn(function) => self.functions.extend(read_function(function, &module)),
                Item::Use(used) => {
                    let imports = self.imports.entry(module.clone()).or_default();
                    flatten_use(&used.tree, &mut Vec::new(), &module, imports);
                }
                _ if !travels => {}
                Item::Struct(item) if derives_serde(&item.attrs) => {
                    let generics = item.generics.params.iter().filter_map(generic_name).collect();
                    let shape = shape_of(item.fields);
                    self.add(item.ident.to_string(), &item.attrs, &module, generics, shape);
                }
                Item::Enum(item) if derives_serde(&item.attrs) => {
                    let variants = item.variants.into_iter().map(|variant| Variant {
                        name: variant.ident.to_string(),
                        doc: doc_of(&variant.attrs),
                        serde: options(&variant.attrs, "serde"),
                        shape: shape_of(variant.fields),
                    });
                    let shape = Shape::Variants(variants.collect());
                    self.add(item.ident.to_string(), &item.attrs, &module, Vec::new(), shape);
                }
                Item::Type(item) => {
                    let shape = Shape::Alias(item.ty);
                    self.add(item.ident.to_string(), &item.attrs, &module, Vec::new(), shape);
                }
                Item::Macro(item) if item.mac.path.is_ident("ids") => {
                    let ids: Ids = item.mac.parse_body().expect("ids");
                    let uuid: Type = syn::parse_str("Uuid").expect("a type");
                    for (attributes, id) in ids.0 {
                        self.add(id.to_string(), &attributes, &module, Vec::new(), Shape::Tuple(vec![uuid.clone()]));
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, name: String, attributes: &[Attribute], module: &Module, generics: Vec<String>, shape: Shape) {
        let (doc, serde) = (doc_of(attributes), options(attributes, "serde"));
        let named = Named { name: name.clone(), doc, module: module.clone(), generics, serde, shape };
        self.types.entry(name).or_default().push(named);
    }

    /// The type that this name means in this module.
    pub(super) fn find(&self, name: &str, module: &Module) -> &Named {
        let all = self.types.get(name).map(Vec::as_slice).unwrap_or_default();
        let imported = self.imports.get(module).and_then(|imports| imports.get(name));
        let meant = imported.unwrap_or(module);
        let near = |named: &&Named| {
            let shared = named.module.iter().zip(meant).take_while(|(a, b)| a == b).count();
            (shared, std::cmp::Reverse(named.module.len()))
        };
        all.iter().max_by_key(near).unwrap_or_else(|| panic!("{name}, in {module:?}, is no type that travels"))
    }

    /// Whether several types have this name.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|all| all.len() > 1)
    }
}

/// `src/bookings/admin/api.rs` is `bookings::admin::api`; the crates inside are named as they are imported.
fn module_of(file: &str) -> Module {
    let parts = file.trim_end_matches(".rs").split('/');
    parts.filter(|part| !["src", "mod", "lib"].contains(part)).map(str::to_owned).collect()
}

/// Notes what each name that is imported means, as the path of the module it comes from.
fn flatten_use(tree: &UseTree, before: &mut Vec<String>, module: &Module, imports: &mut BTreeMap<String, Module>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten_use(&path.tree, before, module, imports);
            before.pop();
        }
        UseTree::Name(name) => _ = imports.insert(name.ident.to_string(), absolute(before, module)),
        UseTree::Rename(_) | UseTree::Glob(_) => {}
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| flatten_use(tree, before, module, imports));
        }
    }
}

fn absolute(path: &[String], module: &Module) -> Module {
    let mut found = match path.first().map(String::as_str) {
        Some("super" | "self") => module.clone(),
        _ => Vec::new(),
    };
    for part in path {
        match part.as_str() {
            "crate" | "self" => {}
            "super" => _ = found.pop(),
            part => found.push(part.to_owned()),
        }
    }
    found
}

fn derives_serde(attributes: &[Attribute]) -> bool {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives.into_iter().any(|derive| match &derive.meta {
        Meta::List(list) => list.tokens.to_string().contains("erialize"),
        _ => false,
    })
}

fn generic_name(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        _ => None,
    }
}

fn shape_of(fields: syn::Fields) -> Shape {
    match fields {
        syn::Fields::Unit => Shape::Unit,
        syn::Fields::Unnamed(fields) => Shape::Tuple(fields.unnamed.into_iter().map(|field| field.ty).collect()),
        syn::Fields::Named(fields) => Shape::Fields(
            fields
                .named
                .into_iter()
                .map(|field| Field {
                    name: field.ident.map(|ident| ident.to_string()).unwrap_or_default(),
                    doc: doc_of(&field.attrs),
                    serde: options(&field.attrs, "serde"),
                    ty: field.ty,
                })
                .collect(),
        ),
    }
}

/// The text of the docstring.
fn doc_of(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned()).collect::<Vec<_>>().join("\n")
}

/// What stands in attributes like `#[serde(default, rename = "x")]`.
fn options(attributes: &[Attribute], name: &str) -> Serde {
    let mut found = Serde::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let read = attribute.parse_nested_meta(|option| {
            let name = option.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let value = if option.input.peek(Token![=]) { text_of(&option.value()?.parse()?) } else { String::new() };
            found.insert(name, value);
            Ok(())
        });
        read.expect("options");
    }
    found
}

/// The text of a string, or the last name of a path.
fn text_of(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

fn read_function(function: ItemFn, module: &Module) -> Option<Function> {
    let server = options(&function.attrs, "server");
    let endpoint = server.get("endpoint")?.strip_prefix("v1/")?.to_owned();
    let input = match server.get("input").map(String::as_str) {
        Some("GetUrl") => Input::Query,
        Some("Json") => Input::Json,
        _ => Input::Form,
    };
    let arguments = function.sig.inputs.into_iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => {
            let Pat::Ident(name) = *argument.pat else { return None };
            let (doc, serde) = (doc_of(&argument.attrs), options(&argument.attrs, "server"));
            Some(Field { name: name.ident.to_string(), doc, ty: *argument.ty, serde })
        }
        FnArg::Receiver(_) => None,
    });
    let ReturnType::Type(_, answer) = function.sig.output else { panic!("{endpoint} answers nothing") };
    Some(Function {
        name: server.get("name")?.clone(),
        input,
        is_file: server.get("output").is_some_and(|output| output != "Json"),
        doc: doc_of(&function.attrs),
        arguments: arguments.collect(),
        answer: arguments_of(&answer).into_iter().next().unwrap_or_else(|| panic!("{endpoint} is no Result")),
        module: module.clone(),
        endpoint,
    })
}

/// What stands in the angle brackets of a type.
pub(super) fn arguments_of(ty: &Type) -> Vec<Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

/// The last name of a type: `Vec` of `Vec<SeatId>`.
pub(super) fn name_of(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// What stands in the macro that makes ids.
struct Ids(Vec<(Vec<Attribute>, Ident)>);

impl Parse for Ids {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut ids = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            ids.push((attributes, input.parse()?));
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self(ids))
    }
}

/// The server's own variants of an enum, by name with their docstrings: what `error.rs` says of each refusal.
pub(super) fn variants<'a>(sources: &'a Sources, name: &str) -> &'a [Variant] {
    match &sources.find(name, &vec!["error".to_owned()]).shape {
        Shape::Variants(variants) => variants,
        _ => panic!("{name} is no enum"),
    }
}
