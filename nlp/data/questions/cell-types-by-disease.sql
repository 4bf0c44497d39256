-- Which cells are used against which disease: papers, those in people, first and last year
-- Only what is affirmed, and not in retracted papers.
SELECT
    tail AS disease,
    head AS cells,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) AS papers,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) FILTER (contains(setting, 'human')) AS in_people,
    min(year) AS first_year,
    max(year) AS last_year
FROM relations AS r JOIN documents AS d ON d.id = r.document
WHERE label = 'TREATS' AND head_label = 'CELL_TYPE' AND assertion = 'affirmed' AND retracted IS NOT TRUE
GROUP BY ALL
ORDER BY papers DESC, disease, cells;
