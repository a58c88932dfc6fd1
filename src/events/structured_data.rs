//! An event as search engines read it: schema.org's `Event`, in JSON-LD.

use super::{
    links::{event_path, picture_path},
    model::{Availability, EventDetail, EventStatus},
};
use crate::ui::SITE_NAME;
use serde_json::{Value, json};

/// The event as the text of a script element of type `application/ld+json`. `address` makes an address of a path.
pub fn structured_data(detail: &EventDetail, address: impl Fn(&str) -> String) -> String {
    let event = &detail.event;
    let here = address(&event_path(event.id));
    let status = match event.status {
        EventStatus::Cancelled => "EventCancelled",
        EventStatus::Draft | EventStatus::Published => "EventScheduled",
    };
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": here,
        "url": here,
        "name": event.name,
        "description": event.summary,
        "image": [address(&picture_path(event))],
        "startDate": event.when.iso,
        "endDate": detail.ends.iso,
        "doorTime": detail.doors.as_ref().map(|doors| &doors.iso),
        "eventStatus": term(status),
        "eventAttendanceMode": term("OfflineEventAttendanceMode"),
        "location": {
            "@type": "Place",
            "name": event.venue,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": detail.address,
                "addressLocality": event.city,
                "addressCountry": event.country,
            },
        },
        // Whoever runs this site.
        "organizer": {"@type": "Organization", "name": SITE_NAME, "url": address("/")},
        "offers": offer(detail, &here),
    });
    // What isn't known isn't there: a null is no time.
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    as_script(&data)
}

/// What a place, or the cheapest seat, costs, and whether it can be had.
fn offer(detail: &EventDetail, here: &str) -> Value {
    let event = &detail.event;
    let availability = match event.availability {
        Availability::Available => "InStock",
        Availability::FewLeft { .. } => "LimitedAvailability",
        Availability::SoldOut => "SoldOut",
        Availability::OpensLater { .. } => "PreOrder",
        Availability::SalesClosed | Availability::Cancelled | Availability::Past => "OutOfStock",
    };
    json!({
        "@type": "Offer",
        "url": here,
        "price": event.price().decimal(),
        "priceCurrency": event.currency,
        "availability": term(availability),
        "validFrom": event.sales_open.iso,
        "validThrough": detail.sales_close.iso,
    })
}

fn term(name: &str) -> String {
    format!("https://schema.org/{name}")
}

/// JSON in which no text can end the script element, or begin a comment in it.
fn as_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::as_script;
    use serde_json::{Value, json};

    #[test]
    fn no_text_ends_the_script_element() {
        let data = json!({"name": "</script><!--<script>"});
        let script = as_script(&data);
        assert!(!script.contains('<'), "{script}");
        assert_eq!(serde_json::from_str::<Value>(&script).ok(), Some(data));
    }
}
