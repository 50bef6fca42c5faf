-- The oldest decisions of a partition are found without reading the others.
CREATE INDEX decisions_by_offset ON decisions (src_partition, src_offset);

-- Decisions about signals below these offsets may have been removed because of their age.
CREATE TABLE pruned (
    partition    integer PRIMARY KEY,
    below_offset bigint NOT NULL
);
