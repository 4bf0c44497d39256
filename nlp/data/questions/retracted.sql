-- What rests on retracted papers: their findings, one a row
-- A paper without findings has a row too.
SELECT
    coalesce(nullif(d.pmid, ''), d.id) AS pmid,
    d.year,
    title,
    nanoparticle,
    car_target,
    outcome,
    direction,
    assertion,
    favours,
    finding_id,
    d.link
FROM documents AS d LEFT JOIN findings AS f ON regexp_replace(finding_id, ':[^:]*$', '') = d.id
WHERE retracted
ORDER BY pmid, finding_id;
