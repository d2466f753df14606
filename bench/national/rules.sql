-- The forfait structure of 2023 by hand: what somebody who knows the rules, their default readings and the shape of the
-- synthetic population would write for DuckDB. `by_sql.py` gives it the variables `data`, the folder of tables, and `out`.
--
-- A condition is TRUE, FALSE, or NULL where it is not known: SQL's own logic is the right one. What the rows of a doctor
-- say is gathered in one number a table, a pair of bits for each thing asked, so that each table is grouped once:
--   of counts and facts  1 missed, 2 reached; both, or neither, is not known
--   of records           1 a row may do, 2 a row does; neither is no

CREATE TYPE outcome AS ENUM ('granted', 'refused', 'undetermined', 'out_of_play');

CREATE MACRO rows_of(name) AS TABLE
    SELECT * FROM read_parquet(getvariable('data') || '/' || name || '.parquet') WHERE "year" = 2023;
CREATE MACRO counted(met, place) AS (CASE WHEN met THEN 2 WHEN NOT met THEN 1 ELSE 3 END)::BIGINT << (2 * place);
CREATE MACRO reached(seen, place) AS (CASE (seen >> (2 * place)) & 3 WHEN 2 THEN TRUE WHEN 1 THEN FALSE END);
CREATE MACRO matched(met, place) AS (CASE WHEN met THEN 2 WHEN NOT met THEN 0 ELSE 1 END)::BIGINT << (2 * place);
CREATE MACRO there(seen, place) AS
    (CASE (coalesce(seen, 0) >> (2 * place)) & 3 WHEN 0 THEN FALSE WHEN 1 THEN NULL ELSE TRUE END);

CREATE MACRO told(met) AS
    (CASE WHEN met THEN 'granted' WHEN NOT met THEN 'refused' ELSE 'undetermined' END)::outcome;
CREATE MACRO at_least(met, points) AS (CASE WHEN met THEN points ELSE 0 END)::DECIMAL(12, 2);
CREATE MACRO at_most(met, points) AS (CASE WHEN NOT met THEN 0 ELSE points END)::DECIMAL(12, 2);
-- The lowest and the highest tier, in euros, that the counts of a period may have reached.
CREATE MACRO lowest(tiers) AS CASE WHEN tiers = 4 THEN 3000 WHEN tiers IN (2, 6) THEN 1500 ELSE 0 END;
CREATE MACRO highest(tiers) AS CASE WHEN tiers = 1 THEN 0 WHEN tiers IN (2, 3) THEN 1500 ELSE 3000 END;

-- Counts of the year. The summary's two periods keep the tiers reached instead: a bit each for none, half, nine tenths.
CREATE TEMP VIEW rates AS
SELECT doctor, bit_or(CASE measure
        WHEN 'teletransmission' THEN counted(d > 0 AND 3 * n >= 2 * d, 0)
        WHEN 'dcmt' THEN counted(d > 0 AND 10 * n >= 9 * d, 1)
        WHEN 'pse' THEN counted(d > 0 AND 10 * n >= 8 * d, 2)
        WHEN 'aat' THEN counted(d > 0 AND 10 * n >= 7 * d, 3)
        WHEN 'cm_atmp' THEN counted(d > 0 AND 100 * n >= 45 * d, 4)
        WHEN 'spe' THEN counted(d > 0 AND 10 * n >= 2 * d, 5)
        WHEN 'dsg' THEN counted(d > 0 AND 10 * n >= d, 6)
        WHEN 'dmp' THEN counted(CASE WHEN n <= d THEN d > 0 AND 10 * n >= d END, 7)
        WHEN 'mss' THEN counted(CASE WHEN n <= d THEN d > 0 AND 100 * n >= 5 * d END, 8)
        WHEN 'ordonnances' THEN counted(CASE WHEN n <= d THEN d > 0 AND 10 * n >= 3 * d END, 9)
        WHEN 'vsm' THEN (CASE WHEN d = 0 OR 2 * n < d THEN 1 WHEN 10 * n < 9 * d THEN 2 ELSE 4 END)::BIGINT
            << (CASE WHEN period_end <= DATE '2023-12-31' THEN 20 ELSE 23 END)
    END) AS seen
FROM (
    SELECT doctor, measure, period_end, numerator AS n, denominator AS d FROM rows_of('measures') WHERE location IS NULL
    UNION ALL
    -- Acts counted where they were done add up; without those of a place, nothing is known.
    SELECT doctor, measure, period_end, sum(numerator), CASE WHEN count(*) = any_value(places) THEN sum(denominator) END
    FROM rows_of('measures')
    JOIN (SELECT doctor, count(id) AS places FROM rows_of('locations') GROUP BY doctor) USING (doctor)
    WHERE location IS NOT NULL
    GROUP BY doctor, measure, period_end
)
GROUP BY doctor;

CREATE TEMP VIEW facts AS
SELECT doctor, bit_or(CASE fact
        WHEN 'apcv_fse' THEN counted("value"::INTEGER >= 1, 0)
        WHEN 'sas_departement' THEN counted("value" = 'true', 1)
        WHEN 'sas_plateforme' THEN counted("value" = 'true', 2)
        WHEN 'sas_minutes_hebdomadaires' THEN counted("value"::INTEGER >= 120, 3)
        WHEN 'sas_regulation' THEN counted("value" = 'true', 4)
        WHEN 'sas_cpts' THEN counted("value" = 'true', 5)
    END) AS seen
FROM rows_of('facts')
GROUP BY doctor;

-- What a control refuted, or asked for and was not shown: the declaration falls, of that choice or of any.
CREATE TEMP VIEW fallen AS
SELECT DISTINCT doctor, item, choice FROM rows_of('findings') WHERE outcome IN ('refuted', 'not_produced');

-- Declarations: each has at most one attribute that a rule reads.
CREATE TEMP VIEW declared AS
SELECT doctor,
    bit_or(CASE item
        WHEN 'logiciel-segur' THEN matched(entered, 0)
        WHEN 'logiciel-lap' THEN matched(entered, 1)
        WHEN 'horaires' THEN matched(entered
            OR (channel = 'amelipro_horaires' AND declared_on <= DATE '2023-12-31')
            OR (channel = 'caisse' AND declared_on <= DATE '2024-01-31'), 2)
        WHEN 'codage' THEN matched(attested, 3)
        WHEN 'coordination' THEN
            matched(attested AND choice IN ('msp', 'esp', 'ess', 'cpts', 'reseau', 'had-ehpad', 'asalee'), 4)
            | matched(sworn AND choice = 'asalee', 5)
        WHEN 'services' THEN
            matched(attested AND CASE WHEN choice = 'ressource' THEN fits
                ELSE choice IN ('structure-appui', 'maia', 'pfidass', 'clic', 'autre') END, 6)
            | matched(attested AND choice = 'asalee', 7)
        WHEN 'maitre-de-stage' THEN
            matched(attested AND choice = 'externat', 8) | matched(attested AND choice = 'niveau-1', 9)
        WHEN 'video' THEN
            matched(attested AND CASE WHEN choice = 'gratuite-professionnelle' THEN fits
                ELSE choice IN ('solution-complete', 'abonnement-payant') END, 10)
        WHEN 'equipements-connectes' THEN
            matched(attested AND fits AND choice IN ('oxymetre', 'stethoscope', 'dermatoscope', 'otoscope', 'glucometre',
                'ecg', 'doppler', 'echographe', 'tensiometre', 'camera', 'vision-audition', 'efr'), 11)
    END) AS seen,
    max(CASE WHEN item = 'logiciel-segur' THEN choice END) AS segur,
    max(CASE WHEN item = 'logiciel-lap' THEN choice END) AS lap
FROM (
    SELECT one.doctor, one.item, one.choice, channel, declared_on, sworn, fits,
        channel IN ('amelipro', 'papier') AND declared_on BETWEEN DATE '2023-12-11' AND DATE '2024-02-04' AS entered,
        entered AND sworn AND fallen.item IS NULL AS attested
    FROM rows_of('declarations') AS one
    LEFT JOIN fallen ON fallen.doctor = one.doctor AND fallen.item = one.item
        AND coalesce(fallen.choice = one.choice, TRUE)
    LEFT JOIN (
        SELECT doctor, "row",
            CASE "name" WHEN 'acquired_on' THEN "value" BETWEEN '2023-01-01' AND '2023-12-31' ELSE "value" = 'true' END AS fits
        FROM rows_of('attributes')
        WHERE "of" = 'declarations' AND "name" IN ('job_description', 'secure', 'acquired_on')
    ) AS said ON said.doctor = one.doctor AND said."row" = one."row"
)
GROUP BY doctor;

CREATE TEMP VIEW prefilled AS
SELECT doctor, max(CASE WHEN item = 'logiciel-segur' THEN choice END) AS segur, bool_or(item = 'horaires') AS horaires
FROM rows_of('prefills')
GROUP BY doctor;

-- Papers: an invoice, or a publisher's attestation in the doctor's name, one an item; none is of another campaign.
CREATE TEMP VIEW papers AS
SELECT doctor,
    max(CASE WHEN item = 'logiciel-segur' THEN software END) AS segur,
    max(CASE WHEN item = 'logiciel-lap' THEN software END) AS lap,
    bit_or(CASE item
        WHEN 'logiciel-segur' THEN matched(bought, 0)
        WHEN 'logiciel-lap' THEN matched(bought, 1) | matched(current, 2) | matched(otherwise, 3) | matched(started, 4)
    END) AS seen
FROM (
    SELECT doctor, item, software,
        editor <> 'none' AND acquired_on <> 'none' AND acquired_on <= '2024-01-31'
            AND (kind = 'facture' OR nominative = 'true') AS bought,
        certified_on <= '2024-01-31' AND certification = 'definitive_en_vigueur' AS current,
        (certified_on <= '2024-01-31' AND certification = 'definitive_anterieure')
            OR (certified_on BETWEEN '2022-01-01' AND '2023-12-31' AND certification = 'provisoire') AS otherwise,
        kind = 'attestation-editeur' AND started_on < '2024-01-31' AS started
    FROM rows_of('documents')
    JOIN rows_of('document_items') USING (doctor, "row")
    JOIN (
        SELECT doctor, "row",
            any_value("value") FILTER ("name" = 'editor') AS editor,
            any_value("value") FILTER ("name" = 'software') AS software,
            any_value("value") FILTER ("name" = 'acquired_on') AS acquired_on,
            any_value("value") FILTER ("name" = 'nominative') AS nominative,
            any_value("value") FILTER ("name" = 'certification') AS certification,
            any_value("value") FILTER ("name" = 'certified_on') AS certified_on,
            any_value("value") FILTER ("name" = 'procedure_started_on') AS started_on
        FROM rows_of('attributes')
        WHERE "of" = 'documents'
        GROUP BY doctor, "row"
    ) USING (doctor, "row")
    WHERE status <> 'rejected'
)
GROUP BY doctor;

-- One row a doctor: what is granted.
CREATE TEMP VIEW granted AS
SELECT doctor, eligible,
    (segur_prefilled OR (there(declared, 0) AND there(papers, 0) AND segur_same))
        AND (specialty IN (SELECT unnest(['anesthesie-reanimation-chirurgicale', 'chirurgie-generale',
                'radiodiagnostic-imagerie-medicale', 'neurochirurgie', 'ophtalmologie', 'chirurgie-urologique',
                'stomatologie', 'reanimation-medicale', 'nephrologie', 'anatomo-cyto-pathologie', 'biologie-medicale',
                'chirurgie-orthopedique-traumatologie', 'chirurgie-infantile', 'chirurgie-maxillo-faciale',
                'chirurgie-maxillo-faciale-stomatologie', 'chirurgie-plastique',
                'chirurgie-thoracique-cardio-vasculaire', 'chirurgie-vasculaire', 'chirurgie-viscerale-digestive',
                'medecine-bucco-dentaire', 'chirurgie-orale-medecins', 'hematologie', 'medecine-nucleaire',
                'oncologie-medicale', 'oncologie-radiotherapie', 'radiotherapie', 'medecine-genetique']))
            OR (there(declared, 1) AND lap_proved AND lap_same)
            OR (segur_prefilled AND NOT there(declared, 1) AND lap_proved)) AS logiciel,
    TRUE AS sesam_vitale,
    reached(rates, 0) AS teletransmission,
    there(declared, 2) OR coalesce(hours_prefilled, FALSE) AS horaires,
    generalist OR reached(rates, 1) AS dcmt,
    reached(rates, 2) AS pse,
    reached(rates, 3) AS aat,
    reached(rates, 4) AS cm_atmp,
    reached(rates, 5) AS spe,
    reached(rates, 6) AS dsg,
    reached(rates, 7) AS dmp,
    reached(rates, 8) AS mss,
    reached(rates, 9) AS ordonnances,
    reached(facts, 0) AS apcv,
    there(declared, 3) AS codage,
    there(declared, 4) AS coordination,
    there(declared, 6) OR (there(declared, 7) AND NOT there(declared, 5)) AS services,
    -- What a specialist's intern is, no text says.
    there(declared, 8) OR (there(declared, 9) AND (generalist OR NULL)) AS maitre_de_stage,
    there(declared, 10) AS video,
    there(declared, 11) AS equipements_connectes,
    reached(facts, 1) AND reached(facts, 2) AND reached(facts, 3) AND (reached(facts, 4) OR reached(facts, 5)) AS sas,
    coalesce((rates >> 20) & 7, 0) AS summary, coalesce((rates >> 23) & 7, 0) AS summary_later
FROM (
    SELECT doctors.doctor, specialty, rates.seen AS rates, facts.seen AS facts, declared.seen AS declared,
        papers.seen AS papers, prefilled.horaires AS hours_prefilled,
        specialty IN ('medecine-generale', 'medecine-generale-diplome', 'medecine-generale-ordre') AS generalist,
        sector IN ('1', '2') AND (status = 'installe' OR NULL) AND activity_start <= DATE '2023-12-31'
            AND (activity_end IS NULL OR activity_end >= DATE '2023-01-01') AS eligible,
        -- Another software declared in time corrects what was prefilled.
        prefilled.segur IS NOT NULL AND coalesce(prefilled.segur = declared.segur OR NOT there(declared.seen, 0), TRUE)
            AS segur_prefilled,
        papers.segur = declared.segur AS segur_same,
        papers.lap = declared.lap AS lap_same,
        there(papers.seen, 1)
            AND (there(papers.seen, 2) OR (there(papers.seen, 3) AND there(papers.seen, 4))) AS lap_proved
    FROM rows_of('doctors') AS doctors
    LEFT JOIN rates USING (doctor)
    LEFT JOIN facts USING (doctor)
    LEFT JOIN declared USING (doctor)
    LEFT JOIN papers USING (doctor)
    LEFT JOIN prefilled USING (doctor)
);
