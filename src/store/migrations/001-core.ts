/**
 * The first schema. `{blob}`, `{identity}` and `bigint` are the spellings that differ between the engines; `{table}` ends a
 * table (STRICT on SQLite), `{clustered}` one that is stored in the order of its key. Times are epoch milliseconds.
 * Names that repeat a million times are interned once.
 */
const COUNTS = `received bigint not null, invalid bigint not null, incomplete bigint not null, identified bigint not null,
  duplicates bigint not null, timed bigint not null, late bigint not null, backfilled bigint not null, last_arrival bigint not null`

/** One row per writer, so that writers never wait for each other; readers sum. `seq` is the writer's commit number: the evaluator asks what changed since. */
const windows = (table: string) => `
create table ${table} (series bigint not null, start bigint not null, writer bigint not null, seq bigint not null, ${COUNTS},
  primary key (series, start, writer)){clustered};
create index ${table}_changed on ${table} (writer, seq);
create index ${table}_start on ${table} (start);`

const facets = (table: string) => `
create table ${table} (series bigint not null, start bigint not null, facet bigint not null, writer bigint not null, ${COUNTS},
  primary key (series, start, facet, writer)){clustered};
create index ${table}_start on ${table} (start);`

const findings = (table: string) => `
create table ${table} (series bigint not null, start bigint not null, finding bigint not null, writer bigint not null, count bigint not null,
  primary key (series, start, finding, writer)){clustered};
create index ${table}_start on ${table} (start);`

export const core = `
create table lease (name text primary key, epoch bigint not null, holder text not null, taken_at bigint not null){table};
create table writer (slot bigint primary key, epoch bigint not null, seq bigint not null){table};

create table position (source text not null, partition_key text not null, position text not null, observed_until bigint,
  complete bigint not null, primary key (source, partition_key)){table};
create table observed_span (source text not null, partition_key text not null, started bigint not null, ended bigint not null,
  primary key (source, partition_key, started)){table};

create table series (id {identity}, source text not null, kind text not null, event text not null, unique (source, kind, event)){table};
create table facet (id {identity}, platform text not null, app_version text not null, library text not null, partition_key text not null, document text not null,
  unique (document)){table};
create table finding (id {identity}, kind text not null, path text not null, keyword text not null, message text not null,
  unique (kind, path, keyword, message)){table};
${windows('window_minute')}
${windows('window_hour')}
${windows('window_day')}
${facets('facet_minute')}
${facets('facet_hour')}
${findings('finding_minute')}
${findings('finding_hour')}

create table sighting (id {identity}, source text not null, partition_key text not null, hour bigint not null, entries {blob} not null){table};
create index sighting_hour on sighting (source, partition_key, hour);
create index sighting_age on sighting (hour);
create table quarantine (id {identity}, source text not null, position text not null, arrived_at bigint, event text, reason text not null,
  bytes bigint not null, violations text not null, payload text not null){table};
create index quarantine_arrived on quarantine (arrived_at);
create index quarantine_event on quarantine (event, arrived_at);
create index quarantine_bytes on quarantine (id, bytes);
create table sample (source text not null, kind text not null, event text not null, arrived_at bigint not null, document text not null,
  primary key (source, kind, event)){table};

create table slo_state (slo text primary key, evaluated_until bigint not null, document text not null){table};
create table slice_hour (slo text not null, hour bigint not null, marks text not null, primary key (slo, hour)){table};
create index slice_hour_age on slice_hour (hour);
create table verdict (slo text not null, at bigint not null, document text not null, primary key (slo, at)){table};
create index verdict_at on verdict (at);
create table incident (id text primary key, domain text not null, event text, opened_at bigint not null, resolved_at bigint, document text not null){table};
create index incident_opened on incident (opened_at);
create table outbox (id {identity}, at bigint not null, incident text not null, receiver text not null, action text not null, document text not null,
  state text not null, attempts bigint not null, due_at bigint not null, answer text not null, sent_at bigint){table};
create index outbox_due on outbox (state, due_at);
create index outbox_incident on outbox (incident);
create table note (name text primary key, document text not null){table};
`
