-- The counts of 2023 written by hand for DuckDB: what somebody who knows the rules, their default readings and the
-- flows would write. The variable `flows` names the folder read; `counts`, `measures` and `facts` are what comes of it.

create macro flow(name) as table from read_parquet(getvariable('flows') || '/' || name || '.parquet');
create macro in_year(day) as day between date '2023-01-01' and date '2023-12-31';
create macro secure(mode) as mode in ('sesam_vitale', 'sesam_sans_vitale');
create macro scheme_known(scheme) as scheme in ('regime_general', 'msa', 'autre');

-- Acts: those that are there twice, whose row is sound, when each doctor begins, and what becomes of each row.

create temp table acts_twice as
select doctor, act from flow('acts') group by doctor, act having count(*) > 1;

create temp view acts as
select
    doctor, claim, patient, performed_on, mode, kind, ame, nir, age_months, ehpad, apcv,
    coalesce(
        act is not null and claim is not null and patient is not null and performed_on is not null
        and ame is not null and ehpad is not null and apcv is not null and age_months between 0 and 999999999
        and scheme_known(scheme) and nir in ('definitif', 'provisoire')
        and mode in ('sesam_vitale', 'sesam_sans_vitale', 'degrade', 'papier', 's3404')
        and kind in ('consultation', 'visite', 'acte_technique', 'teleconsultation', 'teleexpertise')
        and not exists (from acts_twice as t where t.doctor = a.doctor and t.act = a.act),
        false
    ) as sound
from flow('acts') as a;

create temp table starts as
select
    doctor,
    case
        when bool_or(performed_on between date '2022-01-01' and date '2022-12-31') then date '2023-01-01'
        when bool_or(in_year(performed_on))
        then cast(date_trunc('month', min(performed_on) filter (in_year(performed_on))) + interval 1 month as date)
        else date '2023-01-01'
    end as start
from acts
where sound and secure(mode)
group by doctor;

create temp table acts_counted as
select
    acts.doctor,
    case
        when not sound then 'quarantined'
        when not performed_on between coalesce(start, date '2023-01-01') and date '2023-12-31' then 'out_of_period'
        when ame then 'ame'
        when nir = 'provisoire' then 'nir_provisoire'
        when age_months < 3 then 'nourrisson'
        when ehpad and not secure(mode) then 'ehpad'
        when kind in ('teleconsultation', 'teleexpertise') and mode <> 'sesam_sans_vitale' then 'telemedecine'
        when mode = 's3404' then 's3404'
        else 'counted'
    end as fate,
    count(*) as rows,
    count(*) filter (secure(mode)) as secure,
    count(*) filter (sound and in_year(performed_on)) as in_year,
    count(*) filter (sound and apcv and secure(mode)) as apcv,
    count(*) filter (sound and apcv and secure(mode) and in_year(performed_on)) as apcv_in_year
from acts left join starts using (doctor)
group by acts.doctor, fate;

create temp table contacts as
select doctor, count(*) as number
from (select distinct doctor, patient, performed_on from acts where sound and in_year(performed_on))
group by doctor;

create temp table apcv_claims as
select doctor, count(distinct claim) as number
from acts
where sound and apcv and secure(mode) and in_year(performed_on)
group by doctor;

-- Forms of the online services.

create temp table forms_twice as
select doctor, form from flow('forms') group by doctor, form having count(*) > 1;

create temp view forms as
select
    *,
    coalesce(
        form is not null and patient is not null and filed_on is not null and scheme_known(scheme)
        and kind in ('aat', 'cm_atmp', 'pse', 'dcmt', 'spe', 'dsg') and channel in ('en_ligne', 'papier')
        and coalesce(family in ('active', 'annulee', 'epuree', 'sans_beneficiaire'), true)
        and coalesce(matricule_digit between 0 and 9, true)
        and not exists (from forms_twice as t where t.doctor = f.doctor and t.form = f.form),
        false
    ) as sound
from flow('forms') as f;

create temp table forms_counted as
select
    doctor,
    case when sound then kind end as measure,
    case
        when not sound then 'quarantined'
        when not in_year(filed_on) then 'out_of_period'
        when scheme <> 'regime_general' then 'autre_regime'
        when kind in ('spe', 'dsg') and not reimbursed then 'non_prise_en_charge'
        when kind in ('spe', 'dsg') and reimbursed is null then 'quarantined'
        when kind <> 'dcmt' then 'counted'
        when subsistence then 'subsistance'
        when subsistence is null then 'quarantined'
        when not attached then 'hors_caisse'
        when attached is null then 'quarantined'
        when family in ('annulee', 'epuree') then 'famille_annulee'
        when family is null then 'quarantined'
        when family = 'sans_beneficiaire' then 'famille_sans_beneficiaire'
        when matricule_digit between 5 and 9 then 'matricule_5_a_9'
        when matricule_digit is null then 'quarantined'
        else 'counted'
    end as fate,
    count(*) as rows,
    count(*) filter (channel = 'en_ligne') as online
from forms
group by all;

-- Shared records, messages, prescriptions, slots.

create temp table feeds_twice as
select doctor, feed from flow('dmp_feeds') group by doctor, feed having count(*) > 1;

create temp view feeds as
select
    *,
    coalesce(
        feed is not null and dmp is not null and fed_on is not null and coalesce(scheme_known(scheme), true)
        and not exists (from feeds_twice as t where t.doctor = f.doctor and t.feed = f.feed),
        false
    ) as sound
from flow('dmp_feeds') as f;

create temp table feeds_counted as
select
    doctor,
    case when not sound then 'quarantined' when in_year(fed_on) then 'counted' else 'out_of_period' end as fate,
    count(*) as rows
from feeds
group by all;

create temp table fed as
select doctor, count(*) as number
from (select distinct doctor, dmp, fed_on from feeds where sound and in_year(fed_on))
group by doctor;

create temp table messages_twice as
select doctor, message from flow('messages') group by doctor, message having count(*) > 1;

create temp view messages as
select
    *,
    coalesce(
        message is not null and sent_on is not null and secure is not null
        and recipient in ('patient', 'professionnel') and coalesce(scheme_known(scheme), true)
        and not exists (from messages_twice as t where t.doctor = m.doctor and t.message = m.message),
        false
    ) as sound
from flow('messages') as m;

create temp table messages_counted as
select
    doctor,
    case
        when not sound then 'quarantined'
        when recipient <> 'patient' or not secure then 'other'
        when not in_year(sent_on) then 'out_of_period'
        when patient is null then 'quarantined'
        else 'counted'
    end as fate,
    count(*) as rows,
    count(distinct (patient, sent_on)) as number
from messages
group by all;

create temp table prescriptions_twice as
select doctor, prescription from flow('prescriptions') group by doctor, prescription having count(*) > 1;

create temp view prescriptions as
select
    *,
    coalesce(
        prescription is not null and patient is not null and prescribed_on is not null and scheme_known(scheme)
        and channel in ('teleservice', 'papier') and product in ('medicament', 'lpp', 'autre')
        and not exists (
            from prescriptions_twice as t where t.doctor = p.doctor and t.prescription = p.prescription
        ),
        false
    ) as sound
from flow('prescriptions') as p;

create temp table prescriptions_counted as
select
    doctor,
    case
        when not sound then 'quarantined'
        when product = 'autre' then 'other'
        when not in_year(prescribed_on) then 'out_of_period'
        else 'counted'
    end as fate,
    count(*) as rows
from prescriptions
group by all;

create temp table prescribed as
select doctor, count(*) as number, count(*) filter (digital) as digital
from (
    select doctor, patient, prescribed_on, bool_or(channel = 'teleservice') as digital
    from prescriptions
    where sound and product <> 'autre' and in_year(prescribed_on)
    group by doctor, patient, prescribed_on
)
group by doctor;

create temp table slots_twice as
select doctor, slot from flow('sas_slots') group by doctor, slot having count(*) > 1;

create temp table slots_counted as
select
    doctor,
    case
        when not coalesce(
            slot is not null and opened_on is not null and minutes between 0 and 999999999
            and online is not null and unknown_patients is not null and pdsa is not null
            and not exists (from slots_twice as t where t.doctor = s.doctor and t.slot = s.slot),
            false
        ) then 'quarantined'
        when not (online and unknown_patients and not pdsa) then 'other'
        when in_year(opened_on) then 'counted'
        else 'out_of_period'
    end as fate,
    count(*) as rows,
    sum(minutes) as minutes
from flow('sas_slots') as s
group by all;

-- What comes of it.

create temp table doctors as
select doctor from acts_counted union select doctor from forms_counted union select doctor from feeds_counted
union select doctor from messages_counted union select doctor from prescriptions_counted
union select doctor from slots_counted;

create temp table sides as
select doctor, 'teletransmission' as measure, 'denominator' as side, fate, rows from acts_counted
union all
select
    doctor,
    unnest(['dmp', 'mss']),
    'denominator',
    unnest(['counted', 'counted']),
    unnest([sum(in_year), sum(in_year)])
from acts_counted where fate <> 'quarantined' group by doctor
union all
select doctor, unnest(['dmp', 'mss']), 'denominator', 'out_of_period', sum(rows) - sum(in_year)
from acts_counted where fate <> 'quarantined' group by doctor
union all
select doctor, unnest(['dmp', 'mss', 'apcv_fse']), unnest(['denominator', 'denominator', 'numerator']), fate, rows
from acts_counted where fate = 'quarantined'
union all
select
    doctor,
    'apcv_fse',
    'numerator',
    unnest(['counted', 'out_of_period', 'other']),
    unnest([sum(apcv_in_year), sum(apcv) - sum(apcv_in_year), sum(rows) - sum(apcv)])
from acts_counted where fate <> 'quarantined' group by doctor
union all
select doctor, measure, 'denominator', fate, rows from forms_counted where measure is not null
union all
select doctor, unnest(['aat', 'cm_atmp', 'pse', 'dcmt', 'spe', 'dsg']), 'denominator', fate, rows
from forms_counted where measure is null
union all
select doctor, k.measure, 'denominator', 'other', sum(rows) filter (f.measure <> k.measure)
from forms_counted as f, (select unnest(['aat', 'cm_atmp', 'pse', 'dcmt', 'spe', 'dsg']) as measure) as k
where f.measure is not null group by doctor, k.measure
union all
select doctor, 'dmp', 'numerator', fate, rows from feeds_counted
union all
select doctor, 'mss', 'numerator', fate, rows from messages_counted
union all
select doctor, 'ordonnances', 'denominator', fate, rows from prescriptions_counted
union all
select doctor, 'sas_minutes_hebdomadaires', 'numerator', fate, rows from slots_counted;

create temp table counts as
select doctor, measure, side, fate, cast(sum(rows) as bigint) as rows
from sides group by all having sum(rows) > 0;

create temp table measures as
select
    doctor, measure, cast(coalesce(numerator, 0) as bigint) as numerator,
    cast(coalesce(denominator, 0) as bigint) as denominator,
    case when measure = 'teletransmission' then coalesce(start, date '2023-01-01') else date '2023-01-01' end
        as period_start,
    date '2023-12-31' as period_end
from doctors
cross join (
    select unnest([
        'teletransmission', 'aat', 'cm_atmp', 'pse', 'dcmt', 'spe', 'dsg', 'dmp', 'mss', 'ordonnances'
    ]) as measure
)
left join (
    select doctor, 'teletransmission' as measure, secure as numerator, rows as denominator
    from acts_counted where fate = 'counted'
    union all
    select doctor, measure, sum(online), sum(rows) from forms_counted where fate = 'counted' group by all
    union all
    select doctor, 'dmp', fed.number, contacts.number from contacts full join fed using (doctor)
    union all
    select doctor, 'mss', sent.number, contacts.number
    from contacts full join (from messages_counted where fate = 'counted') as sent using (doctor)
    union all
    select doctor, 'ordonnances', digital, number from prescribed
) using (doctor, measure)
left join starts using (doctor);

create temp table facts as
select doctor, 'apcv_fse' as fact, cast(coalesce(number, 0) as varchar) as value
from doctors left join apcv_claims using (doctor)
union all
select doctor, 'sas_minutes_hebdomadaires', cast(coalesce(minutes * 7 // 365, 0) as varchar)
from doctors left join (from slots_counted where fate = 'counted') using (doctor);
