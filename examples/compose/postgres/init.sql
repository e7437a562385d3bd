-- Runs once, on an empty data folder. Passwords for a look on one's own machine: change them for anything else.
create role assay_daemon login password 'assay';
create database assay owner assay_daemon;

-- The warehouse: the shop writes, Assay may only read.
create role shop login password 'shop';
create role assay_reader login password 'reader';
create database wh owner shop;
\connect wh
create schema analytics authorization shop;
set role shop;
create table analytics.order_completed (
  event_id text,
  order_id text,
  revenue numeric,
  currency text,
  loaded_at timestamptz not null default now()
);
create index on analytics.order_completed using brin (loaded_at);
grant usage on schema analytics to assay_reader;
grant select on all tables in schema analytics to assay_reader;
alter default privileges in schema analytics grant select on tables to assay_reader;
reset role;
