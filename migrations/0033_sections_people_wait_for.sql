-- Both kinds of admission in one event: who waits can say for which section.

alter table waitlist
    add column section text null,
    add constraint waitlist_section_of_the_event foreign key (event_id, section) references sections (event_id, name)
        on update cascade on delete set null (section);
comment on column waitlist.section is 'Only places of this section; of any where null.';
comment on constraint waitlist_section_of_the_event on waitlist is 'Renaming a section renames it for those who wait for it; who waits for one that is gone waits for any.';
