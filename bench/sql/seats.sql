\set user random(1, 10000)
\set first random(1, 99999)
begin;
select id from bench_seats where id in (:first, :first + 1) order by id for no key update;
update bench_seats set status = 'held' where id in (:first, :first + 1) and status = 'available';
insert into bench_bookings (event_id, user_id, quantity, status) values (1, :user, 2, 'held');
commit;
