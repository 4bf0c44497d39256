-- Trials, one a register number: phase, patients, and the papers that report it
-- A paper with a phase and no number is a trial by itself. Reviews and comments tell of others' trials: they are left
-- out, as retracted papers are.
WITH reports AS (
    SELECT coalesce(nullif(pmid, ''), id) AS paper, number, nullif(phase, '') AS phase, n, year, title
    FROM documents, unnest(string_split(registry, '; ')) AS r(number)
    WHERE (number <> '' OR phase <> '') AND retracted IS NOT TRUE
        AND NOT regexp_matches(kind, 'review|comment|meta-analysis')
)
SELECT
    number AS registry,
    string_agg(DISTINCT phase, '; ' ORDER BY phase) AS phase,
    max(n) AS n,
    max(year) AS last_year,
    count(DISTINCT paper) AS papers,
    string_agg(DISTINCT paper, '; ' ORDER BY paper) AS pmids,
    first(title ORDER BY year DESC NULLS LAST, paper) AS title
FROM reports
GROUP BY number, if(number = '', paper, '')
ORDER BY last_year DESC NULLS LAST, registry, pmids;
