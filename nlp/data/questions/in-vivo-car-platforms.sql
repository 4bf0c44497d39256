-- What makes CAR cells inside the body: particles, with their cargoes and the cells that they reach
-- Only of papers that make CAR cells in vivo, and only what they affirm; retracted papers do not count.
SELECT
    head AS particle,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) AS papers,
    count(DISTINCT coalesce(nullif(d.pmid, ''), d.id)) FILTER (contains(setting, 'human')) AS in_people,
    string_agg(DISTINCT tail, '; ' ORDER BY tail) FILTER (label = 'CARRIES') AS cargoes,
    string_agg(DISTINCT tail, '; ' ORDER BY tail) FILTER (label = 'DELIVERED_TO') AS cells,
    min(year) AS first_year,
    max(year) AS last_year
FROM relations AS r JOIN documents AS d ON d.id = r.document
WHERE label IN ('CARRIES', 'DELIVERED_TO') AND assertion = 'affirmed'
    AND contains(car_made, 'in vivo') AND retracted IS NOT TRUE
GROUP BY particle
ORDER BY papers DESC, particle;
