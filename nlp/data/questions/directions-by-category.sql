-- Does it help? Papers with a benefit, a harm, neither, or a mere supposition, by category of outcome
-- A paper counts once in each column, and may count in several; retracted papers do not count.
SELECT
    category,
    count(DISTINCT paper) AS papers,
    count(DISTINCT paper) FILTER (favours = 'benefit') AS benefit,
    count(DISTINCT paper) FILTER (favours = 'harm') AS harm,
    count(DISTINCT paper) FILTER (favours = 'neutral' AND assertion <> 'speculated') AS neutral,
    count(DISTINCT paper) FILTER (assertion = 'speculated') AS supposed
FROM (SELECT *, coalesce(nullif(pmid, ''), regexp_replace(finding_id, ':[^:]*$', '')) AS paper FROM findings)
WHERE category <> '' AND NOT contains(kind, 'retracted')
GROUP BY category
ORDER BY papers DESC, category;
