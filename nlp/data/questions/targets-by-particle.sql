-- CAR targets by particle: papers, those in people, and those that report a benefit or a harm
-- What is only supposed does not count, nor do retracted papers. A denied outcome counts: the particle was used.
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
), used AS (
    SELECT
        coalesce(nullif(pmid, ''), regexp_replace(finding_id, ':[^:]*$', '')) AS paper,
        regexp_replace(finding_id, ':[^:]*$', '') AS document,
        particle, spelling, setting, favours
    FROM findings,
        unnest(string_split(nanoparticle, '; ')) AS p(particle),
        unnest(string_split(car_target, '; ')) AS t(spelling)
    WHERE particle <> '' AND spelling <> '' AND assertion <> 'speculated' AND NOT contains(kind, 'retracted')
)
SELECT
    particle,
    coalesce(name, spelling) AS target,
    count(DISTINCT paper) AS papers,
    count(DISTINCT paper) FILTER (contains(setting, 'human')) AS in_people,
    count(DISTINCT paper) FILTER (favours = 'benefit') AS benefit,
    count(DISTINCT paper) FILTER (favours = 'harm') AS harm
FROM used LEFT JOIN names USING (document, spelling)
GROUP BY ALL
ORDER BY papers DESC, particle, target;
