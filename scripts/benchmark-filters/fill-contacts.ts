import { join } from 'node:path'
import { createAttribute } from '../../src/contacts/create-attribute.ts'
import type { Database } from '../../src/platform/database/database.ts'
import { migrate } from '../../src/platform/database/migrate.ts'
import { createProject } from '../../src/team/create-project.ts'

/** Makes a project with so many contacts of the kind that two years leave behind, and analyses the tables. */
export async function fillContacts(db: Database, contacts: number): Promise<void> {
  await migrate(db, join(import.meta.dirname, '../../migrations'))
  const now = new Date('2026-11-01T12:00:00Z')
  const projectId = await db.transaction(async (tx) => {
    const settings = { name: 'Benchmark', timeZone: 'Europe/Moscow', country: 'RU', workingHours: {} }
    const project = await createProject(tx, now, settings)
    const work = { projectId: project.id, now, by: { kind: 'system' as const } }
    for (const name of ['city', 'company']) await createAttribute(tx, work, { name, type: 'text' })
    await createAttribute(tx, work, { name: 'budget', type: 'number' })
    await createAttribute(tx, work, { name: 'birthday', type: 'date' })
    await createAttribute(tx, work, { name: 'plan', type: 'choice', choices: ['free', 'silver', 'gold', 'platinum'] })
    await createAttribute(tx, work, { name: 'extras', type: 'choices', choices: ['abs', 'roof', 'hook'] })
    await createAttribute(tx, work, { name: 'loyal', type: 'boolean' })
    return project.id
  })
  for (const statement of statements)
    await db.query(statement, statement.includes('$2') ? [projectId, contacts] : [projectId])
  for (const table of ['contacts', 'contact_search', 'contact_values', 'identities', 'conversations', 'deals'])
    await db.query(`vacuum analyze ${table}`)
}

/** A number from 0 to 1 that depends on the contact's number and on what it is for. */
const chance = (salt: string) => `(abs(hashtext(n || '${salt}')) % 1000003) / 1000003.0`
const pick = (list: string, salt: string) =>
  `(${list})[1 + floor(power(${chance(salt)}, 2) * array_length(${list}, 1))::int]`
const firstNames = `array['Анна','Иван','Мария','Пётр','Елена','Сергей','Ольга','Дмитрий','John','Maria','Алёна','Chen','Андрей','Светлана','Fatima','Жанна']`
const lastStems = `array['Иванов','Петров','Каренин','Сидоров','Кузнецов','Смирнов','Попов','Волков','Соколов','Лебедев','Козлов','Новиков','Морозов','Smith','Müller']`
const cities = `array['Москва','Санкт-Петербург','Казань','Нижний Новгород','Екатеринбург','Berlin','Пермь','Уфа','Омск','Тула']`

const statements = [
  `insert into operators (project_id, name, role, on_shift, created_at)
     select $1, 'Operator ' || n, 'manager', true, now() from generate_series(1, 20) n`,
  `insert into contacts (project_id, first_name, last_name, username, phone, email, labels, responsible_id, attributes,
       blocked_until, last_activity_at, created_at, updated_at)
     select $1, ${pick(firstNames, 'first')}, ${pick(lastStems, 'last')} || ' ' || (n % 300),
       case when ${chance('user')} < 0.5 then 'user_' || md5(n::text) end,
       case when ${chance('phone')} < 0.8 then '+79' || lpad((abs(hashtext(n || 'digits')) % 1000000000)::text, 9, '0') end,
       case when ${chance('mail')} < 0.6 then 'person' || n || '@example.' || case when n % 3 = 0 then 'com' else 'org' end end,
       array_remove(array[
         case when ${chance('a')} < 0.4 then 'newsletter' end, case when ${chance('b')} < 0.1 then 'new' end,
         case when ${chance('c')} < 0.02 then 'vip' end, case when ${chance('d')} < 0.0005 then 'audit' end], null),
       case when ${chance('op')} < 0.6 then (select min(id) from operators where name like 'Operator %') + n % 20 end,
       jsonb_strip_nulls(jsonb_build_object(
         'city', ${pick(cities, 'city')},
         'company', case when ${chance('co')} < 0.7 then 'Company ltd ' || (abs(hashtext(n || 'company')) % 100000) end,
         'budget', case when ${chance('bu')} < 0.8 then abs(hashtext(n || 'budget')) % 1000000 end,
         'birthday', (date '1950-01-01' + (abs(hashtext(n || 'born')) % 20000))::text,
         'plan', ${pick(`array['free','silver','gold','platinum']`, 'plan')},
         'extras', to_jsonb(array_remove(array[case when n % 2 = 0 then 'abs' end, case when n % 7 = 0 then 'roof' end], null)),
         'loyal', ${chance('loyal')} < 0.2)),
       case when ${chance('blocked')} < 0.005 then timestamptz '2027-01-01' when ${chance('blocked')} < 0.02 then timestamptz '2026-01-01' end,
       case when ${chance('active')} < 0.9 then timestamptz '2026-11-01 12:00Z' - power(${chance('when')}, 3) * interval '700 days' end,
       timestamptz '2026-11-01 12:00Z' - ($2::int - n) * (interval '730 days' / $2::int), now()
     from generate_series(1, $2::int) n`,
  `insert into identities (project_id, contact_id, kind, value, created_at)
     select project_id, id, 'telegram', (1000000 + id)::text, now() from contacts where project_id = $1`,
  `insert into identities (project_id, contact_id, kind, value, created_at)
     select project_id, id, 'phone', phone, now() from contacts where project_id = $1 and phone is not null on conflict do nothing`,
  `insert into identities (project_id, contact_id, kind, value, created_at)
     select project_id, id, 'email', email, now() from contacts where project_id = $1 and email is not null on conflict do nothing`,
  `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
     select $1, 'webchat', name, '{}', name, true, now(), now() from unnest(array['bot', 'site', 'rare']) name`,
  `insert into conversations (project_id, channel_id, kind, contact_id, mode, created_at)
     select project_id, (select id from channels where name = case when contacts.id % 100 = 0 then 'rare'
         when contacts.id % 5 = 0 then 'site' else 'bot' end), 'direct', id, 'bot', now() from contacts where project_id = $1`,
  `insert into spots (project_id, name, created_at) values ($1, 'Shop', now())`,
  `insert into pipelines (project_id, spot_id, name, created_at) select $1, id, 'Sales', now() from spots`,
  `insert into stages (project_id, pipeline_id, name, position, type, color)
     select $1, p.id, 'Stage ' || n, n, 'open', '#000000' from pipelines p, generate_series(1, 10) n`,
  `insert into deals (project_id, number, name, variables, contact_id, pipeline_id, stage_id, status, status_since, version, created_at, updated_at)
     select c.project_id, c.id, 'Deal', '{}', c.id, s.pipeline_id, s.id, 'active', now(), 1, now(), now()
       from contacts c join stages s on s.name = 'Stage ' || (1 + floor(sqrt(c.id % 100)))::int where c.project_id = $1 and c.id % 3 = 0`,
  `update contacts set merged_into_id = 1 where project_id = $1 and id % 100 = 7`,
]
