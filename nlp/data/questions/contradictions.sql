-- Where papers disagree: a benefit in one, a harm in another, by particle, target and category
-- What is only supposed favours nothing, and retracted papers do not count; the mixed results of one paper are no
-- contradiction.
WITH spelt AS (
    SELECT
        document,
        trim(regexp_replace(text, '\s+', ' ', 'g')) AS spelling,
        coalesce(nullif(concept, ''), lower(spelling)) AS antigen
    FROM entities
    WHERE label = 'CAR_TARGET'
), counted AS (
    SELECT antigen, spelling, count(*) AS times FROM spelt GROUP BY ALL
), commonest AS (
    -- Targets stand as the text has them: all spellings of a concept go under its commonest ("MSLN", "mesothelin").
    SELECT antigen, first(spelling ORDER BY times DESC, spelling) AS name FROM counted GROUP BY antigen
), names AS (
    SELECT document, spelling, min(name) AS name FROM spelt JOIN commonest USING (antigen) GROUP BY ALL
), judged AS (
    SELECT
        coalesce(nullif(pmid, ''), regexp_replace(finding_id, ':[^:]*$', '')) AS paper,
        regexp_replace(finding_id, ':[^:]*$', '') AS document,
        particle, spelling, category, favours
    FROM findings,
        unnest(string_split(nanoparticle, '; ')) AS p(particle),
        unnest(string_split(car_target, '; ')) AS t(spelling)
    WHERE particle <> '' AND spelling <> '' AND category <> '' AND favours IN ('benefit', 'harm')
        AND NOT contains(kind, 'retracted')
)
SELECT
    particle,
    coalesce(name, spelling) AS target,
    category,
    count(DISTINCT paper) FILTER (favours = 'benefit') AS benefit,
    count(DISTINCT paper) FILTER (favours = 'harm') AS harm,
    string_agg(DISTINCT paper, '; ' ORDER BY paper) FILTER (favours = 'benefit') AS benefit_pmids,
    string_agg(DISTINCT paper, '; ' ORDER BY paper) FILTER (favours = 'harm') AS harm_pmids
FROM judged LEFT JOIN names USING (document, spelling)
GROUP BY particle, target, category
HAVING benefit > 0 AND harm > 0 AND count(DISTINCT paper) > 1
ORDER BY count(DISTINCT paper) DESC, particle, target, category;
