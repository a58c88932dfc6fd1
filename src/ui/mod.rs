//! Components that know no domain word: buttons, fields, notices, icons, the frame of a page.
//!
//! They are the only ones that know the classes of `style/layout.css` and `style/components.css`. Those of pages exist
//! on the server alone; islands may use the others.

pub mod ask;
#[cfg(feature = "ssr")]
pub mod bare_page;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod button;
#[cfg(feature = "ssr")]
pub mod error_notice;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod head_of_all;
#[cfg(feature = "ssr")]
pub mod here;
pub mod icon;
#[cfg(feature = "ssr")]
pub mod layout;
pub mod link;
pub mod live_form;
pub mod notice;
#[cfg(feature = "ssr")]
pub mod personal;
#[cfg(feature = "ssr")]
pub mod place_rows;
#[cfg(feature = "ssr")]
pub mod preview;
pub mod show_password;
pub mod skeleton;
pub mod stream;
pub mod time_left;

#[cfg(feature = "ssr")]
pub use bare_page::bare_page;
pub use button::{ButtonKind, LinkButton, SubmitButton};
#[cfg(feature = "ssr")]
pub use error_notice::{ErrorNotice, FormRefusal, PageError, refusal};
#[cfg(feature = "ssr")]
pub use field::{AreaField, Choice, Field, PasswordField, SelectField};
#[cfg(feature = "ssr")]
pub use head_of_all::HeadOfAll;
#[cfg(feature = "ssr")]
pub use here::{asked, next_path};
pub use icon::{Glyph, Icon};
#[cfg(feature = "ssr")]
pub use layout::{PageHead, SiteFooter, SiteHeader};
pub use link::path_with;
pub use live_form::LiveForm;
pub use notice::{Notice, Tone};
#[cfg(feature = "ssr")]
pub use personal::Personal;
#[cfg(feature = "ssr")]
pub use place_rows::{Marked, PlaceRows};
#[cfg(feature = "ssr")]
pub use preview::{PICTURE_SIZE, Preview, SITE_NAME, SITE_PICTURE};
pub use show_password::ShowPassword;
pub use skeleton::Skeleton;
