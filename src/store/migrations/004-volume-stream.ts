/** What is watched of each stream's volume, and what was expected of its last hours, for those who ask: the evaluator writes it. */
export const volumeStream = `
create table volume_stream (stream text primary key, event text not null, written_at bigint not null, document text not null){table};
create index volume_stream_event on volume_stream (event);
`
