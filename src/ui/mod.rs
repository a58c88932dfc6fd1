//! Components that know no domain word: buttons, fields, notices, icons, the frame of a page.
//!
//! They are the only ones that know the classes of `style/layout.css` and `style/components.css`.

pub mod button;
pub mod error_notice;
pub mod field;
pub mod icon;
pub mod layout;
pub mod link;
pub mod notice;
mod page_status;
pub mod skeleton;

pub use button::{ButtonKind, LinkButton, SubmitButton};
pub use error_notice::{ErrorNotice, FormRefusal, PageError, refusal};
pub use field::{Choice, Field, PasswordField, SelectField};
pub use icon::{Glyph, Icon};
pub use layout::{PageHead, RoutingBar, SiteFooter, SiteHeader};
pub use link::{next_path, path_with};
pub use notice::{Notice, Tone};
pub use page_status::set_page_status;
pub use skeleton::Skeleton;
