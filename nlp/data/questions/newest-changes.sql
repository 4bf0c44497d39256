-- The newest changes: what a run last withdrew, changed and added, and why
SELECT run, what, c.pmid, title, why, file
FROM changes AS c LEFT JOIN documents AS d ON coalesce(nullif(d.pmid, ''), d.id) = c.pmid
WHERE run = (SELECT max(run) FROM changes)
ORDER BY what DESC, c.pmid;
