-- Windows of sale of sections: one may go on sale later than its event, or be on sale for less long.

alter table sections
    add column sales_open_at timestamptz null,
    add column sales_close_at timestamptz null,
    add column shown_on_sale boolean not null default true,
    add constraint sections_window_is_in_order check (sales_open_at < sales_close_at);
comment on column sections.sales_open_at is 'From when on its places are sold; with the event''s sale where null. The later of the two counts.';
comment on column sections.sales_close_at is 'Until when its places are sold, excluded; as long as the event''s sale where null. The earlier of the two counts.';
comment on column sections.shown_on_sale is 'Whether maps that are open were last told that it is on sale: where that has become untrue, a worker tells them to load anew.';
comment on constraint sections_window_is_in_order on sections is 'What closes before it opens could never be bought.';

create index sections_with_window on sections (event_id)
    where sales_open_at is not null or sales_close_at is not null or not shown_on_sale;
comment on index sections_with_window is 'The few sections with times of their own, which are asked for with every event that is read, and every second by who tells open maps.';
