import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterFields } from '../../../../src/contacts/filters/choose-contacts.store.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'
import { makePeople, namesOf, type People } from './people.ts'

let fresh: FreshDatabase
let people: People

beforeAll(async () => {
  fresh = await freshDatabase()
  const work = await makeProject(fresh.db, new Date('2026-11-02T09:00:00Z'))
  people = await makePeople(fresh.db, work)
  // The same people of another project are never found.
  await makePeople(fresh.db, await makeProject(fresh.db, new Date('2026-11-02T09:00:00Z')))
})
afterAll(() => fresh.drop())

const anna = 'Анна'
const boris = 'Boris'
const pyotr = 'Пётр'
const nobody = 'Nobody'
const all = [anna, boris, pyotr, nobody]
const allBut = (...names: string[]) => all.filter((name) => !names.includes(name))

/** Field, operator, value, who is found. Texts in angle brackets are numbers of rows. */
const cases: [field: string, operator: string, value: unknown, expected: string[]][] = [
  ['name', 'equals', ' анна  КАРЕНИНА ', [anna]],
  ['name', 'equals', 'Анна', []],
  ['name', 'not_equals', 'Анна Каренина', allBut(anna)],
  ['name', 'contains', 'РЕН', [anna]],
  ['name', 'contains', 'петр', [pyotr]],
  ['name', 'contains', 'ПЁТР', [pyotr]],
  ['name', 'contains', "o'hara; --", [boris]],
  ['name', 'contains', 'о', []],
  ['name', 'contains', '%', []],
  ['name', 'contains', '_', []],
  ['name', 'not_contains', 'анна', allBut(anna)],
  ['name', 'starts_with', 'ан', [anna]],
  ['name', 'starts_with', 'карен', []],
  ['name', 'ends_with', 'ина', [anna]],
  ['name', 'ends_with', 'анна', []],
  ['name', 'in_list', ['Петр', 'анна каренина'], [anna, pyotr]],
  ['name', 'in_list', 'Петр', [pyotr]],
  ['name', 'not_in_list', ['Петр', 'анна каренина'], [boris, nobody]],
  ['name', 'is_set', undefined, allBut(nobody)],
  ['name', 'is_empty', undefined, [nobody]],

  ['username', 'equals', '@ANNA_K', [anna]],
  ['username', 'not_equals', 'anna_k', allBut(anna)],
  ['username', 'contains', '%1', [boris]],
  ['username', 'contains', 'a_k', [anna]],
  ['username', 'contains', 'annaxk', []],
  ['username', 'not_contains', 'k', allBut(anna)],
  ['username', 'starts_with', 'anna_', [anna]],
  ['username', 'ends_with', '%100', [boris]],
  ['username', 'in_list', ['@anna_k', 'boris%100'], [anna, boris]],
  ['username', 'not_in_list', ['anna_k'], allBut(anna)],
  ['username', 'is_set', undefined, [anna, boris]],
  ['username', 'is_empty', undefined, [pyotr, nobody]],

  ['email', 'equals', 'Karenina@Work.ru', [anna]],
  ['email', 'equals', 'anna@example.com', [anna]],
  ['email', 'equals', 'anna@example', []],
  ['email', 'not_equals', 'karenina@work.ru', allBut(anna)],
  ['email', 'contains', '@example.', [anna, boris]],
  ['email', 'not_contains', '@work.', allBut(anna)],
  ['email', 'starts_with', 'karenina@', [anna]],
  ['email', 'starts_with', 'work', []],
  ['email', 'ends_with', '.com', [anna]],
  ['email', 'ends_with', '.org', [boris]],
  ['email', 'in_list', ['boris@example.org', 'karenina@work.ru'], [anna, boris]],
  ['email', 'not_in_list', ['boris@example.org'], allBut(boris)],
  ['email', 'is_set', undefined, [anna, boris]],
  ['email', 'is_empty', undefined, [pyotr, nobody]],

  ['phone', 'equals', '8 (916) 123-45-67', [anna]],
  ['phone', 'equals', '+7 926 555-00-11', [anna]],
  ['phone', 'equals', '0049 30 123456', [boris]],
  ['phone', 'not_equals', '8 916 123-45-67', allBut(anna)],
  ['phone', 'contains', '123-45', [anna, boris]],
  ['phone', 'not_contains', '0011', allBut(anna)],
  ['phone', 'starts_with', '8 916', [anna]],
  ['phone', 'starts_with', '+49', [boris]],
  ['phone', 'starts_with', '926', [anna]],
  ['phone', 'ends_with', '45-67', [anna]],
  ['phone', 'ends_with', '0011', [anna]],
  ['phone', 'in_list', ['89161234567', '+49 30 123456'], [anna, boris]],
  ['phone', 'not_in_list', ['89161234567'], allBut(anna)],
  ['phone', 'is_set', undefined, [anna, boris]],
  ['phone', 'is_empty', undefined, [pyotr, nobody]],

  ['id', 'equals', '<boris>', [boris]],
  ['id', 'not_equals', '<boris>', allBut(boris)],
  ['id', 'greater', '<boris>', [pyotr, nobody]],
  ['id', 'less', '<boris>', [anna]],
  ['id', 'between', ['<boris>', '<pyotr>'], [boris, pyotr]],
  ['id', 'in_list', ['<anna>', '<nobody>'], [anna, nobody]],
  ['id', 'not_in_list', ['<anna>', '<nobody>'], [boris, pyotr]],
  ['id', 'is_set', undefined, all],
  ['id', 'is_empty', undefined, []],

  ['createdAt', 'equals', '2026-10-03', [anna]],
  ['createdAt', 'equals', '2026-10-02', []],
  ['createdAt', 'equals', '2026-10-02T21:30:00Z', [anna]],
  ['createdAt', 'equals', '2026-10-03T00:30', [anna]],
  ['createdAt', 'not_equals', '3.10.2026', allBut(anna)],
  ['createdAt', 'before', '2026-10-20', [anna]],
  ['createdAt', 'before', '2026-10-20T12:00:00.001Z', [anna, boris]],
  ['createdAt', 'after', '2026-10-20', [pyotr, nobody]],
  ['createdAt', 'after', '2026-10-20T11:59:59.999Z', allBut(anna)],
  ['createdAt', 'between', ['2026-10-03', '2026-10-20'], [anna, boris]],
  ['createdAt', 'within_last', '2d', [pyotr, nobody]],
  ['createdAt', 'within_last', '999999w', all],
  ['createdAt', 'not_within_last', '2d', [anna, boris]],
  ['createdAt', 'is_set', undefined, all],
  ['createdAt', 'is_empty', undefined, []],

  ['lastActivityAt', 'equals', '2026-11-02', [anna]],
  ['lastActivityAt', 'not_equals', '2026-11-02', allBut(anna)],
  ['lastActivityAt', 'before', '2026-11-02', [boris]],
  ['lastActivityAt', 'after', '2026-11-01', [anna]],
  ['lastActivityAt', 'between', ['2026-10-01', '2026-10-31'], [boris]],
  ['lastActivityAt', 'within_last', '1h', [anna]],
  ['lastActivityAt', 'within_last', '59m', []],
  ['lastActivityAt', 'not_within_last', '1w', allBut(anna)],
  ['lastActivityAt', 'is_set', undefined, [anna, boris]],
  ['lastActivityAt', 'is_empty', undefined, [pyotr, nobody]],

  ['labels', 'contains_any', ['vip', 'none'], [anna]],
  ['labels', 'contains_any', 'new', [anna, boris]],
  ['labels', 'contains_any', 'NEW', []],
  ['labels', 'contains_all', ['vip', 'new'], [anna]],
  ['labels', 'contains_none', ['vip'], allBut(anna)],
  ['labels', 'contains_none', ['vip', 'new'], [pyotr, nobody]],
  ['labels', 'is_set', undefined, [anna, boris]],
  ['labels', 'is_empty', undefined, [pyotr, nobody]],

  ['blocked', 'equals', true, [anna]],
  ['blocked', 'equals', false, allBut(anna)],

  ['responsible', 'equals', '<oleg>', [anna]],
  ['responsible', 'not_equals', '<oleg>', allBut(anna)],
  ['responsible', 'in_list', ['<oleg>', 999], [anna]],
  ['responsible', 'not_in_list', ['<oleg>'], allBut(anna)],
  ['responsible', 'is_set', undefined, [anna]],
  ['responsible', 'is_empty', undefined, allBut(anna)],

  ['channel', 'equals', '<bot>', [anna]],
  ['channel', 'not_equals', '<bot>', allBut(anna)],
  ['channel', 'in_list', ['<bot>', '<site>'], [anna, boris]],
  ['channel', 'not_in_list', ['<site>'], [pyotr, nobody]],
  ['channel', 'is_set', undefined, [anna, boris]],
  ['channel', 'is_empty', undefined, [pyotr, nobody]],

  ['dealStage', 'equals', '<Talk>', [anna]],
  ['dealStage', 'not_equals', '<Talk>', allBut(anna)],
  ['dealStage', 'in_list', ['<Talk>', '<Offer>'], [anna, boris]],
  ['dealStage', 'not_in_list', ['<Offer>'], [pyotr, nobody]],
  ['dealStage', 'is_set', undefined, [anna, boris]],
  ['dealStage', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.city', 'equals', 'нижний новгород', [anna]],
  ['attributes.city', 'not_equals', 'MOSCOW', allBut(boris)],
  ['attributes.city', 'contains', 'osc', [boris]],
  ['attributes.city', 'not_contains', 'osc', allBut(boris)],
  ['attributes.city', 'starts_with', 'нижн', [anna]],
  ['attributes.city', 'ends_with', 'ГОРОД', [anna]],
  ['attributes.city', 'in_list', ['moscow', 'Paris'], [boris]],
  ['attributes.city', 'not_in_list', ['moscow', 'Paris'], allBut(boris)],
  ['attributes.city', 'is_set', undefined, [anna, boris]],
  ['attributes.city', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.budget', 'equals', 1500.5, [anna]],
  ['attributes.budget', 'not_equals', 1500.5, allBut(anna)],
  ['attributes.budget', 'greater', -3, [anna]],
  ['attributes.budget', 'less', 0, [boris]],
  ['attributes.budget', 'between', [-3, 1500.5], [anna, boris]],
  ['attributes.budget', 'in_list', [-3, 7], [boris]],
  ['attributes.budget', 'not_in_list', [-3, 7], allBut(boris)],
  ['attributes.budget', 'is_set', undefined, [anna, boris]],
  ['attributes.budget', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.birthday', 'equals', '1990-05-31', [anna]],
  ['attributes.birthday', 'equals', '1990-05-30T22:00:00Z', [anna]],
  ['attributes.birthday', 'not_equals', '31.5.1990', allBut(anna)],
  ['attributes.birthday', 'before', '1990-05-31', [boris]],
  ['attributes.birthday', 'after', '1985-01-01', [anna]],
  ['attributes.birthday', 'between', ['1985-01-01', '1985-12-31'], [boris]],
  ['attributes.birthday', 'within_last', '99999d', [anna, boris]],
  ['attributes.birthday', 'not_within_last', '99999d', [pyotr, nobody]],
  ['attributes.birthday', 'is_set', undefined, [anna, boris]],
  ['attributes.birthday', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.visit', 'equals', '2026-11-02', [anna]],
  ['attributes.visit', 'not_equals', '2026-11-02', allBut(anna)],
  ['attributes.visit', 'before', '2026-11-02', [boris]],
  ['attributes.visit', 'after', '2026-11-01T21:29:59Z', [anna]],
  ['attributes.visit', 'between', ['2026-10-01', '2026-10-01'], [boris]],
  ['attributes.visit', 'within_last', '12h', [anna]],
  ['attributes.visit', 'not_within_last', '12h', allBut(anna)],
  ['attributes.visit', 'is_set', undefined, [anna, boris]],
  ['attributes.visit', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.colour', 'equals', 'red', [anna]],
  ['attributes.colour', 'equals', 'Red', []],
  ['attributes.colour', 'not_equals', 'red', allBut(anna)],
  ['attributes.colour', 'in_list', ['red', 'blue'], [anna, boris]],
  ['attributes.colour', 'not_in_list', ['blue'], allBut(boris)],
  ['attributes.colour', 'is_set', undefined, [anna, boris]],
  ['attributes.colour', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.extras', 'contains_any', ['roof', 'hook'], [anna]],
  ['attributes.extras', 'contains_all', ['abs', 'roof'], [anna]],
  ['attributes.extras', 'contains_all', ['abs'], [anna, boris]],
  ['attributes.extras', 'contains_none', ['roof'], allBut(anna)],
  ['attributes.extras', 'is_set', undefined, [anna, boris]],
  ['attributes.extras', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.loyal', 'equals', true, [anna]],
  ['attributes.loyal', 'equals', false, [boris]],
  ['attributes.loyal', 'is_set', undefined, [anna, boris]],
  ['attributes.loyal', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.office', 'equals', '8 903 111-22-33', [anna]],
  ['attributes.office', 'not_equals', '8 903 111-22-33', allBut(anna)],
  ['attributes.office', 'contains', '99-88', [boris]],
  ['attributes.office', 'not_contains', '99-88', allBut(boris)],
  ['attributes.office', 'starts_with', '8903', [anna, boris]],
  ['attributes.office', 'ends_with', '2233', [anna]],
  ['attributes.office', 'in_list', ['+7 903 999 88 77'], [boris]],
  ['attributes.office', 'not_in_list', ['+7 903 999 88 77'], allBut(boris)],
  ['attributes.office', 'is_set', undefined, [anna, boris]],
  ['attributes.office', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.second', 'equals', 'ANNA@second.ru', [anna]],
  ['attributes.second', 'not_equals', 'anna@second.ru', allBut(anna)],
  ['attributes.second', 'contains', '@second', [anna, boris]],
  ['attributes.second', 'not_contains', 'boris@', allBut(boris)],
  ['attributes.second', 'starts_with', 'boris', [boris]],
  ['attributes.second', 'ends_with', '.ru', [anna, boris]],
  ['attributes.second', 'in_list', ['anna@second.ru'], [anna]],
  ['attributes.second', 'not_in_list', ['anna@second.ru'], allBut(anna)],
  ['attributes.second', 'is_set', undefined, [anna, boris]],
  ['attributes.second', 'is_empty', undefined, [pyotr, nobody]],

  ['attributes.page', 'equals', 'https://example.com/anna', [anna]],
  ['attributes.page', 'not_equals', 'https://example.com/anna', allBut(anna)],
  ['attributes.page', 'contains', 'example', [anna, boris]],
  ['attributes.page', 'not_contains', '.org/', allBut(boris)],
  ['attributes.page', 'starts_with', 'https://example.org', [boris]],
  ['attributes.page', 'ends_with', '/anna', [anna]],
  ['attributes.page', 'in_list', ['https://example.org/boris'], [boris]],
  ['attributes.page', 'not_in_list', ['https://example.org/boris'], allBut(boris)],
  ['attributes.page', 'is_set', undefined, [anna, boris]],
  ['attributes.page', 'is_empty', undefined, [pyotr, nobody]],
]

describe('a filter of contacts', () => {
  it.each(cases)('by %s that %s %j finds %j', async (field, operator, value, expected) => {
    const rule = { field, operator, value: filledIn(value) }
    expect(await namesOf(fresh.db, people, { match: 'all', rules: [rule] })).toEqual(expected)
  })

  it('is tested with every operator of every field', async () => {
    const tested = new Set(cases.map(([field, operator]) => `${field} ${operator}`))
    const known = [...(await filterFields(fresh.db, people.view)).values()].flatMap(({ name, operators }) =>
      Object.keys(operators).map((operator) => `${name} ${operator}`),
    )
    expect(known.filter((each) => !tested.has(each))).toEqual([])
    expect(tested.size).toBe(known.length)
  })
})

function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn)
  const name = typeof value === 'string' ? value.match(/^<(.+)>$/)?.[1] : undefined
  return name === undefined ? value : people.ids[name]
}
