/**
 * What the volume detector knows, in blocks of series. A state is written block by block under a generation of its own, and is the
 * valid one as soon as the note `volume` names it: a writer that dies in between leaves the one before.
 */
export const volume = `
create table volume_state (generation bigint not null, block bigint not null, bytes {blob} not null, primary key (generation, block)){table};
`
