import type { ContactChoice } from '../../src/contacts/filters/choose-contacts.store.ts'
import type { ContactSort } from '../../src/contacts/filters/contact-sort.ts'
import type { FilterGroup, FilterRule } from '../../src/contacts/filters/filter.ts'
import type { Queryable } from '../../src/platform/database/database.ts'

export interface NamedFilter {
  name: string
  choice: ContactChoice
  sort?: ContactSort
}

/** What people ask of a list of contacts: the common and the rare, the positive and the negative, in every order. */
export async function namedFilters(db: Queryable): Promise<NamedFilter[]> {
  const idOf = async (table: string, name: string) =>
    (await db.query<{ id: number }>(`select id from ${table} where name = $1`, [name]))[0]!.id
  const rare = await idOf('channels', 'rare')
  const operator = await idOf('operators', 'Operator 1')
  const offer = await idOf('stages', 'Stage 3')
  const late = await idOf('stages', 'Stage 9')
  const [known] = await db.query<{ phone: string }>(
    'select phone from contacts where phone is not null and merged_into_id is null order by id limit 1',
  )
  const spelled = known!.phone.replace(/^\+7(...)(...)(..)(..)$/, '8 ($1) $2-$3-$4')
  return [
    { name: 'all, the newest first', choice: {} },
    { name: 'all, by name', choice: {}, sort: 'name' },
    { name: 'search: a common first name', choice: { search: 'иван' } },
    { name: 'search: parts of a first and a last name', choice: { search: 'карен анна' } },
    { name: 'search: a phone in another spelling', choice: { search: spelled } },
    { name: 'search: last digits of a phone', choice: { search: '45-67' } },
    { name: 'search: two letters', choice: { search: 'ан' }, sort: 'name' },
    { name: 'search: a part of an e-mail', choice: { search: 'person77' } },
    { name: 'search: what nobody has', choice: { search: 'qwzx' } },
    { name: 'labels: a common one', choice: { labels: ['newsletter'] }, sort: '-lastActivityAt' },
    { name: 'labels: a common and a rare one', choice: { labels: ['newsletter', 'audit'] }, sort: 'name' },
    filter('made in one week, by name', 'name', [rule('createdAt', 'between', ['2026-03-02', '2026-03-08'])]),
    filter('quiet for 90 days, the longest first', 'lastActivityAt', [
      rule('lastActivityAt', 'not_within_last', '90d'),
    ]),
    filter('number above what most have', '-lastActivityAt', [rule('attributes.budget', 'greater', 999_000)]),
    filter('text contains, and born in a decade', undefined, [
      rule('attributes.company', 'contains', 'ltd 123'),
      rule('attributes.birthday', 'between', ['1980-01-01', '1989-12-31']),
    ]),
    filter('choice, several choices and yes/no', '-createdAt', [
      rule('attributes.plan', 'in_list', ['gold', 'platinum']),
      rule('attributes.extras', 'contains_all', ['abs', 'roof']),
      rule('attributes.loyal', 'equals', true),
    ]),
    filter('kept out at present, by name', 'name', [rule('blocked', 'equals', true)]),
    filter('rare channel, one operator', undefined, [
      rule('channel', 'equals', rare),
      rule('responsible', 'equals', operator),
    ]),
    filter('deal in one of two stages, without a label', '-lastActivityAt', [
      rule('dealStage', 'in_list', [offer, late]),
      rule('labels', 'contains_none', ['newsletter', 'vip']),
      rule('attributes.city', 'not_equals', 'Москва'),
    ]),
    filter('nested groups over seven fields', '-lastActivityAt', [
      { match: 'any', rules: [rule('labels', 'contains_any', ['vip']), rule('attributes.budget', 'greater', 900_000)] },
      {
        match: 'any',
        rules: [
          rule('attributes.city', 'equals', 'Москва'),
          { match: 'all', rules: [rule('phone', 'starts_with', '8916'), rule('email', 'is_set')] },
        ],
      },
      rule('blocked', 'equals', false),
      rule('lastActivityAt', 'within_last', '30d'),
    ]),
  ]
}

function rule(field: string, operator: string, value?: unknown): FilterRule {
  return { field, operator, value }
}

function filter(name: string, sort: ContactSort | undefined, rules: FilterGroup['rules']): NamedFilter {
  return { name, sort, choice: { filter: { match: 'all', rules } } }
}
