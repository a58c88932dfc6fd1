-- An account that takes a guest's booking over is an entry of the booking's history; the key that signs the links by which a person
-- switches mails off; and mails that come back.

alter table booking_history drop constraint booking_history_action_leads_to_its_status;
alter table booking_history add constraint booking_history_action_leads_to_its_status check (
    status_after = case action
        when 'held' then 'held'::booking_status
        when 'offered' then 'held'
        when 'extended' then 'held'
        when 'confirmed' then 'confirmed'
        when 'expired' then 'expired'
        when 'claimed' then status_before
        else 'cancelled'
    end
);
comment on constraint booking_history_action_leads_to_its_status on booking_history is 'What happened and what came of it tell the same story: a booking that gets another owner stays what it was.';

-- Guests who never booked anything are removed, row and all. PostgreSQL then looks whether anything refers to them.
alter table booking_history drop constraint booking_history_actor_id_fkey;
comment on column booking_history.actor_id is 'Who did it; null when time did. No foreign key: checking it when a guest is removed would need the privilege to update, which nobody has, and would read the whole history.';
create index ticket_history_of_an_actor on ticket_history (actor_id) where actor_id is not null;
comment on index ticket_history_of_an_actor is 'Whether anything refers to a guest who is removed.';
create index ticket_transfers_to_a_person on ticket_transfers (accepted_by) where accepted_by is not null;
comment on index ticket_transfers_to_a_person is 'What a person has accepted, for when an account takes it over, when they leave and when they are removed.';
create index users_claimed on users (claimed_by) where claimed_by is not null;
comment on index users_claimed is 'Whether anything refers to a guest who is removed.';

create table mail_keys (
    secret_key bytea       not null,
    created_at timestamptz not null,
    only_row   boolean     primary key default true,
    constraint mail_keys_has_one_row check (only_row),
    constraint mail_keys_are_long_enough check (octet_length(secret_key) = 32)
);
comment on table mail_keys is 'What signs the links by which mails are switched off, made by whoever needs it first. In the database because every process has to sign alike; who steals it can spare people reminders and nothing else.';
comment on column mail_keys.secret_key is 'For HMAC-SHA-256.';
comment on constraint mail_keys_has_one_row on mail_keys is 'Links of mails sent long ago have to work.';
comment on constraint mail_keys_are_long_enough on mail_keys is 'As long as what it makes: RFC 2104, 3.';

-- Mails that the mail server took and that came back later.
create type mail_bounce as enum ('transient', 'permanent');
comment on type mail_bounce is 'What a delivery report said of a mail: it is late, or was given up for now; or it can''t ever be delivered.';
alter table mails add column bounce mail_bounce null;
alter table mails add column bounce_code text null;
alter table mails add column bounced_at timestamptz null;
alter table mails add column bounce_excused_at timestamptz null;
comment on column mails.bounce is 'What became of it after it was sent, as far as somebody said: RFC 3464.';
comment on column mails.bounce_code is 'The status of RFC 3463, for example 5.1.1.';
comment on column mails.bounced_at is 'When the last report of it came.';
comment on column mails.bounce_excused_at is 'When the person said that mails to the address arrive again: this one counts no more.';
alter table mails add constraint mails_bounce_with_a_code check (
    (bounce is null) = (bounce_code is null) and (bounce is null) = (bounced_at is null)
    and (bounce_excused_at is null or bounce is not null)
);
comment on constraint mails_bounce_with_a_code on mails is 'A report says what it is about, or it is none.';
create index mails_that_come_back on mails (address, bounced_at) where bounce = 'permanent' and bounce_excused_at is null;
comment on index mails_that_come_back is 'Whether mails to an address come back: asked for each mail that one can do without, and by the account''s page.';
