-- The history of an offer begins with it. In a migration of its own: a new value of a type can be used once it is committed.

alter table booking_history drop constraint booking_history_begins_with_the_hold;
alter table booking_history add constraint booking_history_begins_with_the_hold
    check ((status_before is null) = (action in ('held', 'offered')));
comment on constraint booking_history_begins_with_the_hold on booking_history is 'Only the first entry has nothing before it: the places were held by the person, or for them by the waitlist.';

alter table booking_history drop constraint booking_history_action_leads_to_its_status;
alter table booking_history add constraint booking_history_action_leads_to_its_status check (
    status_after = case action
        when 'held' then 'held'::booking_status
        when 'offered' then 'held'
        when 'extended' then 'held'
        when 'confirmed' then 'confirmed'
        when 'expired' then 'expired'
        else 'cancelled'
    end
);
comment on constraint booking_history_action_leads_to_its_status on booking_history is 'What happened and what came of it tell the same story.';
