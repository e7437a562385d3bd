/** Scorecards of months that are over, as they were frozen: the text is served as it stands, whatever became of the plan. */
export const scorecard = `
create table scorecard (month text primary key, plan text not null, frozen_at bigint not null, document text not null){table};
`
