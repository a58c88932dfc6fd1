//! The browser's half of the seat-map designer: what `/admin/events/{id}/seat-map` loads besides, and no other page.
