-- Events run from the dashboard: publishing at a set time, calling off, and what was typed into a form that was refused.

alter type booking_action add value 'called_off';

alter table events
    add column publish_at    timestamptz null,
    add column publish_by    uuid        null references users (id),
    add column cancel_reason text        null,
    add constraint events_scheduled_are_drafts check (publish_at is null or status = 'draft'),
    add constraint events_scheduled_by_somebody check ((publish_at is null) = (publish_by is null)),
    add constraint events_cancel_reason_is_short check (char_length(cancel_reason) <= 500);
comment on column events.publish_at is 'When the draft is published by itself; null for by hand.';
comment on column events.publish_by is 'Who asked for that: in the log it is their deed.';
comment on column events.cancel_reason is 'Why it was called off, as those who booked are told.';
comment on constraint events_scheduled_are_drafts on events is 'What is published, or called off, can''t be published later.';
comment on constraint events_scheduled_by_somebody on events is 'Every deed in the log has somebody who did it.';
comment on constraint events_cancel_reason_is_short on events is 'It goes into a mail.';

create index events_to_publish on events (publish_at) where publish_at is not null;
comment on index events_to_publish is 'The few drafts that wait for their time.';
create index events_newest on events (event_date desc, id desc);
comment on index events_newest is 'The dashboard''s list, drafts included, paged by key.';

create table form_drafts (
    id         uuid        primary key,
    user_id    uuid        null references users (id),
    form       text        not null,
    fields     jsonb       not null,
    expires_at timestamptz not null,
    constraint form_drafts_are_short check (pg_column_size(fields) <= 262144)
);
comment on table form_drafts is 'What was typed into forms that were refused and is too long, or not meant, for an address: kept for a day, so that signing in again or a second try loses nothing.';
comment on column form_drafts.user_id is 'Who typed it; null if nobody was signed in any more: then the session of that browser names it.';
comment on column form_drafts.form is 'The endpoint that the form is sent to.';
comment on constraint form_drafts_are_short on form_drafts is 'No form is longer.';

create index form_drafts_by_end on form_drafts (expires_at);
comment on index form_drafts_by_end is 'Finds what is old enough to go.';
create index form_drafts_of_nobody on form_drafts (id) where user_id is null;
comment on index form_drafts_of_nobody is 'Counts those that anybody can make: they are limited.';
create index form_drafts_of_a_person on form_drafts (user_id) where user_id is not null;
comment on index form_drafts_of_a_person is 'They go with their account.';
