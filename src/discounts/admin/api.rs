//! The door to discount codes: `/api/v1/discounts/…`.

use super::model::{CodeLine, EditedCode};
use crate::{
    discounts::{form::CodeForm, model::Code},
    error::Error,
    events::model::Page,
    id::{CodeId, EventId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// The codes of an event with what they have done, the newest first.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`; `Forbidden`;
/// `NotFound`; `Invalid`.
#[server(name = ListCodes, prefix = "/api", endpoint = "v1/discounts/list", input = GetUrl, output = Json)]
pub async fn list_codes(
    /// The event's id.
    event_id: EventId,
    /// How they begin, in whatever case.
    #[server(default)]
    q: String,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<CodeLine>, Error> {
    use super::told::tell_codes;
    use crate::{
        events::model::{check_limit, parse_cursor},
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<ListCodes>(&caller, event_id).await?;
        let part = (parse_cursor(&cursor)?, check_limit(limit.unwrap_or(50))?);
        tell_codes(&caller.state, (event_id, q.trim()), part).await
    })
    .await
}

/// One code with what it has done, and as it would be typed.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = GetCode, prefix = "/api", endpoint = "v1/discounts/get", input = GetUrl, output = Json)]
pub async fn get_code(
    /// The code's id.
    code_id: CodeId,
) -> Result<EditedCode, Error> {
    use super::told::{admit_to_code, tell_code};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        admit_to_code::<GetCode>(&caller, code_id).await?;
        tell_code(&caller.state, code_id).await
    })
    .await
}

/// Makes a code of an event.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `VersionConflict` where the event's currency or sections changed meanwhile; `Invalid`, on every field that doesn't fit, with `repeated` on `code` for one
/// that the event has.
#[server(name = CreateCode, prefix = "/api", endpoint = "v1/discounts/create", input = PostUrl, output = Json)]
pub async fn create_code(
    /// The event's id.
    event_id: EventId,
    /// What was typed.
    #[server(flatten)]
    form: CodeForm,
    /// The sections whose seats it is for, by name; all places without any.
    #[server(default)]
    sections: Vec<String>,
) -> Result<Code, Error> {
    use super::model::TypedCode;
    use crate::{
        discounts::store,
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let created = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<CreateCode>(&caller, event_id).await?;
        let code = store::create_code(&caller.state, actor, event_id, (&form, &sections)).await?;
        redirect_to(&event_path(event_id, "/codes?saved=created"));
        Ok(code)
    })
    .await;
    if let Err(refused) = &created {
        let typed = TypedCode { form, sections, ..TypedCode::default() };
        send_back_kept::<CreateCode>(&event_path(event_id, "/codes"), &typed, refused).await;
    }
    created
}

/// Changes a code: all of its fields, or none. Fields that are left out become empty.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `VersionConflict`; `Invalid`, on every field that doesn't fit, with `fixed`
/// for what can't change: what the code reads and, once a booking has used it, what it takes off.
#[server(name = UpdateCode, prefix = "/api", endpoint = "v1/discounts/update", input = PostUrl, output = Json)]
pub async fn update_code(
    /// The code's id.
    code_id: CodeId,
    /// Its version as it was read.
    version: i32,
    /// What was typed.
    #[server(flatten)]
    form: CodeForm,
    /// The sections whose seats it is for, by name; all places without any.
    #[server(default)]
    sections: Vec<String>,
    /// The event whose page a form goes back to.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<Code, Error> {
    use super::{model::TypedCode, told::admit_to_code};
    use crate::{
        discounts::store::{self, CodeEdit},
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::frame::event_path,
    };
    let updated = answer(async {
        let caller = Caller::current().await?;
        let (actor, own_id) = admit_to_code::<UpdateCode>(&caller, code_id).await?;
        let edit = CodeEdit { code_id, version, form: form.clone(), sections: sections.clone() };
        let code = store::update_code(&caller.state, actor, own_id, edit).await?;
        redirect_to(&event_path(own_id, "/codes?saved=updated"));
        Ok(code)
    })
    .await;
    if let Err(refused) = &updated {
        let typed = TypedCode { form, sections, ..TypedCode::default() };
        let page = event_id.map_or("/admin".to_owned(), |id| event_path(id, &format!("/codes/{code_id}")));
        send_back_kept::<UpdateCode>(&page, &typed, refused).await;
    }
    updated
}

/// Ends a code: nobody can use it any more, and who has used it keeps what it took off. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = EndCode, prefix = "/api", endpoint = "v1/discounts/end", input = PostUrl, output = Json)]
pub async fn end_code(
    /// The code's id.
    code_id: CodeId,
) -> Result<Code, Error> {
    use super::told::admit_to_code;
    use crate::{
        discounts::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::frame::event_path,
    };
    let ended = answer(async {
        let caller = Caller::current().await?;
        let (actor, event_id) = admit_to_code::<EndCode>(&caller, code_id).await?;
        let code = store::end_code(&caller.state, &actor, code_id).await?;
        redirect_to(&event_path(event_id, "/codes?saved=ended"));
        Ok(code)
    })
    .await;
    ended.inspect_err(|refused| send_back::<EndCode>("/admin", &[], refused))
}

/// Makes codes that nobody can guess, 1 to 5,000, each to be used once: what `prefix` says, a dash and ten characters. Answers what
/// they begin with; `discounts/list` and the file of the event's codes have them. `key` names the page that asks, so that a double click
/// makes them once; an `Idempotency-Key` does the same.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `VersionConflict` where the event's currency or sections changed meanwhile;
/// `Invalid`, on every field that doesn't fit, and on `key` where it was used for other codes.
#[server(name = GenerateCodes, prefix = "/api", endpoint = "v1/discounts/generate", input = PostUrl, output = Json)]
pub async fn generate_codes(
    /// The event's id.
    event_id: EventId,
    /// How many.
    count: String,
    /// What they begin with, at most 20 characters; may be empty.
    #[server(default)]
    prefix: String,
    /// What they have in common; `code` and `max_uses` go for nothing.
    #[server(flatten)]
    form: CodeForm,
    /// The sections whose seats they are for, by name; all places without any.
    #[server(default)]
    sections: Vec<String>,
    /// Names the page that asks: a UUID.
    #[server(default)]
    key: String,
) -> Result<String, Error> {
    use super::model::TypedCode;
    use crate::{
        discounts::store::{self, Batch},
        error::parse_field,
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
        ui::path_with,
    };
    let generated = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<GenerateCodes>(&caller, event_id).await?;
        let batch = Batch {
            prefix: prefix.clone(),
            // What is no number is none in range.
            count: count.trim().parse().unwrap_or_default(),
            form: form.clone(),
            sections: sections.clone(),
            key: parse_field("key", &key, |key| key.parse().ok())?,
        };
        let prefix = store::generate_codes(&caller.state, actor, event_id, batch).await?;
        let q = if prefix.is_empty() { String::new() } else { format!("{prefix}-") };
        redirect_to(&path_with(&event_path(event_id, "/codes"), [("q", &*q), ("saved", "generated")]));
        Ok(prefix)
    })
    .await;
    if let Err(refused) = &generated {
        let typed = TypedCode { form, sections, prefix, count };
        send_back_kept::<GenerateCodes>(&event_path(event_id, "/generate-codes"), &typed, refused).await;
    }
    generated
}
