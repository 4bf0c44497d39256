-- What each particle carries: papers, those in people, first and last year
-- Only what is affirmed ("without", "may carry" do not count), and not in retracted papers.
SELECT
    head AS particle,
    tail AS cargo,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) AS papers,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) FILTER (contains(setting, 'human')) AS in_people,
    min(year) AS first_year,
    max(year) AS last_year
FROM relations AS r JOIN documents AS d ON d.id = r.document
WHERE label = 'CARRIES' AND assertion = 'affirmed' AND retracted IS NOT TRUE
GROUP BY ALL
ORDER BY papers DESC, particle, cargo;
