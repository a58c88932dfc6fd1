\set user random(1, 10000)
begin;
update bench_events set available_capacity = available_capacity - 1, version = version + 1 where id = 1 and available_capacity >= 1;
insert into bench_bookings (event_id, user_id, quantity, status) values (1, :user, 1, 'held');
commit;
