-- One row for each session that a process worked on. The counts are the process's totals for it.
create table runs (
    id           bigint generated always as identity primary key,
    process      uuid        not null,
    session      text        not null,
    started_at   timestamptz not null,
    updated_at   timestamptz not null default now(),
    stopped_at   timestamptz,
    version      text        not null,
    model_sha256 text        not null,
    first_seq    bigint      not null,
    last_seq     bigint      not null,
    books        bigint      not null,
    trades       bigint      not null,
    evaluations  bigint      not null,
    quotes       bigint      not null,
    takes        bigint      not null,
    unique (process, session)
);
create index runs_started_at on runs (started_at);
