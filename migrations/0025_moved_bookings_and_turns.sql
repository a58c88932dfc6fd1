-- The history of a booking that staff moved to other seats; and turns that staff change in a waitlist.

alter table booking_history drop constraint booking_history_action_leads_to_its_status;
alter table booking_history add constraint booking_history_action_leads_to_its_status check (
    status_after = case action
        when 'held' then 'held'::booking_status
        when 'offered' then 'held'
        when 'extended' then 'held'
        when 'confirmed' then 'confirmed'
        when 'moved' then 'confirmed'
        when 'expired' then 'expired'
        when 'claimed' then status_before
        else 'cancelled'
    end
);
comment on constraint booking_history_action_leads_to_its_status on booking_history is 'What happened and what came of it tell the same story: a booking that gets another owner stays what it was.';

alter table waitlist add column moved_to numeric null;
alter table waitlist add column turn numeric not null generated always as (coalesce(moved_to, position)) stored;
comment on column waitlist.moved_to is 'The turn that staff gave the entry, between those of two others; null where it has that of its join number.';
comment on column waitlist.turn is 'The order of the line: lower ones come first. Numeric, so that there is always room between two.';

drop index waitlist_in_order;
create index waitlist_in_order on waitlist (event_id, turn) where status = 'waiting';
comment on index waitlist_in_order is 'Who is next, and how many wait.';
