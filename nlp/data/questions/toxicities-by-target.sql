-- Toxicities by CAR target: papers in which they occurred, were less, unchanged or absent
-- What is only supposed does not count, nor do retracted papers. A paper may report the same toxicity in several ways.
WITH spelt AS (
    SELECT
        document,
        label,
        trim(regexp_replace(text, '\s+', ' ', 'g')) AS spelling,
        coalesce(nullif(concept, ''), lower(spelling)) AS thing
    FROM entities
    WHERE label = 'CAR_TARGET' OR category = 'toxicity'
), counted AS (
    SELECT label, thing, spelling, count(*) AS times FROM spelt GROUP BY ALL
), commonest AS (
    -- Targets and toxicities stand as the text has them: all spellings of a concept go under its commonest ("CRS").
    SELECT label, thing, first(spelling ORDER BY times DESC, spelling) AS name FROM counted GROUP BY label, thing
), names AS (
    SELECT document, label, spelling, min(name) AS name
    FROM spelt JOIN commonest USING (label, thing)
    GROUP BY ALL
), told AS (
    SELECT
        coalesce(nullif(pmid, ''), regexp_replace(finding_id, ':[^:]*$', '')) AS paper,
        regexp_replace(finding_id, ':[^:]*$', '') AS document,
        spelling,
        outcome,
        CASE
            WHEN assertion = 'negated' AND direction = 'reported' THEN 'absent'
            WHEN assertion = 'negated' OR direction = 'unchanged' THEN 'unchanged'
            WHEN direction IN ('decreased', 'low') THEN 'less'
            ELSE 'occurred'
        END AS how
    FROM findings, unnest(string_split(car_target, '; ')) AS t(spelling)
    WHERE category = 'toxicity' AND spelling <> '' AND assertion <> 'speculated' AND NOT contains(kind, 'retracted')
)
SELECT
    coalesce(t.name, told.spelling) AS target,
    coalesce(o.name, outcome) AS toxicity,
    count(DISTINCT paper) AS papers,
    count(DISTINCT paper) FILTER (how = 'occurred') AS occurred,
    count(DISTINCT paper) FILTER (how = 'less') AS less,
    count(DISTINCT paper) FILTER (how = 'unchanged') AS unchanged,
    count(DISTINCT paper) FILTER (how = 'absent') AS absent
FROM told
LEFT JOIN names AS t ON t.label = 'CAR_TARGET' AND t.document = told.document AND t.spelling = told.spelling
LEFT JOIN names AS o ON o.label = 'OUTCOME' AND o.document = told.document AND o.spelling = outcome
GROUP BY ALL
ORDER BY papers DESC, target, toxicity;
